"""study(): every cell once, stopped and gone on with, and a page that says what is sure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trasluz import api
from trasluz.api import search_together
from trasluz.errors import DataError, Interrupted, RecipeError
from trasluz.recipe.study import Study
from trasluz.reporting import Reporter
from trasluz.search.executing import execute

SMALL = Study(
    name="small",
    description={"en": "Does a higher rate help?", "es": "¿Ayuda una tasa mayor?"},
    base="digits-cnn",
    set={"train.epochs": 1, "data.limit": 80, "model.network.channels": [8], "data.test": None},
    variants={"low": {"train.optimiser.learning_rate": 0.001}, "high": {"train.optimiser.learning_rate": 0.01}},
    seeds=2,
    metrics=("accuracy",),
)


def test_every_cell_is_trained_judged_and_compared(tmp_path: Path) -> None:
    found = api.study(SMALL, runs=tmp_path)
    runs = api.list_runs(found.path / "runs")
    assert sorted(run.name for run in runs) == ["high", "high", "low", "low"]
    assert [row.variant for row in found.table.rows] == ["low", "high"]
    assert found.table.metrics[0] == "accuracy"
    for row in found.table.rows:
        scores = {
            api.open_run(found.path / "runs" / run).evaluations()["valid"].metrics["accuracy"] for run in row.runs
        }
        assert set(row.scores["accuracy"].values) == scores
    assert json.loads((found.path / "table.json").read_text())["reference"] == "low"
    page = found.page.read_text(encoding="utf-8")
    assert "Does a higher rate help?" in page
    assert "¿Ayuda una tasa mayor?" in page
    assert "train.optimiser.learning_rate = 0.01" in page


def test_what_cannot_be_judged_is_refused_before_work(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="split: digits has no valid split to judge the variants on; allowed: train"):
        api.study(SMALL, set={"data.valid": None}, runs=tmp_path)
    with pytest.raises(DataError):
        api.study(SMALL, data=tmp_path / "nowhere", runs=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_metric_that_no_run_has_is_told(tmp_path: Path) -> None:
    told: list[str] = []

    class Ear(Reporter):
        def warn(self, message: str) -> None:
            told.append(message)

    asked = SMALL.model_copy(update={"metrics": ("acuracy",), "variants": {"low": {}}, "seeds": 1})
    api.study(asked, runs=tmp_path, reporter=Ear())
    assert any(message.startswith("metrics: no run has acuracy; measured are accuracy") for message in told)


def test_a_stopped_study_goes_on_and_trains_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[str] = []

    def counted(pieces: Any, *words: Any) -> Iterator[Any]:
        for done in execute(pieces, *words, processes=1):
            trained.append(pieces[done.index].recipe.name)
            yield done
            if len(trained) == 2:
                raise Interrupted("stopped")

    monkeypatch.setattr(search_together, "execute", counted)
    with pytest.raises(Interrupted, match="trasluz study"):
        api.study(SMALL, runs=tmp_path)
    folder = next(tmp_path.iterdir())
    assert "interrupted" in (folder / "study.html").read_text(encoding="utf-8")
    done = api.study(folder)
    assert sorted(run.name for run in api.list_runs(folder / "runs")) == ["high", "high", "low", "low"]
    assert all(len(row.scores["accuracy"].values) == 2 for row in done.table.rows)
    assert not (folder / "together").exists()
    until_then = list(trained)
    assert api.study(folder).table == done.table
    assert trained == until_then


def test_a_study_that_was_stopped_before_a_run_had_its_findings_makes_them_up_and_trains_nothing(
    tmp_path: Path,
) -> None:
    found = api.study(SMALL, set={"data.limit": 60}, runs=tmp_path)
    runs = sorted((found.path / "runs").glob("*/run.json"))
    before = {path: (path.parent / "metrics.jsonl").read_bytes() for path in runs}
    (runs[1].parent / "findings.json").unlink()
    api.study(found.path)
    assert all((path.parent / "findings.json").is_file() for path in runs)
    assert before == {path: (path.parent / "metrics.jsonl").read_bytes() for path in runs}


def test_more_seeds_go_on_from_those_that_are_there(tmp_path: Path) -> None:
    found = api.study(SMALL.model_copy(update={"seeds": 1}), runs=tmp_path)
    assert not found.table.rows[1].differences["accuracy"].excludes_zero
    more = api.study(found.path, seeds=2)
    assert more.table.rows[0].scores["accuracy"].values[0] == found.table.rows[0].scores["accuracy"].values[0]
    assert len(more.table.rows[0].scores["accuracy"].values) == 2
    with pytest.raises(DataError, match="--seeds 1"):
        api.study(found.path, seeds=1)
    with pytest.raises(DataError, match="settings"):
        api.study(found.path, set={"train.epochs": 2})


def test_a_variant_that_diverges_is_a_result(tmp_path: Path) -> None:
    wild = {"fine": {}, "wild": {"train.optimiser": {"name": "sgd", "learning_rate": 1e30}}}
    asked = Study.model_validate({**SMALL.model_dump(), "variants": wild, "seeds": 1, "reference": None})
    found = api.study(asked, runs=tmp_path)
    assert "diverged" in found.table.rows[1].failures[0]
    assert found.table.rows[0].scores
    assert "diverged" in found.page.read_text(encoding="utf-8")
    assert api.study(found.path).table == found.table


def test_a_wrong_variant_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    wrong = Study.model_validate(
        {**SMALL.model_dump(), "variants": {"a": {}, "b": {"train.epoch": 2}}, "reference": None}
    )
    with pytest.raises(RecipeError, match="epoch"):
        api.study(wrong, runs=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_run_of_a_study_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    found = api.study(SMALL.model_copy(update={"seeds": 1}), runs=tmp_path)
    hurt = {row.variant: found.path / "runs" / row.runs[0] for row in found.table.rows}["low"]
    (hurt / "metrics.jsonl").write_bytes(b"\xff\n")
    low, high = api.study(found.path).table.rows
    assert "damaged" in low.failures[0]
    assert "metrics.jsonl" in low.failures[0]
    assert high.scores["accuracy"].mean == found.table.rows[1].scores["accuracy"].mean


def test_a_number_of_seeds_that_no_study_has_is_refused(tmp_path: Path) -> None:
    for seeds in (0, 10**40):
        with pytest.raises(RecipeError, match="seeds"):
            api.study(SMALL, seeds=seeds, runs=tmp_path)


def test_a_study_says_on_what_its_differences_rest(tmp_path: Path) -> None:
    found = api.study(SMALL, runs=tmp_path)
    counts = [api.open_run(found.path / "runs" / run).info["splits"]["valid"] for run in found.table.rows[0].runs]
    assert found.resting.samples == min(counts)
    (sentence,) = found.resting.sentences()
    assert f"samples that both variants were judged on: {min(counts)} or more" in sentence
    assert sentence in found.page.read_text(encoding="utf-8")


def test_a_variant_that_changes_which_images_are_judged_has_no_difference(tmp_path: Path) -> None:
    variants = {
        "tenth": {"data.valid": 0.1},
        "fifth": {"data.valid": 0.2},
        "smaller": {"data.size": 6, "data.valid": 0.1},
    }
    asked = Study.model_validate({**SMALL.model_dump(), "variants": variants, "seeds": 1})
    found = api.study(asked, runs=tmp_path)
    assert [bool(row.differences) for row in found.table.rows] == [False, False, True]
    assert found.resting.others == ("fifth",)
    assert "fifth was judged on other samples than tenth" in found.page.read_text(encoding="utf-8")


def test_too_few_images_give_no_difference(tmp_path: Path) -> None:
    found = api.study(SMALL, set={"data.limit": {"train": 80, "valid": 20}}, runs=tmp_path)
    assert found.table.rows[1].differences == {}
    assert found.resting.few
    assert "Judged on 20 samples only: from fewer than 30" in found.page.read_text(encoding="utf-8")


def _sections(page: Path) -> list[str]:
    return re.findall(r'<section id="([a-z]+)"', page.read_text(encoding="utf-8"))


def test_variants_stand_beside_each_other_in_pictures_and_findings(tmp_path: Path) -> None:
    vae = {
        "train.epochs": 1,
        "train.batch": 32,
        "data.limit": 200,
        "data.size": 8,
        "data.channels": 1,
        "model.encoder.channels": [4],
        "model.encoder.hidden": [8],
        "model.decoder.channels": [4],
    }
    kernels = {
        "narrow": {"model.divergence.bandwidths": [0.0001]},
        "wide": {"model.divergence.bandwidths": [10000.0]},
        "median": {"model.divergence.bandwidths": "median"},
    }
    asked = Study(name="kernels", base="mmd-vae", set=vae | {"data.valid": 0.2}, variants=kernels, seeds=1)
    found = api.study(asked, data="digits", runs=tmp_path)
    assert [name for name in _sections(found.page) if name != "curves"] == [
        "answer",
        "winner",
        "findings",
        "numbers",
        "images",
        "latent",
        "glossary",
    ]
    page = found.page.read_text(encoding="utf-8")
    assert "The kernel sees no pair of codes: narrow." in page
    assert "The kernel tells no codes apart: wide." in page
    assert "What do they rebuild?" in page
    assert "What do they generate?" in page
    gradients = {row.variant: row.scores["kernel_gradient"].mean for row in found.table.rows}
    assert max(gradients["narrow"], gradients["wide"]) < 1e-4 < 1e-2 < gradients["median"]


def test_a_run_whose_pictures_cannot_be_made_costs_its_place_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trasluz.api import variants

    def refuse(*_words: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(variants, "see_through", refuse)
    found = api.study(SMALL.model_copy(update={"seeds": 1}), runs=tmp_path)
    assert "images" not in _sections(found.page)
    assert found.table.rows[1].differences
