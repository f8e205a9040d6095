"""fit_population(): trains many recipes that differ only in numbers, as one network with stacked weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import islice
from typing import ClassVar

import torch

from trasluz.data.data import Data
from trasluz.errors import RecipeError, RequestError
from trasluz.families import base as families
from trasluz.families.base import BaseFamily, Progress
from trasluz.messages import _
from trasluz.model.hardware import Hardware, choose
from trasluz.networks.dropout import own_rates
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.rng import Rng
from trasluz.training._fabric import Fabric
from trasluz.training.callbacks.base import Callback
from trasluz.training.fit import session
from trasluz.training.phases import choose_trainable, train_mode
from trasluz.training.population.checkpoint import Keeper, restore
from trasluz.training.population.engine import StackedEngine
from trasluz.training.population.loop import Population, stacked_batches
from trasluz.training.population.member import Ended, Member
from trasluz.training.population.stackable import static_reason
from trasluz.training.population.track import Track, tracks_of
from trasluz.training.start import Prepared, prepare
from trasluz.training.store import MemoryStore, Store

_TRIED = 2  # members, and samples that these are evaluated on


def fit_population(
    recipes: Sequence[Recipe],
    data: Data | Sequence[Data],
    stores: Sequence[Store] | None = None,
    *,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> list[Ended]:
    """Trains every recipe on ``data`` and gives their models, or what made them diverge, in the order of the recipes.

    Each member draws what it would draw alone and ends, within rounding, with the weights that ``fit`` would give.
    ``data``: for all, or for each its own, which differ in their splits alone, as folds do.  ``stores``: one for each,
    this process's memory by default; what they say of seconds is of all members together.

    Raises:
        RequestError: the recipes cannot train as one (``stackable`` says why), do not fit the data, or a store holds a
            training already; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; the stores keep the models until then, and none can be resumed.
        WorkError: training failed.
    """
    chosen = [MemoryStore() for _recipe in recipes] if stores is None else list(stores)
    found = dict(ended for some in train_together(recipes, data, chosen, reporter=reporter) for ended in some)
    return [found[number] for number in range(len(recipes))]


def train_together(
    recipes: Sequence[Recipe],
    data: Data | Sequence[Data],
    stores: Sequence[Store],
    *,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
    keeper: Keeper | None = None,
    callbacks: Sequence[Sequence[Callback]] = (),
) -> Generator[list[tuple[int, Ended]], None, None]:
    """As ``fit_population``, but gives numbers of recipes with what came of them as soon as they have ended.

    ``keeper``: where states are kept on the way, and the newest of which is gone on from; members go by their numbers.
    ``callbacks``: of each, what is told of its beginning and of the ends of its epochs.

    Raises:
        RequestError, Interrupted, WorkError: as ``fit_population``, when the first ones are asked for.
        CheckpointError: what ``keeper`` holds is no state of these trainings.
    """
    own = _for_each(recipes, data)
    _check_stores(recipes, stores)
    reason = _static(recipes, own)
    if reason is not None:
        raise RecipeError(reason)
    with session(choose(recipes[0].compute)) as (hardware, fabric, request):
        prepared = prepare_all(recipes, own, fabric, hardware, reporter)
        reason = _tried(prepared)
        if reason is not None:
            raise RecipeError(reason)
        told = callbacks or [()] * len(prepared)
        whole = enumerate(zip(prepared, stores, told, strict=True))
        members = [Member(number, one, store, own) for number, (one, store, own) in whole]
        tracks = [Track([members[number] for number in numbers]) for numbers in tracks_of(recipes, own)]
        population = Population(tracks, engine_of([track.lead.prepared for track in tracks]), request, keeper)
        before = None if keeper is None else keeper.newest()
        if before is not None:
            restore(population, before)
        with closing(population.run(reporter)) as running:
            for ended in running:
                yield [(member.number, member.result) for member in ended if member.result is not None]


def stackable(recipes: Sequence[Recipe], data: Data | Sequence[Data]) -> str | None:
    """Why these recipes cannot train as one on ``data``, in a sentence; ``None`` where they can.

    Raises:
        RequestError: a recipe is wrong by itself, or does not fit the data.
    """
    own = _for_each(recipes, data)
    reason = _static(recipes, own)
    if reason is not None:
        return reason
    with session(choose(recipes[0].compute)) as (hardware, fabric, _request):
        some = _extremes(recipes)
        chosen = [recipes[i] for i in some], [own[i] for i in some]
        return _tried(prepare_all(*chosen, fabric, hardware, Reporter()))


def _for_each(recipes: Sequence[Recipe], data: Data | Sequence[Data]) -> list[Data]:
    return [data] * len(recipes) if isinstance(data, Data) else list(data)


def _static(recipes: Sequence[Recipe], data: Sequence[Data]) -> str | None:
    """What recipes and data tell without a try."""
    if not recipes:
        return None
    images = {len(own.split("train")) for own in data}
    reason = static_reason(recipes, next(iter(images)))
    if reason is None and len(images) > 1:
        message = _("data: networks that train as one train on as many images each, and here on {counts}.")
        return message.format(counts=", ".join(map(str, sorted(images))))
    return reason


def _extremes(recipes: Sequence[Recipe]) -> list[int]:
    """The numbers of a few recipes to try, those of the shortest and the longest training among them."""
    order = sorted(range(len(recipes)), key=lambda i: recipes[i].resolved_phases()[0][1].epochs)
    return order if len(order) <= _TRIED else [order[0], order[-1]]


def _check_stores(recipes: Sequence[Recipe], stores: Sequence[Store]) -> None:
    if not recipes:
        raise RequestError(_("There is no recipe to train; give at least one."))
    if len(stores) != len(recipes) or len({id(store) for store in stores}) != len(stores):
        message = _("{stores} stores for {recipes} recipes; give one for each.")
        raise RequestError(message.format(stores=len({id(store) for store in stores}), recipes=len(recipes)))
    for number, store in enumerate(stores):
        if store.info().get("status") != "created":
            message = _("The store of recipe {number} holds a training that cannot go on here; give a new one.")
            raise RequestError(message.format(number=number))


def prepare_all(
    recipes: Sequence[Recipe], data: Sequence[Data], fabric: Fabric, hardware: Hardware, reporter: Reporter
) -> list[Prepared]:
    """What ``prepare`` gives for each recipe; what does not depend on its numbers is worked out once for equal data."""
    firsts: dict[int, Prepared] = {}
    known: list[tuple[int, dict[str, object], BaseFamily]] = []
    members = []
    for recipe, own in zip(recipes, data, strict=True):
        if id(own) not in firsts:
            first = firsts[id(own)] = prepare(recipe, own, fabric, hardware, reporter)
            known.append((id(own), recipe.model, first.family))
            members.append(first)
            continue
        first = firsts[id(own)]
        family = next((f for where, model, f in known if where == id(own) and model == recipe.model), None)
        if family is None:
            family = families.create(recipe.model, first.data.spec, first.family.class_weights)
            known.append((id(own), recipe.model, family))
        with Rng(recipe.seed).ambient("build"):
            networks = family.build().to(fabric.device)
        members.append(dataclasses.replace(first, recipe=recipe, family=family, networks=networks))
    for member in members:
        ((phase, _train),) = member.recipe.resolved_phases()
        choose_trainable(member.networks, phase)
        member.family.enter_phase(member.networks, phase.name)
    own_rates([member.networks for member in members])
    return members


def engine_of(members: Sequence[Prepared]) -> StackedEngine:
    """The engine of these members, one network each."""
    trains = [member.recipe.resolved_phases()[0][1] for member in members]
    networks, own = [member.networks for member in members], [member.family for member in members]
    last = members[0].hardware.layout == "channels-last" and members[0].data.kind == "image"
    layout = torch.channels_last if last else torch.contiguous_format
    return StackedEngine(members[0].fabric, networks, trains, own, layout)


class _Watched(Progress):
    """Notes whether somebody asks how much of the training is done."""

    asked: ClassVar[bool] = False

    def __getattribute__(self, name: str) -> object:
        if name == "done":
            type(self).asked = True
        return super().__getattribute__(name)


def _tried(members: Sequence[Prepared]) -> str | None:
    """What goes wrong in a step and an evaluation of two members, on copies of them; ``None`` for nothing."""
    extremes = _extremes([member.recipe for member in members])
    some = [members[number] for number in extremes]
    first, engine, batches = some[0], engine_of(some), stacked_batches(some)
    train_mode(engine.skeleton)
    progress = _Watched("trial", 0, 0, torch.zeros((), device=engine.device))
    _Watched.asked = False
    try:
        for batch, rng in islice(batches.epoch(0), 1):
            idle = engine.idle(batch, rng, progress, batches.shared)
        engine.validate(first.data, first.data.split("train")[:_TRIED], first.preprocess)
    # What a network does under vmap that cannot be stacked comes out as one of these.
    except (RuntimeError, ValueError, TypeError, NotImplementedError) as error:
        message = _("model: these networks cannot be computed with stacked weights ({reason}); train them one by one.")
        return message.format(reason=str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
    if idle:
        message = _("model: no term of the loss reaches the parameter {name}; train these networks one by one.")
        return message.format(name=idle[0])
    lengths = sorted({member.recipe.resolved_phases()[0][1].epochs for member in some})
    if len(lengths) > 1 and (_Watched.asked or first.recipe.resolved_phases()[0][1].progressive):
        message = _("train.epochs: {lengths}; what this model learns follows how much of the training is done.")
        return message.format(lengths=", ".join(map(str, lengths)))
    return None
