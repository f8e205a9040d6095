"""Callback: something that watches a loop.

    loop.run()
      callback.on_start(loop)
      for phase:
        callback.on_features(loop, done, whole)     while features are computed, where a phase trains on such
        for epoch:
        for step:           callback.on_step(loop, samples)
        evaluate
        callback.on_epoch_end(loop, record)         may set loop.stop_reason
      callback.on_end(loop)

A callback with state overrides ``state_dict`` and ``load_state_dict``; both travel with the checkpoint.  Several of
one class keep their states apart, in the order in which they were handed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trasluz.training.loop import Loop


class Callback:
    """Watches and does nothing."""

    def on_start(self, loop: Loop) -> None:
        """Training starts or is resumed."""

    def on_phase_start(self, loop: Loop) -> None:
        """A phase starts from its first step (not on resume)."""

    def on_features(self, loop: Loop, done: int, whole: int) -> None:
        """The features of ``done`` of ``whole`` images are known; the phase will train on them."""

    def on_step(self, loop: Loop, samples: int) -> None:
        """A step over ``samples`` samples (all processes) is done."""

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        """An epoch is done; ``record`` is about to be written to ``metrics.jsonl``."""

    def on_end(self, loop: Loop) -> None:
        """Training is over, whether finished, interrupted or failed."""

    def state_dict(self) -> dict[str, Any]:
        """What the callback must remember."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts the callback where ``state_dict`` left it."""


def states_for(callbacks: Sequence[Callback], stored: Sequence[Sequence[Any]] | Mapping[str, Any]) -> list[Any | None]:
    """The stored state of each callback: the n-th of a class gets the n-th state of that class; ``None`` for none.

    ``stored``: pairs of a class name and a state; version 0.1 kept one state per class name.
    """
    pairs = list(stored.items()) if isinstance(stored, Mapping) else [(name, state) for name, state in stored]
    found: list[Any | None] = []
    for callback in callbacks:
        index = next((i for i, (name, _state) in enumerate(pairs) if name == type(callback).__name__), None)
        found.append(None if index is None else pairs.pop(index)[1])
    return found
