"""Runs and a study that version 0.1 wrote open for ever: ``tests/fixtures/v1`` is kept as it was written.

A classifier, an autoencoder with its mixture, and a study of two variants, all of scikit-learn's digits.  The study is
of the built-in ``digits-cnn``: whoever changes that recipe changes what the study asks for.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trasluz import api
from trasluz.api.findings import _stored_looks
from trasluz.errors import RequestError
from trasluz.recipe.migrations import STEPS, VERSION
from trasluz.search.folder import StudyFolder, cells_of
from trasluz.search.index import RunIndex

V1 = Path(__file__).parent.parent / "fixtures" / "v1"


@pytest.fixture
def v1(tmp_path: Path) -> Path:
    return Path(shutil.copytree(V1, tmp_path / "v1"))


def one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


@pytest.fixture
def classifier(v1: Path) -> Path:
    return one(v1, "*-digits-cnn-*")


@pytest.fixture
def autoencoder(v1: Path) -> Path:
    return one(v1, "*-digits-autoencoder-*")


@pytest.fixture
def study(v1: Path) -> Path:
    return one(v1, "*-study-*")


def test_the_recipe_has_the_words_of_today(classifier: Path, autoencoder: Path) -> None:
    for path, name, rate in ((classifier, "adamw", 0.01), (autoencoder, "adam", 0.008)):
        recipe = api.open_run(path).recipe
        assert recipe.version == VERSION
        assert (recipe.train.optimiser.name, recipe.train.optimiser.learning_rate) == (name, rate)


def test_the_records_have_the_words_of_today(classifier: Path, autoencoder: Path) -> None:
    for path in (classifier, autoencoder):
        run = api.open_run(path)
        assert [record["epoch"] for record in run.history] == [1, 2]
        assert all(record["learning_rate"] > 0 and "rate" not in record for record in run.history)
        assert set(run.metrics) > {"train/loss", "valid/loss"}


def test_the_classifier_says_of_images_what_it_said(classifier: Path) -> None:
    run = api.open_run(classifier)
    kept = run.evaluations()["valid"]
    rows = run.data.split("valid")
    said = run.predict(run.data.samples[rows])
    right = np.asarray(said.probabilities).argmax(1) == run.data.labels[rows]
    assert right.mean() == pytest.approx(kept.metrics["accuracy"])
    again = run.evaluate("valid")
    for name, value in kept.metrics.items():
        assert again.metrics[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


def test_the_autoencoder_codes_images_and_draws_from_the_mixture_that_was_kept(autoencoder: Path) -> None:
    run = api.open_run(autoencoder)
    before = (autoencoder / "mixture.safetensors").read_bytes()
    codes = run.encode(run.data.samples[:5])
    assert codes.shape[0] == 5
    assert np.isfinite(codes).all()
    assert "valid" in run.evaluations()
    run.generate(2, source="mixture")
    assert (autoencoder / "mixture.safetensors").read_bytes() == before


def test_looks_that_were_kept_are_read_and_not_computed_anew(classifier: Path, autoencoder: Path) -> None:
    for path, names in ((classifier, {"neighbours", "probes"}), (autoencoder, {"neighbours"})):
        assert set(_stored_looks(path / "looks")) == names
        run = api.open_run(path)
        for name in names:
            file = path / "looks" / name / "arrays.npz"
            written = file.stat().st_mtime_ns
            run.look(name)
            assert file.stat().st_mtime_ns == written, name
    assert api.open_run(classifier).look("probes").tested == 270


def test_findings_are_found(classifier: Path, autoencoder: Path) -> None:
    rules = {finding.rule for finding in api.open_run(classifier).findings()}
    assert rules
    for finding in (*api.open_run(classifier).findings(), *api.open_run(autoencoder).findings()):
        assert not any("optimiser.rate" in setting for setting in finding.settings)


def test_a_finished_run_is_trained_on_from_its_checkpoint(classifier: Path) -> None:
    before = api.open_run(classifier).history
    run = api.resume(classifier, set={"train.epochs": 3})
    assert run.status == "finished"
    assert run.history[:2] == before
    assert run.history[2]["epoch"] == 3
    assert run.recipe.to_yaml().startswith(f"version: {VERSION}\n")
    assert json.loads((classifier / "model" / "config.json").read_text())["version"] == VERSION
    assert api.open_run(classifier).predict(run.data.samples[:2]).probabilities.shape == (2, 10)


def test_the_cells_of_a_study_are_found_and_not_trained_again(study: Path) -> None:
    folder = StudyFolder(study)
    assert folder.study().variants["slow"] == {"train.optimiser.learning_rate": 0.001}
    index = RunIndex(folder.runs)
    found = {cell.variant: index.find(cell.recipe.hash) for cell in cells_of(folder.study())}
    assert {variant: run and run.recipe().name for variant, run in found.items()} == {"slow": "slow", "quick": "quick"}
    before = sorted(path.name for path in folder.runs.iterdir())
    table = json.loads((study / "table.json").read_text())
    result = api.study(study)
    assert sorted(path.name for path in folder.runs.iterdir()) == before
    rows = json.loads((study / "table.json").read_text())["rows"]
    assert [row["scores"] for row in rows] == [row["scores"] for row in table["rows"]]
    assert result.table.metrics


def test_a_renamed_field_of_the_model_is_followed_in_run_model_and_study(
    classifier: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the network's ``channels`` had been called ``filters`` in version 1."""
    monkeypatch.setitem(STEPS, 1, replace(STEPS[1], renames={**STEPS[1].renames, "model.network.filters": "channels"}))
    for file in (classifier / "recipe.yaml", classifier / "model" / "config.json", study / "study.yaml"):
        text = file.read_text(encoding="utf-8")
        renamed = text.replace("model.network.channels", "model.network.filters")
        renamed = renamed.replace('"channels"', '"filters"').replace("    channels:\n", "    filters:\n")
        assert renamed != text
        file.write_text(renamed, encoding="utf-8")
    run = api.open_run(classifier)
    assert "filters" not in run.recipe.model["network"]
    assert run.predict(run.data.samples[:3]).probabilities.shape == (3, 10)
    folder = StudyFolder(study)
    assert "model.network.channels" in folder.study().set
    assert all(RunIndex(folder.runs).find(cell.recipe.hash) for cell in cells_of(folder.study()))


def test_a_model_of_a_newer_version_is_refused_in_a_sentence(classifier: Path) -> None:
    file = classifier / "model" / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": VERSION + 1}))
    with pytest.raises(RequestError, match=f"this model is of version {VERSION + 1}, .* upgrade trasluz"):
        _ = api.open_run(classifier).model
