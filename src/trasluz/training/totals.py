"""Totals of the training terms over an epoch, kept on the device: nothing is read back inside a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from trasluz.families.base import Losses

Snapshot = list[tuple[tuple[str, ...], Tensor, float]]  # names that come together, their sums, how many samples


class SumsOverProcesses(Protocol):
    """What sums up what the processes saw: the engine of a phase."""

    device: torch.device

    def sum_over_processes(self, values: Tensor) -> Tensor:
        """The sum of ``values``, which may be changed in place, over all processes."""


@dataclass
class _Together:
    """Running totals of terms that come together, one row of the tensors each.

    ``unread``: the means of the steps since somebody last asked whether all are finite.  ``bad``: each term's first
    step that was not, or −1.
    """

    sums: Tensor
    count: float
    bad: list[int]
    unread: list[tuple[int, Tensor]] = field(default_factory=list)

    def read(self) -> list[int]:
        """``bad`` as of now; waits for the device."""
        if self.unread:
            wide = torch.stack([wide for _step, wide in self.unread])  # [steps, terms], or [steps, terms, members]
            first = wide.isfinite().logical_not_().flatten(2).any(2) if wide.ndim > 2 else ~wide.isfinite()
            found = first.cpu().numpy()
            for term in np.flatnonzero(found.any(0)):
                if self.bad[term] < 0:
                    self.bad[term] = self.unread[int(found[:, term].argmax())][0]
            self.unread.clear()
        return self.bad


class Totals:
    """Sums of named terms weighted by samples, and the first step at which each term was not finite.

    A term has one mean, or one per member ``[k]``: it is not finite where one of these is not.  Statistics are summed
    apart.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._dtype = torch.float32 if device.type == "mps" else torch.float64
        self._groups: dict[tuple[str, ...], _Together] = {}
        self._statistics: dict[str, tuple[Tensor, float]] = {}

    def add(self, losses: Losses, count: float, step: int) -> None:
        """Adds what ``count`` samples gave at ``step``."""
        for name, value in losses.statistics.items():
            before, counted = self._statistics.get(name, (0.0, 0.0))
            self._statistics[name] = (before + value.to(self._dtype) * count, counted + count)
        terms = {**losses.terms, **losses.watched}
        names = tuple(terms)
        if not names:
            return
        wide = torch.stack(list(terms.values())).to(self._dtype)
        if names not in self._groups:
            self._groups[names] = _Together(torch.zeros_like(wide), 0.0, [-1] * len(names))
        group = self._groups[names]
        group.sums.add_(wide, alpha=count)
        group.count += count
        group.unread.append((step, wide))

    def snapshot(self) -> Snapshot:
        """The terms' sums and counts as they stand now, on the device: nothing is waited for."""
        return [(names, group.sums.clone(), group.count) for names, group in self._groups.items()]

    def means(self, engine: SumsOverProcesses) -> dict[str, float]:
        """Means per sample over all processes, and over members where there are any."""
        sums: dict[str, Tensor] = {}
        counts: dict[str, float] = {}
        for names, group in self._groups.items():
            for name, value in zip(names, group.sums, strict=True):
                sums[name] = sums[name] + value if name in sums else value
                counts[name] = counts.get(name, 0.0) + group.count
        found = {}
        for name in sorted(sums):
            count = torch.full((), counts[name], dtype=self._dtype, device=self._device)
            pair = engine.sum_over_processes(torch.stack([sums[name].mean(), count])).tolist()
            found[name] = pair[0] / pair[1]
        return found

    def statistics(self, engine: SumsOverProcesses) -> dict[str, Tensor]:
        """Means per sample over all processes of the statistics, on the CPU."""
        found = {}
        for name, (sums, count) in sorted(self._statistics.items()):
            whole = engine.sum_over_processes(torch.full((), count, dtype=self._dtype, device=self._device))
            found[name] = (engine.sum_over_processes(sums.clone()) / whole).cpu()
        return found

    def of_members(self) -> list[tuple[dict[str, float], dict[str, Tensor]]]:
        """What ``means`` and ``statistics`` would give of each of the members that train as one in one process."""
        sums: dict[str, list[float]] = {}
        counts: dict[str, float] = {}
        for names, group in self._groups.items():
            for name, values in zip(names, group.sums.tolist(), strict=True):
                before = sums.get(name, [0.0] * len(values))
                sums[name] = [a + b for a, b in zip(before, values, strict=True)]
                counts[name] = counts.get(name, 0.0) + group.count
        statistics = {name: (whole / count).cpu() for name, (whole, count) in sorted(self._statistics.items())}
        members = len(next(iter(sums.values())))
        return [
            (
                {name: sums[name][member] / counts[name] for name in sorted(sums)},
                {name: values[member] for name, values in statistics.items()},
            )
            for member in range(members)
        ]

    def not_finite(self) -> dict[int, tuple[str, int]]:
        """``first_not_finite`` of each member for whom a term is not, by its number; nothing may have been read before.

        So it is asked once for an epoch, of members that train as one.
        """
        found: dict[int, list[tuple[int, bool, str]]] = {}
        for names, group in self._groups.items():
            bad = ~torch.stack([wide for _step, wide in group.unread]).isfinite()  # [steps, terms, members]
            for step, term, member in bad.nonzero().tolist():
                key = (group.unread[step][0], _is_total(names[term]), names[term])
                found.setdefault(member, []).append(key)
        return {member: (min(keys)[2], min(keys)[0]) for member, keys in found.items()}

    def first_not_finite(self) -> tuple[str, int] | None:
        """The term that stopped being finite first, and its step; parts come before the loss they add up to."""
        bad = [
            (step, _is_total(name), name)
            for names, group in self._groups.items()
            for name, step in zip(names, group.read(), strict=True)
            if step >= 0
        ]
        return (min(bad)[2], min(bad)[0]) if bad else None

    def state_dict(self) -> dict[str, Any]:
        """Everything that has state."""
        return {
            "groups": [(names, g.sums, g.count, g.read()) for names, g in self._groups.items()],
            "statistics": [(name, sums, count) for name, (sums, count) in self._statistics.items()],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts the totals where ``state_dict`` left them."""
        self._groups = {
            tuple(names): _Together(sums.to(self._device), count, list(bad))
            for names, sums, count, bad in state["groups"]
        }
        self._statistics = {name: (sums.to(self._device), count) for name, sums, count in state.get("statistics", ())}

    def state_of_members(self) -> dict[str, Any]:
        """Everything that has state, of members that train as one: also who was not finite at which step."""
        return {
            "groups": [
                (names, g.sums, g.count, [step for step, _wide in g.unread], torch.stack([w for _step, w in g.unread]))
                for names, g in self._groups.items()
            ],
            "statistics": [(name, sums, count) for name, (sums, count) in self._statistics.items()],
        }

    def load_state_of_members(self, state: dict[str, Any], members: Sequence[int]) -> None:
        """Puts the totals where ``state_of_members`` left those of these ``members``, in this order."""
        chosen = torch.tensor(members)
        self._groups = {
            tuple(names): _Together(
                sums[:, chosen].to(self._device),
                count,
                [-1] * len(names),
                list(zip(steps, unread[:, :, chosen].to(self._device), strict=True)),
            )
            for names, sums, count, steps, unread in state["groups"]
        }
        self._statistics = {name: (sums[chosen].to(self._device), count) for name, sums, count in state["statistics"]}


def _is_total(name: str) -> bool:
    return name == "loss" or name.endswith("/loss")
