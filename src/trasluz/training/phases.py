"""Phases: which parameters move, by name pattern, and which modules stay in evaluation mode because of it."""

from __future__ import annotations

from fnmatch import fnmatchcase

from torch import nn

from trasluz.errors import RecipeError, nearest
from trasluz.messages import _
from trasluz.recipe import PhaseSection


def choose_trainable(networks: nn.ModuleDict, phase: PhaseSection) -> None:
    """Sets ``requires_grad`` by the phase's patterns over parameter names; ``frozen`` wins over ``trainable``.

    Raises:
        RecipeError: a pattern matches nothing, or nothing is left to train.
    """
    names = [name for name, _parameter in networks.named_parameters()]
    for pattern in (*phase.trainable, *phase.frozen):
        if not any(fnmatchcase(name, pattern) for name in names):
            guess = nearest(pattern, names) or names[0]
            message = _("phases.{phase}: the pattern {pattern!r} matches no parameter; a name is for example {guess}.")
            raise RecipeError(message.format(phase=phase.name, pattern=pattern, guess=guess))
    moves = [_matches(name, phase.trainable) and not _matches(name, phase.frozen) for name in names]
    if not any(moves):
        raise RecipeError(
            _("phases.{phase}: every parameter is frozen, so there is nothing to train.").format(phase=phase.name)
        )
    for parameter, move in zip(networks.parameters(), moves, strict=True):
        parameter.requires_grad_(move)


def train_mode(networks: nn.ModuleDict) -> None:
    """Training mode, except for modules whose own parameters are all frozen: their batch norms and dropouts rest."""
    networks.train()
    for module in networks.modules():
        parameters = list(module.parameters())
        if parameters and not any(p.requires_grad for p in parameters):
            module.eval()


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
