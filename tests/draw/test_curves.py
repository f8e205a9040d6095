from __future__ import annotations

from itertools import pairwise

import pytest

from tests.draw.made_records import records
from trasluz.draw.curves import gap_curve, learning_curves, learning_rate, step_curves
from trasluz.draw.history import read_history
from trasluz.draw.steps import Steps
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


def made_steps() -> Steps:
    stretches = [{"phase": "train", "from": 5 * i, "to": 5 * i + 5, "train/loss": 4.0 - i} for i in range(4)]
    return Steps(stretches, records(2))


def test_stretches_stand_at_their_middle_and_validation_at_its_step() -> None:
    train, valid = step_curves(made_steps(), "loss").data
    assert list(train.x) == [2.5, 7.5, 12.5, 17.5]
    assert list(train.y) == [4.0, 3.0, 2.0, 1.0]
    assert list(valid.x) == [10, 20]


def test_steps_have_the_same_axis_as_epochs() -> None:
    figure = step_curves(made_steps(), "loss")
    assert figure.layout.yaxis.rangemode == learning_curves(read_history(records(4)), "loss").layout.yaxis.rangemode


def test_too_many_stretches_are_averaged_by_their_lengths() -> None:
    ends = [0]
    for i in range(900):
        ends.append(ends[-1] + 1 + i % 2)
    pairs = pairwise(ends)
    steps = Steps([{"phase": "a", "from": a, "to": b, "train/loss": float(a)} for a, b in pairs])
    x, y = steps.training("loss")
    assert len(x) <= 400
    # three stretches of 1, 2 and 1 steps that begin at 0, 1 and 3
    assert (x[0], y[0]) == (2.0, pytest.approx((0 + 2 * 1 + 3) / 4))


def test_the_gap_is_validation_minus_training_where_both_were_measured() -> None:
    made = records(5)
    del made[1]["valid/loss"]
    line = gap_curve(read_history(made), "loss").data[0]
    assert list(line.x) == [1, 3, 4, 5]
    assert list(line.y) == pytest.approx([0, 0, 0.1, 0.1])


def test_phases_of_steps_are_named_where_they_start() -> None:
    stretches = [{"phase": name, "from": f, "to": f + 3, "train/loss": 1.0} for name, f in (("a", 0), ("b", 3))]
    figure = step_curves(Steps(stretches), "loss")
    assert [(a.text, a.x) for a in figure.layout.annotations] == [("a", 0), ("b", 3)]
    assert len(figure.layout.shapes) == 1


def test_validation_is_compared_with_training_images_in_evaluation_where_these_were_measured() -> None:
    made = [{**record, "train_eval/loss": record["valid/loss"] - 0.25} for record in records(3)]
    history = read_history(made)
    assert history.metrics() == ("loss",)
    assert history.splits("loss") == ("train", "train_eval", "valid")
    assert list(gap_curve(history, "loss").data[0].y) == pytest.approx([0.25] * 3)
    names = [line.name for line in learning_curves(history, "loss").data]
    assert names == ["training", "training images, in evaluation", "validation"]


def test_an_axis_of_shares_ends_where_shares_do() -> None:
    figure = learning_curves(read_history([{"epoch": e, "valid/accuracy": 1.0} for e in (1, 2)]), "accuracy")
    options = figure.layout.yaxis.autorangeoptions
    assert (options.minallowed, options.maxallowed) == (-0.03, 1.03)
