"""A run opened with the weights of its best epoch: they are that epoch's, and what is found with them stays apart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import trasluz as tz
from trasluz.api import look_page
from trasluz.errors import CheckpointError, RequestError, RunError
from trasluz.reporting import Reporter

# Only the first epoch can be an improvement by so much, so it is the best one.
FIRST = {"train.early_stopping": {"min_delta": 1e6, "patience": 99}}
# A shorter training would compute its running statistics anew at its end, and so no longer be the longer one's start.
QUICK = {
    "train.schedule": {"name": "constant"},
    "train.statistics": "running",
    "data.limit": 200,
    "data.valid": 0.2,
    "data.augment": {},
}
CNN = {**QUICK, **FIRST, "model.network.channels": [8]}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("digits-cnn", set={**CNN, "train.epochs": 3}, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture(scope="module")
def shorter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same training, ended after the epoch that is the other's best."""
    return tz.train("digits-cnn", set={**CNN, "train.epochs": 1}, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    return shutil.copytree(trained, tmp_path / "run")


def test_the_best_weights_are_those_that_a_training_ended_with_after_that_epoch(folder: Path, shorter: Path) -> None:
    best, final, after = tz.open_run(folder, weights="best"), tz.open_run(folder), tz.open_run(shorter)
    samples = best.data.samples[:20]
    np.testing.assert_array_equal(best.predict(samples).probabilities, after.predict(samples).probabilities)
    assert (best.predict(samples).probabilities != final.predict(samples).probabilities).any()
    assert best.evaluate().metrics == after.evaluate().metrics != final.evaluate().metrics
    assert best.metrics == after.metrics != final.metrics
    assert not any(module.training for module in best.networks.modules())


def test_what_is_found_with_them_lies_apart_from_what_is_found_with_the_final_ones(folder: Path) -> None:
    best, final = tz.open_run(folder, weights="best"), tz.open_run(folder)
    before = {path.relative_to(folder) for path in folder.rglob("*")}
    best.evaluate()
    best.look("kernels")
    best.report()
    made = {path.relative_to(folder) for path in folder.rglob("*")} - before
    assert {path.parts[0] for path in made} == {"best"}
    assert {Path("best/report.html"), Path("best/findings.json"), Path("best/looks/kernels")} <= made
    assert final.evaluations() == {}
    assert (best.look("kernels").kernels != final.look("kernels").kernels).any()
    for run, where in ((best, "best/looks"), (final, "looks")):
        stored = json.loads((folder / where / "kernels" / "look.json").read_text(encoding="utf-8"))
        assert stored["made_from"]["weights"] == run.weights.digest()
        assert run.evaluate().metrics == tz.open_run(folder, weights=run.weights.name).evaluations()["valid"].metrics


def test_pages_and_notes_say_which_epoch_they_are_of_in_both_languages(folder: Path) -> None:
    best, final = tz.open_run(folder, weights="best"), tz.open_run(folder)
    assert final.weights_note == ""
    assert "epoch 1 of the phase train, the best by `valid/loss`" in best.weights_note
    page = look_page(best, "kernels", None, None, {}, None, "en", Reporter())
    assert page == folder / "best" / "looks" / "kernels.html"
    for text in (page.read_text(encoding="utf-8"), best.report().read_text(encoding="utf-8")):
        assert "With the weights of epoch 1" in text
        assert "run/best" in text
    assert "With the weights of epoch" not in final.report().read_text(encoding="utf-8")


def test_final_and_best_of_one_run_can_be_compared_but_not_one_of_them_with_itself(folder: Path) -> None:
    best, final = tz.open_run(folder, weights="best"), tz.open_run(folder)
    rows = tz.compare(final, best).table.rows
    apart = best.evaluate().metrics["accuracy"] - final.evaluate().metrics["accuracy"]
    assert rows[1].differences["accuracy"].mean == pytest.approx(apart)
    assert [row.variant for row in rows] == ["run", "run/best"]
    with pytest.raises(RequestError, match="given twice"):
        tz.compare(best, tz.open_run(folder, weights="best"))


def test_images_say_that_the_best_weights_made_them(tmp_path: Path) -> None:
    settings = {**QUICK, **FIRST, "train.epochs": 2}
    run = tz.train("digits-autoencoder", set=settings, runs=tmp_path / "runs")
    best = tz.open_run(run.path, weights="best")
    best.generate(1, source="mixture").save(tmp_path / "made")
    with Image.open(tmp_path / "made" / "00001.png") as image:
        assert image.info["trasluz:run"] == f"{run.path.name}/best"
    assert (best.path / "best" / "mixture.safetensors").is_file()
    assert not (best.path / "mixture.safetensors").exists()
    codes, final = best.encode(run.data.samples[:5]), run.encode(run.data.samples[:5])
    assert (codes != final).any()


def test_weights_that_are_not_there_are_refused_in_one_sentence(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (30, 8, 8, 1), dtype=np.uint8)
    settings = {"train.epochs": 1, "data.valid": None, "data.test": None, "model.network.channels": [4]}
    run = tz.train("digits-cnn", data=(images, [0, 1] * 15), set=settings, runs=tmp_path)
    with pytest.raises(RunError, match="no weights of a best epoch were kept"):
        tz.open_run(run.path, weights="best")
    with pytest.raises(RequestError, match=r"no 'last' weights; allowed: final, best\."):
        tz.open_run(run.path, weights="last")


def test_damaged_best_weights_are_refused_and_the_final_ones_still_serve(folder: Path) -> None:
    (folder / "checkpoints" / "best" / "state.safetensors").write_bytes(b"nothing")
    best = tz.open_run(folder, weights="best")
    with pytest.raises(CheckpointError, match=r"state\.safetensors changed since it was written"):
        best.evaluate()
    (folder / "checkpoints" / "best" / "state.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        assert best.weights_note
    assert tz.open_run(folder).evaluate().count > 0


def test_an_older_run_that_kept_no_more_than_the_epoch_is_told_by_its_recipe(folder: Path) -> None:
    path = folder / "checkpoints" / "best" / "state.json"
    tree = json.loads(path.read_text(encoding="utf-8"))
    tree["$pairs"] = [pair for pair in tree["$pairs"] if pair[0] not in ("phase", "monitor")]
    path.write_text(json.dumps(tree), encoding="utf-8")
    told = tz.open_run(folder, weights="best").weights.epoch()
    assert told is not None
    assert (told.phase, told.epoch, told.monitor) == ("train", 1, "valid/loss")


def test_phases_are_told_apart_where_the_best_epoch_is_of_the_last(tmp_path: Path) -> None:
    phases = [{"name": "first", "train": {"epochs": 2}}, {"name": "second", "train": {"epochs": 2}}]
    run = tz.train("digits-cnn", set={**CNN, "phases": phases}, runs=tmp_path)
    best = tz.open_run(run.path, weights="best")
    assert "epoch 1 of the phase second" in best.weights_note
    record = next(r for r in run.history if (r["phase"], r["epoch"]) == ("second", 1))
    assert best.metrics["valid/loss"] == record["valid/loss"]


def test_scores_of_weights_that_a_run_had_before_are_not_told_of_new_ones(folder: Path) -> None:
    before, best = tz.open_run(folder).evaluate(), tz.open_run(folder, weights="best").evaluate()
    longer = tz.resume(folder, set={"train.epochs": 4})
    assert longer.evaluations() == {}
    after = longer.evaluate()
    assert after.metrics != before.metrics
    assert tz.open_run(folder).evaluations()["valid"].metrics == after.metrics
    assert tz.open_run(folder, weights="best").evaluations()["valid"].metrics == best.metrics  # still of epoch 1


def test_scores_of_an_older_run_that_do_not_say_which_weights_they_are_of_are_believed(folder: Path) -> None:
    found = tz.open_run(folder).evaluate()
    path = folder / "looks" / "evaluation-valid" / "evaluation.json"
    tree = json.loads(path.read_text(encoding="utf-8"))
    del tree["model"], tree["seal"]  # older runs have neither
    path.write_text(json.dumps(tree), encoding="utf-8")
    assert tz.open_run(folder).evaluations()["valid"].metrics == found.metrics
