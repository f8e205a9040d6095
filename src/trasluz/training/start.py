"""Setting up training: from a recipe and data to a loop that is ready to run, new or resumed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from trasluz.data.data import Data
from trasluz.data.feed.balance import class_weights
from trasluz.data.feed.preprocess import Preprocess, fit_preprocess
from trasluz.errors import CheckpointError, DataError, RecipeError
from trasluz.families import base as families
from trasluz.messages import _
from trasluz.model.hardware import Hardware
from trasluz.networks.layout import lay_plain
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.rng import Rng
from trasluz.training._fabric import Fabric
from trasluz.training.callbacks.base import Callback
from trasluz.training.interrupt import StopRequest
from trasluz.training.loop import Loop
from trasluz.training.phases import choose_trainable, rate_factors
from trasluz.training.probe import Probe, check_monitors, probe
from trasluz.training.start_from import Start, as_pretrained, starting_weights
from trasluz.training.store import Store
from trasluz.training.trial import Trial


@dataclass(frozen=True)
class Prepared:
    """All that a loop needs except its store."""

    recipe: Recipe
    data: Data
    preprocess: Preprocess
    family: families.BaseFamily
    networks: nn.ModuleDict
    fabric: Fabric
    hardware: Hardware
    starts: tuple[Start, ...] = ()


def prepare(
    recipe: Recipe,
    data: Data,
    fabric: Fabric,
    hardware: Hardware,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> Prepared:
    """Builds the family and its fresh networks on the device, and finds the weights that its phases start from.

    Raises:
        RecipeError: the recipe does not fit the data.
        DataError: there is nothing to train on.
    """
    if not len(data.split("train")):
        raise DataError(_("{name}: there are no training samples; give at least one.").format(name=data.name))
    taught = _teaching(recipe, data)
    _check_mixup(recipe, taught)
    weights = None
    _check_balance(recipe)
    if recipe.data.balance == "weights" and data.labels is not None:
        weights = torch.as_tensor(class_weights(data.labels[data.split("train")], len(data.classes))).to(fabric.device)
    family = families.create(recipe.model, data.spec, weights)
    _check_unit(recipe, family)
    with Rng(recipe.seed).ambient("build"):
        networks = family.build()
    _check_phases(recipe, family, networks)
    with fabric.rank_zero_first():  # so that one process downloads
        found = [starting_weights(networks, phase, reporter) for phase in recipe.phases]
    starts = tuple(one[1] for one in found if one is not None)
    networks.to(fabric.device)
    preprocess = fit_preprocess(data, recipe.data)
    if recipe.data.normalise == "pretrained":
        preprocess = as_pretrained(preprocess, starts)
    hardware = _lay_out(Trial(recipe, taught, preprocess, family, networks, fabric), hardware, reporter)
    return Prepared(recipe, taught, preprocess, family, networks, fabric, hardware, starts)


def _lay_out(trial: Trial, hardware: Hardware, reporter: Reporter) -> Hardware:
    """Lays the networks out in memory as the hardware wants it, or plane by plane where they need that: gives what
    was done, which ``run.json`` keeps and a resume does again.

    Raises:
        RecipeError: networks of the user's own that cannot be trained.
    """
    wanted = hardware.layout == "channels-last"
    if trial.data.kind != "image":
        trial.check()
        return hardware
    if not wanted:
        trial.check()
    elif trial.can_be_channels_last():
        trial.networks.to(memory_format=torch.channels_last)
        return hardware
    elif trial.fabric.is_global_zero:
        message = _(
            "This network cannot read maps whose channels lie side by side in memory (.view after a convolution "
            "cannot; .flatten and .reshape can), so it is trained and used with compute.layout: contiguous."
        )
        reporter.say(message)
    lay_plain(trial.networks)
    return dataclasses.replace(hardware, layout="contiguous")


def _check_phases(recipe: Recipe, family: families.BaseFamily, networks: nn.ModuleDict) -> None:
    """Enters every phase once, so that one that cannot be is refused now; the loop starts with the first anew."""
    for phase, train in recipe.resolved_phases():
        choose_trainable(networks, phase)
        rate_factors(networks, train.learning_rate_factors)
        family.enter_phase(networks, phase.name)


def _teaching(recipe: Recipe, data: Data) -> Data:
    """``data`` whose training samples all have something to teach the recipe's family: labels where it needs them."""
    rows = data.split("train")
    if data.labels is None or data.labels.ndim != 1 or families.get(recipe.model["family"]).uses_unlabelled:
        return data
    labelled = rows[data.labels[rows] >= 0]
    if len(labelled) in (0, len(rows)):
        return data
    return dataclasses.replace(data, splits={**data.splits, "train": labelled})


def _check_balance(recipe: Recipe) -> None:
    """Only what is told from labels can weigh classes."""
    name = recipe.model["family"]
    if recipe.data.balance == "weights" and not families.get(name).weighs_classes:
        message = _("data.balance: {family} has no use for weights of classes; choose none or sampling.")
        raise RecipeError(message.format(family=name))


def _check_mixup(recipe: Recipe, data: Data) -> None:
    """Mixup mixes labels, so every training image needs one."""
    if not recipe.data.augment.mixup:
        return
    labels = None if data.labels is None else data.labels[data.split("train")]
    if labels is None or (labels.ndim == 1 and (labels < 0).any()):
        raise RecipeError(_("data.augment.mixup: needs a label for every training image; set it to 0 or label them."))


def _check_unit(recipe: Recipe, family: families.BaseFamily) -> None:
    """What a family does to images in [0, 1] means nothing on other inputs."""
    if family.needs_pixels and recipe.data.normalise != "unit":
        message = _(
            "data.normalise: {given} does not go with this model, which changes its inputs as images in [0, 1] "
            "(model.augment_inputs, pixels made zeros and ones, or its own images shown to it again); set it to unit."
        )
        raise RecipeError(message.format(given=recipe.data.normalise))


def make_loop(prepared: Prepared, store: Store, callbacks: Sequence[Callback], request: StopRequest) -> Loop:
    """The loop at its first step."""
    p = prepared
    last = p.hardware.layout == "channels-last"
    return Loop(p.recipe, p.data, p.preprocess, p.family, p.networks, p.fabric, store, callbacks, request, last)


def try_out(loop: Loop) -> Probe:
    """A few steps on copies: names that will be recorded and the time that the whole will take.

    Raises:
        RecipeError: a monitor that nothing records.
    """
    found = probe(loop.family, loop.networks, loop.data, loop.batches, loop.preprocess, loop.engine, loop.train)
    for _phase, train in loop.phases:
        check_monitors(train, found.names)
    return found


def estimate_seconds(loop: Loop, found: Probe) -> float:
    """Seconds that the remaining epochs of all phases will take, from the trial's time per step.

    A phase on features that are computed once counts as one epoch.
    """
    repeated = loop.batches.samples_per_epoch * (loop.train.epochs - 1) if loop.derives() else 0
    steps = (loop.samples_left() - repeated) / max(loop.batches.batch_size, 1)
    epochs = steps / loop.batches.steps
    return steps * found.step_seconds + epochs * found.validation_seconds


def restore(loop: Loop, reporter: Reporter) -> bool:
    """Puts a loop where the run's newest whole checkpoint left it and cuts its records back; False if there is none.

    Raises:
        CheckpointError: every checkpoint is damaged.
    """
    state = loop.store.newest_checkpoint(reporter)
    if state is None:
        if loop.lead:
            loop.store.cut_metrics(0)
            loop.store.cut_steps(0)
        return False
    try:
        offsets = int(state["metrics_offset"]), int(state.get("steps_offset", 0))
        loop.load_state_dict(state)
    # A tree whose files are whole and whose numbers are nevertheless no state of this training.
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RuntimeError, ArithmeticError) as error:
        message = _(
            "The newest checkpoint holds no state of this training ({reason}); train again with `trasluz train`."
        )
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise CheckpointError(message.format(reason=reason)) from error
    if loop.lead:
        loop.store.discard_checkpoints_after(loop.global_step)
        loop.store.cut_metrics(max(0, offsets[0]))
        loop.store.cut_steps(max(0, offsets[1]))
    return True
