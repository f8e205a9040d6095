"""Totals of the training terms over an epoch, kept on the device: nothing is read back inside a step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Totals:
    """Sums of named terms weighted by samples, and the first step at which each term was not finite."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._dtype = torch.float32 if device.type == "mps" else torch.float64
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, float] = {}
        self._bad: dict[str, Tensor] = {}

    def add(self, terms: dict[str, Tensor], count: float, step: int) -> None:
        """Adds the means ``terms`` over ``count`` samples, seen at ``step``."""
        for name, value in terms.items():
            wide = value.to(self._dtype)
            if name not in self._sums:
                self._sums[name] = torch.zeros((), dtype=self._dtype, device=self._device)
                self._counts[name] = 0.0
                self._bad[name] = torch.full((), -1, dtype=torch.int64, device=self._device)
            self._sums[name] += wide * count
            self._counts[name] += count
            bad = self._bad[name]
            self._bad[name] = torch.where((bad < 0) & ~torch.isfinite(wide), step, bad)

    def means(self, engine: Any) -> dict[str, float]:
        """Means per sample over all processes."""
        found = {}
        for name in sorted(self._sums):
            count = torch.full((), self._counts[name], dtype=self._dtype, device=self._device)
            pair = engine.sum_over_processes(torch.stack([self._sums[name], count])).tolist()
            found[name] = pair[0] / pair[1]
        return found

    def first_not_finite(self) -> tuple[str, int] | None:
        """The term that stopped being finite first, and its step; parts come before the loss they add up to."""
        bad = [
            (int(step), name == "loss" or name.endswith("/loss"), name)
            for name, step in self._bad.items()
            if int(step) >= 0
        ]
        return (min(bad)[2], min(bad)[0]) if bad else None

    def state_dict(self) -> dict[str, Any]:
        """Everything that has state."""
        return {"sums": dict(self._sums), "counts": dict(self._counts), "bad": dict(self._bad)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts the totals where ``state_dict`` left them."""
        self._sums = {k: v.to(self._device) for k, v in state["sums"].items()}
        self._counts = dict(state["counts"])
        self._bad = {k: v.to(self._device) for k, v in state["bad"].items()}
