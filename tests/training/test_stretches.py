"""Means over stretches of steps: against the terms of every step, noted by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.training.harness import Session, recipe
from trasluz.families.base import Losses
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop
from trasluz.training.stretches import POINTS, Stretches
from trasluz.training.totals import Totals

ENGINE: Any = SimpleNamespace(device=torch.device("cpu"), sum_over_processes=lambda values: values)


def train(epochs: int, steps: int, stretches: Stretches) -> list[dict[str, Any]]:
    """Epochs whose term is the number of the step (through all epochs), and whose second term comes every third step.

    The first sample counts of each step differ, so that weights show."""
    records: list[dict[str, Any]] = []
    for epoch in range(epochs):
        totals = Totals(torch.device("cpu"))
        for step in range(steps):
            whole = epoch * steps + step
            terms = {"loss": torch.tensor(float(whole))}
            if whole % 3 == 0:
                terms["rare"] = torch.tensor(2.0 * whole)
            totals.add(Losses(terms), 1.0 + step, whole)
            stretches.mark(step + 1, steps, totals)
        records += stretches.close(ENGINE, "train", (epoch + 1) * steps)
    return records


def test_each_record_is_the_mean_per_sample_of_the_steps_that_it_names() -> None:
    steps = 17
    records = train(60, steps, Stretches(60))
    for record in records:
        inside = range(record["from"], record["to"])
        weights = [1.0 + step % steps for step in inside]
        mean = sum(w * step for w, step in zip(weights, inside, strict=True)) / sum(weights)
        assert record["train/loss"] == pytest.approx(mean, rel=1e-12)
        rare = [(w, 2.0 * step) for w, step in zip(weights, inside, strict=True) if step % 3 == 0]
        assert ("train/rare" in record) == bool(rare)
        if rare:
            assert record["train/rare"] == pytest.approx(sum(w * v for w, v in rare) / sum(w for w, _v in rare))


@pytest.mark.parametrize(("epochs", "steps"), [(1, 1), (1, 1000), (3, 7), (60, 17), (399, 50), (500, 3)])
def test_stretches_cover_every_step_once_and_are_some_hundreds_at_most(epochs: int, steps: int) -> None:
    records = train(epochs, steps, Stretches(epochs))
    assert [r["from"] for r in records] == [0, *(r["to"] for r in records[:-1])]
    assert records[-1]["to"] == epochs * steps
    assert len(records) <= max(POINTS, epochs)
    lengths = {r["to"] - r["from"] for r in records}
    assert max(lengths) - min(lengths) <= 1


def test_a_state_in_the_middle_of_an_epoch_goes_on_alike() -> None:
    totals, first, second = Totals(torch.device("cpu")), Stretches(1), Stretches(1)
    for step in range(4):
        totals.add(Losses({"loss": torch.tensor(step / 3)}), 2.0, step)
        first.mark(step + 1, 6, totals)
    second.load_state_dict(first.state_dict())
    for step in (4, 5):
        totals.add(Losses({"loss": torch.tensor(step / 3)}), 2.0, step)
        for stretches in (first, second):
            stretches.mark(step + 1, 6, totals)
    assert first.close(ENGINE, "train", 6) == second.close(ENGINE, "train", 6)


class Noted(Callback):
    """Weighted means of an epoch's records of stretches must be the epoch's own record."""

    def __init__(self) -> None:
        self.epochs: list[dict[str, Any]] = []

    def on_epoch_end(self, loop: Loop, record: dict[str, Any]) -> None:
        self.epochs.append(dict(record))


def test_a_training_writes_stretches_that_add_up_to_its_epochs(tmp_path: Any) -> None:
    noted = Noted()
    loop = Session(recipe("classifier"), tmp_path / "run", [noted]).run()
    steps, start = loop.store.steps(), 0
    for epoch in noted.epochs:
        inside = [r for r in steps if start <= r["from"] and r["to"] <= epoch["step"]]
        assert {name for name in inside[0] if name.startswith("train/")} == {
            "train/loss",
            "train/cross_entropy",
            "train/accuracy",
        }
        # 90 samples in batches of 20: the last step of five shows 10
        counts = [sum(20 if (s - start) < 4 else 10 for s in range(r["from"], r["to"])) for r in inside]
        mean = sum(c * r["train/loss"] for c, r in zip(counts, inside, strict=True)) / sum(counts)
        assert math.isclose(mean, epoch["train/loss"], rel_tol=1e-9)
        start = epoch["step"]


def test_stretches_of_members_are_those_of_each_alone() -> None:
    together, alone = Stretches(100), [Stretches(100) for _member in range(2)]
    for epoch in range(2):
        totals, own = Totals(torch.device("cpu")), [Totals(torch.device("cpu")) for _member in range(2)]
        for step in range(6):
            values = torch.tensor([1.0 + step, 10.0 * step])
            totals.add(Losses({"loss": values}), 1.0 + step, step)
            together.mark(step + 1, 6, totals)
            for member in range(2):
                own[member].add(Losses({"loss": values[member]}), 1.0 + step, step)
                alone[member].mark(step + 1, 6, own[member])
        end = (epoch + 1) * 6
        found = together.close_members("train", end)
        assert found == [stretches.close(ENGINE, "train", end) for stretches in alone]
        assert len(found[0]) == 4
