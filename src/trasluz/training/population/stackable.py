"""Whether recipes can train as one, and if not, why: differences that are not numbers, and what only the loop can."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from trasluz.families import base as families
from trasluz.families.base import BaseFamily
from trasluz.messages import _
from trasluz.recipe import PhaseSection, Recipe, TrainSection
from trasluz.training.optimisers.base import PARTS, numbers_of_members

# What each member may have for itself, apart from the numbers that optimiser and family name.  Checkpoints on the way
# are written of none, so that it does not matter how often.
_OWN = (
    "name",
    "description",
    "fragile",
    "about",
    "seed",
    "data.fold",  # which rows train and which validate comes with each member's data
    "train.epochs",
    "train.clip",
    "train.ema",
    "train.early_stopping",
    "train.schedule",
    "train.checkpoint_minutes",
    "train.optimiser.learning_rate",
    "train.optimiser.weight_decay",
    "train.optimiser.decay_norms_and_biases",
)

# Rates of dropout by their names in the settings of networks.
_DROPOUT = ("dropout", "dropout_dense")


def static_reason(recipes: Sequence[Recipe], images: int | None = None) -> str | None:
    """Why these recipes cannot train as one, as far as they tell themselves; ``None`` where nothing speaks against it.

    ``images``: how many each trains on, as far as known; a batch that is no smaller is all of them.

    Raises:
        RecipeError: a recipe names a part or a field that there is not.
    """
    for number, recipe in enumerate(recipes):
        reason = _of_one(recipe)
        if reason is not None:
            return _("recipe {number}: {reason}").format(number=number, reason=reason)
    first, own = whole_tree(recipes[0], images), _own_fields(recipes[0])
    for number, recipe in enumerate(recipes[1:], 1):
        for path, ours, theirs in _differences(first, whole_tree(recipe, images)):
            if not _is_among(path, own) and not _both_drop(path, ours, theirs):
                message = _(
                    "{path}: {theirs} in recipe {number} and {ours} in recipe 0; networks that train as one share it."
                )
                return message.format(path=path, theirs=theirs, number=number, ours=ours)
    return None


def kind_of(recipe: Recipe, images: int) -> tuple[object, ...] | None:
    """What recipes have in common that can train as one on as many ``images`` each, as far as they tell themselves;
    ``None`` of one that can only train alone.

    Raises:
        RecipeError: the recipe names a part or a field that there is not.
    """
    if _of_one(recipe) is not None:
        return None
    own = _own_fields(recipe)
    found = [
        (path, "some" if _both_drop(path, value, value) else json.dumps(value))
        for path, value in _leaves(whole_tree(recipe, images))
        if not _is_among(path, own)
    ]
    return (images, *found)


def _both_drop(path: str, *rates: object) -> bool:
    """Whether a field is a rate of dropout, above 0 on both sides: a number that each network may have for itself."""
    name = path.rpartition(".")[2]
    return name in _DROPOUT and path.startswith("model.") and all(isinstance(r, float) and 0 < r < 1 for r in rates)


def _of_one(recipe: Recipe) -> str | None:
    """What this recipe asks for that a population does not have."""
    phases = recipe.resolved_phases()
    if len(phases) > 1:
        return _("phases: networks train as one in a single phase, and here are {count}.").format(count=len(phases))
    ((phase, train),) = phases
    if phase.model_copy(update={"name": "train", "train": {}}) != PhaseSection():
        message = _("phases.{phase}: networks that train as one start afresh and move all their parameters.")
        return message.format(phase=phase.name)
    return _of_settings(recipe, train) or _of_family(families.get(str(recipe.model["family"])), recipe.model["family"])


def _of_settings(recipe: Recipe, train: TrainSection) -> str | None:
    if recipe.compute.devices * recipe.compute.nodes > 1:
        return _("compute.devices: networks train as one in a single process; set devices and nodes to 1.")
    if train.accumulate > 1:
        return _("train.accumulate: networks that train as one see a whole batch at once; set it to 1.")
    if train.optimisers:
        return _("train.optimisers: networks that train as one have one optimiser, train.optimiser.")
    if numbers_of_members(train.optimiser.name) is None:
        allowed = ", ".join(name for name in PARTS.names() if numbers_of_members(name) is not None)
        message = _("train.optimiser.name: {name} does not train networks as one; allowed: {allowed}.")
        return message.format(name=train.optimiser.name, allowed=allowed)
    return None


def _of_family(family: type[BaseFamily], name: object) -> str | None:
    """A family whose step is more than the gradient of one loss has to take it alone."""
    own = [part for part in ("step", "total", "updates") if getattr(family, part) is not getattr(BaseFamily, part)]
    if own:
        return _("model.family: {name} has a way of its own to step, which only a training by itself can.").format(
            name=name
        )
    return None


def _own_fields(recipe: Recipe) -> tuple[str, ...]:
    """What each member may have for itself, beside recipes like this one."""
    ((_phase, train),) = recipe.resolved_phases()
    optimiser = [f"train.optimiser.{name}" for name in numbers_of_members(train.optimiser.name) or ()]
    family = [f"model.{name}" for name in families.get(str(recipe.model["family"])).only_weighs]
    return (*_OWN, *optimiser, *family)


def _is_among(path: str, fields: tuple[str, ...]) -> bool:
    return path in fields or path.startswith(tuple(f"{field}." for field in fields))


@lru_cache(maxsize=1024)  # asked for by grouping, by the choice and by the training of hundreds
def whole_tree(recipe: Recipe, images: int | None = None) -> dict[str, Any]:
    """The recipe with everything that it leaves to defaults, and its only phase's settings for ``train``.

    A batch of at least as many as the ``images`` of an epoch is ``full``, however it is written.  It is for reading.
    """
    from trasluz.components import configure

    family = families.get(str(recipe.model["family"]))
    own = {name: value for name, value in recipe.model.items() if name != "family"}
    model = configure(family.Config, own, "model").model_dump(mode="json", by_alias=True)
    ((phase, train),) = recipe.resolved_phases()
    plain = {**recipe.to_dict(), "phases": phase.name, "train": train.model_dump(mode="json")}
    whole = images is not None and train.steps_per_epoch is None and train.batch != "full" and train.batch >= images
    plain["train"] |= {"batch": "full"} if whole else {}
    return {**plain, "model": {"family": recipe.model["family"], **_named(model)}}


def _named(model: Mapping[str, Any]) -> dict[str, Any]:
    """Parts that are chosen by name alone, such as ``divergence: kl``, as they are written with settings."""
    chosen = ("likelihood", "divergence")
    return {n: {"name": v} if n in chosen and isinstance(v, str) else v for n, v in model.items()}


def _leaves(tree: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The dotted fields of a tree with their values."""
    if not isinstance(tree, dict) or not tree:
        yield path, tree
        return
    for name, value in tree.items():
        yield from _leaves(value, f"{path}.{name}" if path else name)


def _differences(ours: object, theirs: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """The dotted fields in which two trees differ, with both values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in dict.fromkeys((*ours, *theirs)):
            yield from _differences(ours.get(name), theirs.get(name), f"{path}.{name}" if path else name)
    elif ours != theirs:
        yield path, ours, theirs
