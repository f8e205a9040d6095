from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.report.made_runs import make_run
from trasluz.draw.names import percent
from trasluz.evaluation.evaluation import Evaluation
from trasluz.report.context import Context
from trasluz.report.sections import roc


def evaluation(labels: np.ndarray, classes: tuple[str, ...] = ("real", "generated")) -> Evaluation:
    rng = np.random.default_rng(0)
    score = 1 / (1 + np.exp(-1.0 * (labels == 1) - rng.normal(size=len(labels))))
    probabilities = np.stack([1 - score, score], 1).astype(np.float32)
    return Evaluation(
        "valid", len(labels), {}, classes=classes, arrays={"labels": labels, "probabilities": probabilities}
    )


def test_the_section_says_the_area_and_which_class_is_meant(tmp_path: Path) -> None:
    labels = np.random.default_rng(1).integers(-1, 2, 200)
    found = evaluation(labels)
    context = Context(make_run(tmp_path), {"valid": found})
    assert roc.applies(context)
    html = str(roc.render(context).html)
    known = labels >= 0
    area = roc_auc_score(labels[known], found.arrays["probabilities"][known, 1])
    assert percent(area, 2) in html
    assert "generated" in html
    assert len(context.figures) == 2


@pytest.mark.parametrize("labels", [np.zeros(9, int), np.full(9, -1)])
def test_one_class_has_no_curve(tmp_path: Path, labels: np.ndarray) -> None:
    assert not roc.applies(Context(make_run(tmp_path), {"valid": evaluation(labels)}))
    assert not roc.applies(Context(make_run(tmp_path), {}))
