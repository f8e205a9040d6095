"""with_weights(): a recipe that starts from weights on this machine, its network and images those that they are for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.recipe import Recipe, load
from trasluz.training.weights.finding import FoundWeights, find_weights, layers_of, weights_named

_LIBRARIES = ("timm", "torchvision")
_LOWEST = 0.1  # of the rate: what the layers nearest to the image learn with where all layers learn


def with_weights(recipe: str | Path | Recipe, weights: str | Path | FoundWeights) -> Recipe:
    """``recipe`` whose first phase starts from ``weights``, with the network that they are of.

    ``weights``: a file, a folder of files (the best one is taken), ``file:PATH``, ``timm:NAME``, ``torchvision:NAME``,
    or what ``find_weights`` found.  The recipe is one whose first phase trains a new last layer on a network of timm
    or torchvision, such as ``photos-transfer``.  Images get the size that the network was made for, the patterns of
    what moves follow its names, and phases of several rates get a rate per stage of the network.

    Raises:
        RecipeError: the recipe starts from no weights, the weights are not there, or they fit no known architecture.
    """
    chosen = recipe if isinstance(recipe, Recipe) else load(recipe)
    first = chosen.phases[0] if chosen.phases else None
    if first is None or first.weights_from is None or _library_of(chosen) not in _LIBRARIES:
        message = _(
            "--weights: the recipe {name} starts from no weights of timm or torchvision; use photos-transfer or "
            "photos-transfer-all, or leave --weights out."
        )
        raise RecipeError(message.format(name=chosen.name))
    found = weights if isinstance(weights, FoundWeights) else _found(weights)
    return chosen.override(_changes(chosen, found))


def _library_of(recipe: Recipe) -> str:
    network = recipe.model.get("network")
    return str(network.get("name")) if isinstance(network, dict) else ""


def _found(weights: str | Path) -> FoundWeights:
    text = str(weights)
    prefix = text.partition(":")[0]
    if prefix in _LIBRARIES and not Path(text).exists():
        return weights_named(text)
    return find_weights(Path(text.removeprefix("file:")))[0]


def _changes(recipe: Recipe, found: FoundWeights) -> dict[str, Any]:
    network: dict[str, Any] = {"name": found.library, "architecture": found.architecture}
    if found.library == "timm":
        network["last_layer"] = "zeros"
    layers, head = layers_of(found)
    changes: dict[str, Any] = {
        "model.network": network,
        "phases.0.from": found.source,
        "phases.0.map": {},
        "phases.0.trainable": [f"classifier.{head}.*"],
        "data.size": found.side,
        "data.channels": 3,
        "data.normalise": "pretrained",
    }
    if found.architecture == recipe.model["network"].get("architecture") == "tf_efficientnet_lite0":
        return changes  # whose rates the recipe has already
    for number, phase in enumerate(recipe.phases):
        if "learning_rate_factors" in phase.train:
            changes[f"phases.{number}.train.learning_rate_factors"] = rates_by_stage(layers, head)
    return changes


def rates_by_stage(layers: Iterable[str], head: str) -> dict[str, float]:
    """Factors on the learning rate by pattern, for the weights ``layers`` of a network in order: 1 at the ``head``.

    They fall evenly on a logarithmic scale towards the image (Howard & Ruder 2018, "discriminative fine-tuning").  A
    stage is a part with a name, or each numbered one inside it: ``layer1``, ``blocks.3``.
    """
    stages = list(dict.fromkeys(_stage(name) for name in layers if not name.startswith(f"{head}.")))
    last = max(len(stages) - 1, 1)
    found = {f"classifier.{stage}": round(_LOWEST ** (1 - i / last), 3) for i, stage in enumerate(stages)}
    return {f"classifier.{head}.*": 1.0, **{k: v for k, v in found.items() if v < 1}, "classifier.*": 1.0}


def _stage(name: str) -> str:
    """The pattern of the stage that the weights ``name`` are in; a transformer's tokens are one of their own."""
    first, second, *_rest = [*name.split("."), "", ""]
    if not second:
        return first
    return f"{first}.{second}.*" if second.isdecimal() else f"{first}.*"
