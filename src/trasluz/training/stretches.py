"""Means of the training terms over stretches of steps: what a curve per epoch is too coarse to show.

Every epoch is cut into stretches of about equal length, so many that the whole run has about 400 (one per epoch where
there are more epochs).  The totals of the epoch grow with every step anyway; at the end of a stretch they are copied on
the device, and what a stretch added is the difference of two copies.  So a step costs nothing more, and nothing is
read back before the epoch ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from trasluz.training.totals import Snapshot, SumsOverProcesses, Totals

POINTS = 400  # of a run, about: more could not be told apart in a figure


class Stretches:
    """Of a run of ``epochs`` epochs in all phases together: remembers the totals at the ends of stretches."""

    def __init__(self, epochs: int) -> None:
        self._per_epoch = max(POINTS // max(epochs, 1), 1)
        self._ends: list[tuple[int, Snapshot]] = []

    def mark(self, step: int, steps: int, totals: Totals) -> None:
        """Called after step ``step`` (from 1) of an epoch's ``steps``."""
        count = min(self._per_epoch, steps)
        if step * count // steps > (step - 1) * count // steps:
            self._ends.append((step, totals.snapshot()))

    def close(self, engine: SumsOverProcesses, phase: str, end: int) -> list[dict[str, Any]]:
        """The records of the epoch that ends at global step ``end``, over all processes; starts the next epoch.

        A record holds its ``phase``, the global steps ``from`` (before its first) and ``to`` (after its last), and a
        mean per sample ``train/<term>`` of each term that was computed in between.
        """
        steps, names, table = self._take()
        if table is None:
            return []
        # Members that train as one count as one network, whose mean is theirs.
        return _records(_over_processes(table.mean(3), engine), names, steps, phase, end)

    def close_members(self, phase: str, end: int) -> list[list[dict[str, Any]]]:
        """The same of each of the members that train as one in one process, which were marked at least once."""
        steps, names, table = self._take()
        assert table is not None, "an epoch has at least one step, and its last one ends a stretch"
        return [_records(table[..., member], names, steps, phase, end) for member in range(table.shape[3])]

    def _take(self) -> tuple[list[int], list[str], np.ndarray | None]:
        """Where stretches ended, what was computed, and ``_table`` of these; forgets them."""
        ends, self._ends = self._ends, []
        names = sorted({name for _step, snapshot in ends for group, _s, _c in snapshot for name in group})
        steps = [step for step, _snapshot in ends]
        return steps, names, _table([snapshot for _step, snapshot in ends], names) if steps and names else None

    def state_dict(self) -> dict[str, Any]:
        """The stretches of the running epoch."""
        return {"ends": self._ends}

    def load_state_dict(self, state: dict[str, Any], members: Sequence[int] | None = None) -> None:
        """Puts the stretches where ``state_dict`` left them; of those who trained as one, of these ``members``."""
        chosen = None if members is None else torch.tensor(members)
        self._ends = [
            (step, [(tuple(names), sums if chosen is None else sums[:, chosen], n) for names, sums, n in snapshot])
            for step, snapshot in state.get("ends", [])
        ]


def _records(table: np.ndarray, names: list[str], steps: list[int], phase: str, end: int) -> list[dict[str, Any]]:
    """Of a table ``[stretches, names, 2]`` the records of an epoch."""
    added = np.diff(table, axis=0, prepend=0.0)
    start, records = end - steps[-1], []
    for before, after, (sums, counts) in zip([0, *steps], steps, added.transpose(0, 2, 1).tolist(), strict=False):
        means = {f"train/{n}": s / c for n, s, c in zip(names, sums, counts, strict=True) if c > 0}
        records.append({"phase": phase, "from": start + before, "to": start + after, **means})
    return records


def _table(snapshots: list[Snapshot], names: list[str]) -> np.ndarray:
    """Float64 ``[stretches, names, 2, k]``: sum and count of each term at the end of each stretch; k members, or 1."""
    index = {name: i for i, name in enumerate(names)}
    members = next(sums[0].numel() for snapshot in snapshots for _names, sums, _count in snapshot)
    table = np.zeros((len(snapshots), len(names), 2, members))
    for group in dict.fromkeys(group for snapshot in snapshots for group, _sums, _count in snapshot):
        found = [(i, s, c) for i, snapshot in enumerate(snapshots) for g, s, c in snapshot if g == group]
        rows, columns = [i for i, _s, _c in found], [index[name] for name in group]
        where = found[-1][1].device  # the first ones of a resumed epoch come from a file
        stacked = torch.stack([s.to(where) for _i, s, _c in found])  # [stretches, terms(, members)]
        sums = stacked.reshape(len(rows), len(columns), members).cpu().double().numpy()
        counts = np.broadcast_to(np.array([[[count]] for _i, _s, count in found]), sums.shape)
        table[np.ix_(rows, columns)] += np.stack([sums, counts], 2)
    return table


def _over_processes(table: np.ndarray, engine: SumsOverProcesses) -> np.ndarray:
    wide = torch.float32 if engine.device.type == "mps" else torch.float64
    whole = engine.sum_over_processes(torch.from_numpy(table).to(engine.device, wide))
    return np.asarray(whole.cpu().numpy(), np.float64)
