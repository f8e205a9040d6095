"""fit_population(): trains many recipes that differ only in numbers, as one network with stacked weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import islice

import torch

from trasluz.data.data import Data
from trasluz.errors import DivergedError, RecipeError, RequestError
from trasluz.families import base as families
from trasluz.families.base import BaseFamily, Progress
from trasluz.messages import _
from trasluz.model.hardware import Hardware, choose
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.rng import Rng
from trasluz.training._fabric import Fabric
from trasluz.training.fit import session
from trasluz.training.phases import choose_trainable, train_mode
from trasluz.training.population.engine import StackedEngine
from trasluz.training.population.loop import Population, stacked_batches
from trasluz.training.population.member import Member
from trasluz.training.population.stackable import static_reason
from trasluz.training.start import Prepared, prepare
from trasluz.training.store import MemoryStore, Store

_TRIED = 2  # members, and samples that these are evaluated on


def fit_population(
    recipes: Sequence[Recipe],
    data: Data,
    stores: Sequence[Store] | None = None,
    *,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> list[Model | DivergedError]:
    """Trains every recipe on ``data`` and gives their models, or what made them diverge, in the order of the recipes.

    Each member draws what it would draw alone and ends, within rounding, with the weights that ``fit`` would give.
    ``stores``: one for each, this process's memory by default; what they say of seconds is of all members together.

    Raises:
        RequestError: the recipes cannot train as one (``stackable`` says why), do not fit the data, or a store holds a
            training already; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; the stores keep the models until then, and none can be resumed.
        WorkError: training failed.
    """
    chosen = [MemoryStore() for _recipe in recipes] if stores is None else list(stores)
    _check_stores(recipes, chosen)
    reason = static_reason(recipes)
    if reason is not None:
        raise RecipeError(reason)
    with session(choose(recipes[0].compute)) as (hardware, fabric, request):
        prepared = _prepare(recipes, data, fabric, hardware, reporter)
        reason = _tried(prepared)
        if reason is not None:
            raise RecipeError(reason)
        members = [Member(number, own, store) for number, (own, store) in enumerate(zip(prepared, chosen, strict=True))]
        Population(members, _engine(prepared), request).run(reporter)
    results = [member.result for member in members]
    assert all(result is not None for result in results), "every member ends"
    return [result for result in results if result is not None]


def stackable(recipes: Sequence[Recipe], data: Data) -> str | None:
    """Why these recipes cannot train as one on ``data``, in a sentence; ``None`` where they can.

    Raises:
        RequestError: a recipe is wrong by itself, or does not fit the data.
    """
    reason = static_reason(recipes)
    if reason is not None:
        return reason
    with session(choose(recipes[0].compute)) as (hardware, fabric, _request):
        return _tried(_prepare(recipes[:_TRIED], data, fabric, hardware, Reporter()))


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


def _prepare(
    recipes: Sequence[Recipe], data: Data, fabric: Fabric, hardware: Hardware, reporter: Reporter
) -> list[Prepared]:
    """What ``prepare`` gives for each recipe; what does not depend on its numbers is worked out once."""
    first = prepare(recipes[0], data, fabric, hardware, reporter)
    weights, spec = first.family.class_weights, first.data.spec
    known: list[tuple[dict[str, object], BaseFamily]] = [(recipes[0].model, first.family)]
    members = [first]
    for recipe in recipes[1:]:
        family = next((family for model, family in known if model == recipe.model), None)
        if family is None:
            family = families.create(recipe.model, spec, weights)
            known.append((recipe.model, family))
        with Rng(recipe.seed).ambient("build"):
            networks = family.build().to(fabric.device)
        members.append(dataclasses.replace(first, recipe=recipe, family=family, networks=networks))
    for member in members:
        ((phase, _train),) = member.recipe.resolved_phases()
        choose_trainable(member.networks, phase)
        member.family.enter_phase(member.networks, phase.name)
    return members


def _engine(members: Sequence[Prepared]) -> StackedEngine:
    trains = [member.recipe.resolved_phases()[0][1] for member in members]
    networks, own = [member.networks for member in members], [member.family for member in members]
    last = members[0].hardware.layout == "channels-last" and members[0].data.kind == "image"
    layout = torch.channels_last if last else torch.contiguous_format
    return StackedEngine(members[0].fabric, networks, trains, own, layout)


def _tried(members: Sequence[Prepared]) -> str | None:
    """What goes wrong in a step and an evaluation of two members, on copies of them; ``None`` for nothing."""
    some = members[:_TRIED]
    first, engine = some[0], _engine(some)
    train_mode(engine.skeleton)
    progress = Progress("trial", 0, 0, torch.zeros((), device=engine.device))
    try:
        for batch, rng in islice(stacked_batches(some).epoch(0), 1):
            idle = engine.idle(batch, rng, progress)
        engine.validate(first.data, first.data.split("train")[:_TRIED], first.preprocess)
    # What a network does under vmap that cannot be stacked comes out as one of these.
    except (RuntimeError, ValueError, TypeError, NotImplementedError) as error:
        message = _("model: these networks cannot be computed with stacked weights ({reason}); train them one by one.")
        return message.format(reason=str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
    if idle:
        message = _("model: no term of the loss reaches the parameter {name}; train these networks one by one.")
        return message.format(name=idle[0])
    return None
