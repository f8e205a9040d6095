from __future__ import annotations

import math

from tests.draw.made_records import records
from trasluz.draw.curves import learning_curves
from trasluz.draw.history import read_history


def test_epochs_of_a_second_phase_go_on_counting_and_the_phase_is_marked() -> None:
    history = read_history(records(3, "first") + records(2, "second"))
    assert history.epochs == (1, 2, 3, 4, 5)
    assert history.phases == (("first", 1), ("second", 4))
    figure = learning_curves(history, "loss")
    assert {a.text for a in figure.layout.annotations} == {"first", "second"}
    assert len(figure.layout.shapes) == 1


def test_the_best_epoch_is_the_smallest_finite_validation_loss() -> None:
    made = records(6)
    made[2]["valid/loss"] = float("nan")
    history = read_history(made)
    measured = {r["epoch"]: r["valid/loss"] for r in made if math.isfinite(r["valid/loss"])}
    best = min(measured, key=lambda e: measured[e])
    assert history.best("valid/loss", "min") == (best, measured[best])
    assert history.best("valid/loss", "max", start=4) == (4, measured[4])
    assert history.best("valid/absent", "min") is None
