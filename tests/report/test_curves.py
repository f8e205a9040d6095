"""How did it learn: figures per epoch and per step in pairs, and the gap in numbers."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.report.made_runs import make_run
from trasluz.draw.names import metric_value
from trasluz.report.context import Context
from trasluz.report.sections import curves
from trasluz.runs.folder import RunFolder


def with_steps(folder: RunFolder, per_epoch: int = 4) -> RunFolder:
    for record in folder.metrics():
        end, length = int(record["step"]), 29
        edges = [end - length + length * i // per_epoch for i in range(per_epoch + 1)]
        folder.append_steps(
            {"phase": "train", "from": a, "to": b, "train/loss": record["train/loss"], "train/accuracy": 0.5}
            for a, b in pairwise(edges)
        )
    return folder


def test_every_term_of_the_steps_has_a_figure_beside_that_of_its_epochs(tmp_path: Path) -> None:
    html = str(curves.render(Context(with_steps(make_run(tmp_path)), {})).html)
    assert "Loss, step by step" in html
    assert "Accuracy, step by step" in html
    assert "stretches of steps" in html


def test_runs_without_steps_keep_their_curves_per_epoch(tmp_path: Path) -> None:
    context = Context(make_run(tmp_path), {})
    html = str(curves.render(context).html)
    assert "step by step" not in html
    assert "stretches of steps" not in html


def test_stretches_as_coarse_as_epochs_show_nothing_new(tmp_path: Path) -> None:
    html = str(curves.render(Context(with_steps(make_run(tmp_path), 1), {})).html)
    assert "step by step" not in html


def test_the_gap_is_said_in_numbers_with_its_sign(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    last = folder.metrics()[-1]
    html = str(curves.render(Context(folder, {})).html)
    gap = last["valid/loss"] - last["train/loss"]
    assert f"validation minus training is +{metric_value('loss', gap)}" in html
    points = 100 * (last["valid/accuracy"] - last["train/accuracy"])
    assert f"validation minus training is −{abs(points):.2f} points" in html
    assert html.count('<span lang="en">Gap to validation: ') == 2


def _rewrite(folder: RunFolder, **more: object) -> RunFolder:
    made = [record | more for record in folder.metrics()]
    folder.cut_metrics(0)
    for record in made:
        folder.append_metrics(record)
    return folder


def test_training_images_in_evaluation_stand_beside_validation_in_both_languages(tmp_path: Path) -> None:
    folder = _rewrite(make_run(tmp_path), **{"train_eval/loss": 0.0625})
    last = folder.metrics()[-1]
    html = str(curves.render(Context(folder, {})).html)
    assert f"(training images, in evaluation), {metric_value('loss', last['valid/loss'])} (validation)" in html
    assert f"validation minus training is +{metric_value('loss', last['valid/loss'] - 0.0625)}" in html
    assert "imágenes de entrenamiento, en evaluación" in html
    assert "What validation is compared with are training images in evaluation" in html


def test_statistics_that_were_computed_anew_are_told_with_what_came_of_it(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    assert "computed anew" not in str(curves.render(Context(folder, {})).html)
    told = {"images": 102, "norms": 3, "steps": 6, "memory": 10.0, "initial": 0.53}
    measured = {"before": {"valid/accuracy": 0.333}, "after": {"valid/accuracy": 0.976}}
    folder.update_info(statistics={"train": told | measured})
    html = str(curves.render(Context(folder, {})).html)
    assert "computed anew from 102 training images: there were 6 steps" in html
    assert "33.3" in html
    assert "97.6" in html


def test_no_epoch_is_called_the_best_where_curves_lag_behind_the_weights(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    context = Context(folder, {})
    assert context.best is not None
    assert "Best epoch: " in str(curves.render(context).html)
    told = {"images": 102, "norms": 3, "steps": 6, "memory": 10.0, "initial": 0.53}
    measured = {"before": {"valid/accuracy": 0.333}, "after": {"valid/accuracy": 0.976}}
    folder.update_info(statistics={"train": told | measured})
    context = Context(folder, {})
    assert context.best is None
    html = str(curves.render(context).html)
    assert "Best epoch" not in html
    assert "Which epoch was best cannot be told" in html
    assert "best epoch" not in str(curves.answer(context))
