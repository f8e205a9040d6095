from __future__ import annotations

import pytest

from tests.draw.made_records import records
from trasluz.draw.curves import learning_curves, learning_rate
from trasluz.draw.history import read_history
from trasluz.messages import language


def test_both_splits_are_drawn_at_the_epochs_where_they_were_measured() -> None:
    made = records(4)
    del made[1]["valid/loss"]
    figure = learning_curves(read_history(made), "loss")
    train, valid = figure.data
    assert list(train.x) == [1, 2, 3, 4]
    assert list(valid.x) == [1, 3, 4]
    assert valid.name == "validation"


def test_the_best_epoch_is_marked_on_the_validation_line() -> None:
    figure = learning_curves(read_history(records(5)), "loss", best_epoch=2)
    assert list(figure.data[-1].x) == [2]
    assert list(figure.data[-1].y) == [0.5]


def test_losses_start_at_zero_and_get_a_logarithmic_button_only_when_it_helps() -> None:
    wide, narrow = (
        learning_curves(read_history(records(20)), "loss"),
        learning_curves(read_history(records(2)), "loss"),
    )
    assert wide.layout.yaxis.rangemode == "tozero"
    assert len(wide.layout.updatemenus) == 1
    assert len(narrow.layout.updatemenus) == 0


def test_a_run_without_epochs_draws_an_empty_figure() -> None:
    assert len(learning_curves(read_history([]), "loss").data) == 0


def test_the_learning_rate_is_drawn_as_recorded() -> None:
    assert list(learning_rate(read_history(records(3))).data[0].y) == [0.1, 0.05, pytest.approx(0.1 / 3)]


def test_figures_speak_the_language_in_force() -> None:
    with language("es"):
        figure = learning_curves(read_history(records(3)), "loss")
    assert figure.layout.xaxis.title.text == "Época"
    assert figure.data[1].name == "validación"
