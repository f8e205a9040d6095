"""Phases: which parameters move, by name pattern, and which modules stay in evaluation mode because of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from trasluz.errors import RecipeError, nearest
from trasluz.messages import _
from trasluz.recipe import DataSection, PhaseSection
from trasluz.recipe.data import AugmentSection


def choose_trainable(networks: nn.ModuleDict, phase: PhaseSection) -> None:
    """Sets ``requires_grad`` by the phase's patterns over parameter names; ``frozen`` wins over ``trainable``.

    Raises:
        RecipeError: there are no weights, a pattern matches nothing, or nothing is left to train.
    """
    names = [name for name, _parameter in networks.named_parameters()]
    if not names:
        raise RecipeError(_("model: this network has no weights, so there is nothing to train; give it a layer."))
    _check_patterns((*phase.trainable, *phase.frozen), names, f"phases.{phase.name}")
    moves = [_matches(name, phase.trainable) and not _matches(name, phase.frozen) for name in names]
    if not any(moves):
        raise RecipeError(
            _("phases.{phase}: every parameter is frozen, so there is nothing to train.").format(phase=phase.name)
        )
    for parameter, move in zip(networks.parameters(), moves, strict=True):
        parameter.requires_grad_(move)


def shown(data: DataSection, phase: PhaseSection) -> DataSection:
    """How the phase is shown the data: without augmentation where it asks for that."""
    return data if phase.augmented else data.model_copy(update={"augment": AugmentSection()})


def rate_factors(networks: nn.ModuleDict, patterns: Mapping[str, float]) -> dict[nn.Parameter, float]:
    """The factor on the learning rate of each parameter that one of the ``patterns`` fits; the first one counts.

    Raises:
        RecipeError: a pattern matches nothing.
    """
    named = dict(networks.named_parameters())
    _check_patterns(patterns, named, "train.learning_rate_factors")
    found = {p: next((f for pattern, f in patterns.items() if fnmatchcase(n, pattern)), None) for n, p in named.items()}
    return {parameter: factor for parameter, factor in found.items() if factor is not None}


def train_mode(networks: nn.ModuleDict, frozen_norms: Literal["rest", "train", "all"] = "rest") -> None:
    """Training mode, except for modules whose own parameters are all frozen: their batch norms and dropouts rest.

    ``frozen_norms: train`` leaves batch norms in training mode wherever they are, ``all`` none of them.
    """
    networks.train()
    for module in networks.modules():
        parameters = list(module.parameters())
        if parameters and not any(p.requires_grad for p in parameters):
            module.eval()
    if frozen_norms != "rest":
        for module in networks.modules():
            if isinstance(module, _BatchNorm):
                module.train(frozen_norms == "train")


def _check_patterns(patterns: Iterable[str], names: Collection[str], where: str) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            guess = nearest(pattern, names) or next(iter(names), "")
            message = _("{where}: the pattern {pattern!r} matches no parameter; a name is for example {guess}.")
            raise RecipeError(message.format(where=where, pattern=pattern, guess=guess))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
