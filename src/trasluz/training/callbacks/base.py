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

A callback with state overrides ``state_dict`` and ``load_state_dict``; both travel with the checkpoint.
"""

from __future__ import annotations

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
