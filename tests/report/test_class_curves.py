"""Each class against the rest on the page: which are hardest, and a row for every class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from tests.report.made_runs import classifier_evaluation, make_run
from tests.report.test_roc import evaluation
from trasluz.draw.names import percent
from trasluz.evaluation.evaluation import Evaluation
from trasluz.report.context import Context
from trasluz.report.sections import class_curves


def test_the_mean_average_precision_is_scikit_learns_and_every_class_has_its_row(tmp_path: Path) -> None:
    found = classifier_evaluation()
    context = Context(make_run(tmp_path), {"valid": found})
    assert class_curves.applies(context)
    html = str(class_curves.render(context).html)
    truth = np.eye(10)[found.arrays["labels"]]
    mean = average_precision_score(truth, found.arrays["probabilities"], average="macro")
    assert percent(mean) in html
    assert html.count("<tr>") == 1 + 10
    assert len(context.figures) == 2


def test_two_classes_have_a_section_of_their_own(tmp_path: Path) -> None:
    labels = np.random.default_rng(1).integers(0, 2, 50)
    assert not class_curves.applies(Context(make_run(tmp_path), {"valid": evaluation(labels)}))
    assert not class_curves.applies(Context(make_run(tmp_path), {}))


def test_several_labels_per_image_and_more_classes_than_lines_can_be_told_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    labels = rng.random((60, 14)) < 0.3
    arrays = {"labels": labels, "probabilities": rng.random((60, 14)).astype(np.float32)}
    many = Evaluation("valid", 60, {}, classes=tuple(f"label {i}" for i in range(14)), arrays=arrays)
    context = Context(make_run(tmp_path), {"valid": many})
    assert class_curves.applies(context)
    html = str(class_curves.render(context).html)
    assert html.count("<tr>") == 1 + 14
    assert "10 classes with the lowest average precision" in html
