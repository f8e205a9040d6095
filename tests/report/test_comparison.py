"""The page of runs side by side says what it compares, what it does not, and why."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report.made_runs import autoencoder_evaluation, classifier_evaluation, records
from trasluz.draw.history import read_history
from trasluz.draw.provenance import Origin
from trasluz.draw.resting import Resting
from trasluz.evaluation.evaluation import Evaluation
from trasluz.look.through import Through
from trasluz.recipe import from_dict
from trasluz.report.comparison import Comparison, Seen, write_comparison_page
from trasluz.search.common import Judged
from trasluz.search.compare import Entry, compare_table, recipe_differences

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1), dtype=np.uint8)
_NOTHING = Seen({}, (), (), "first")


def _comparison(
    second: Evaluation | None,
    *,
    common: int = 897,
    left: int = 0,
    model: dict[str, Any] | None = None,
    seen: Seen = _NOTHING,
) -> Comparison:
    recipes = [
        from_dict({"name": "first", "model": {"family": "classifier"}}),
        from_dict({"name": "second", "model": {"family": "classifier", **(model or {})}, "seed": 4}),
    ]
    first = classifier_evaluation()
    lacks = None if second else "no model <yet>"
    samples, none = np.arange(first.count), np.empty(0, np.int64)
    entries = [
        Entry("first", "folder-1", recipes[0], first, Judged(samples, none), 7.0, 30, 10),
        Entry("second", "folder-2", recipes[1], second, Judged(samples, none), 9.0, 30, 12, failure=lacks),
    ]
    judged = {"first": first.count} | ({} if second is None else {"second": common})
    hardware = {"processor": "Some Processor", "precision": "bf16"}
    versions = [{"torch": "2.7", "numpy": "2.4"}, {"torch": "2.8", "numpy": "2.4"}]
    return Comparison(
        table=compare_table(entries),
        split="valid",
        differing=recipe_differences(recipes),
        histories={entry.name: read_history(records("classifier")) for entry in entries},
        infos={e.name: {"hardware": hardware, "versions": v} for e, v in zip(entries, versions, strict=True)},
        counts={e.name: e.evaluation.count for e in entries if e.evaluation},
        resting=Resting("first", judged, left, "trasluz compare a b --common"),
        seen=seen,
        folders={"first": "folder-1", "second": "folder-2"},
    )


def _page(tmp_path: Path, comparison: Comparison) -> str:
    origin = Origin("folder-1, folder-2", "first, second", "1, 2")
    return write_comparison_page(tmp_path / "page.html", comparison, origin, "en").read_text(encoding="utf-8")


def _section(page: str, anchor: str) -> str:
    found = re.search(rf'<section id="{anchor}".*?</section>', page, re.DOTALL)
    assert found, anchor
    return found[0]


def test_the_same_numbers_are_no_difference_and_the_loss_is_drawn(tmp_path: Path) -> None:
    page = _page(tmp_path, _comparison(classifier_evaluation()))
    answer = _section(page, "answer")
    assert "judged on 897 validation images" in answer
    assert "difference 0.0 points" in answer
    assert "(−0.2 to +0.2 points)" in answer  # 897 images on which both agree (Agresti and Min)
    assert "main-value" not in answer, "nothing is sure"
    assert "on other samples" not in answer
    assert "losses are left out" not in page
    assert "<code>seed</code>" in _section(page, "recipes")
    machine = _section(page, "machine")
    assert "torch" in machine
    assert "numpy" not in machine


def test_another_objective_has_no_loss_in_common(tmp_path: Path) -> None:
    page = _page(tmp_path, _comparison(classifier_evaluation(), model={"label_smoothing": 0.1}))
    assert "losses are left out" in _section(page, "curves")
    assert "Loss on validation data" not in page


@pytest.mark.parametrize(
    ("common", "sentence"),
    [
        (0, "was judged on other samples than first"),
        (29, "both judged on only 29 samples on which neither was trained: from fewer than 30 no difference is taken"),
        (500, "rests on the 500 samples that both were judged on and neither was trained on"),
    ],
)
def test_images_that_are_not_shared_are_spoken_of(tmp_path: Path, common: int, sentence: str) -> None:
    assert sentence in _section(_page(tmp_path, _comparison(classifier_evaluation(), common=common)), "answer")


def test_where_there_are_too_few_the_command_for_the_same_images_stands(tmp_path: Path) -> None:
    few = _section(_page(tmp_path, _comparison(classifier_evaluation(), common=7, left=1200)), "answer")
    assert "1\u202f200 samples that all of these runs know were trained on in none of them" in few
    assert "<code>trasluz compare a b --common</code>" in few
    none = _section(_page(tmp_path, _comparison(classifier_evaluation(), common=7, left=12)), "answer")
    assert "--common" not in none
    assert "data.split_seed" in none
    assert "--common" not in _section(_page(tmp_path, _comparison(classifier_evaluation(), left=1200)), "answer")


def test_a_run_without_numbers_says_why_and_is_escaped(tmp_path: Path) -> None:
    page = _page(tmp_path, _comparison(None, common=0))
    assert "no model &lt;yet&gt;" in _section(page, "answer")
    assert "on other samples" not in page


def test_without_a_metric_in_common_each_has_its_own(tmp_path: Path) -> None:
    page = _page(tmp_path, _comparison(autoencoder_evaluation()))
    assert "Accuracy" in _section(page, "numbers")
    assert "PSNR" in _section(page, "numbers")


def test_images_that_networks_made_say_so_in_their_files(tmp_path: Path) -> None:
    import base64

    side = Through(IMAGES, reconstructions=IMAGES, errors=np.float32([0.1, 0.2]), samples=IMAGES)
    seen = Seen({"first": side, "second": replace(side, samples=None)}, ("1", "2"), ("", ""), "first", ("second",))
    page = _page(tmp_path, _comparison(classifier_evaluation(), seen=seen))
    files = [base64.b64decode(found) for found in re.findall(r"data:image/png;base64,([^\"]+)", page)]
    assert any(b"A neural network made this image" in file for file in files)
    assert any(b"A neural network rebuilt this image" in file for file in files)
    assert "second was trained on other data" in _section(page, "images")
