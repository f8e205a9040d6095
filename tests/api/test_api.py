"""The verbs, end to end on small data: what one writes the next can read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import trasluz as tz
from tests.conftest import ImageFolder
from trasluz.api import clear_cache
from trasluz.errors import DataError, RecipeError, RequestError, RunError
from trasluz.runs.folder import RunFolder

QUICK = {"train.epochs": 2, "train.schedule": {"name": "constant"}}


def pictures(run: tz.Run, rows: np.ndarray) -> np.ndarray:
    """Stored digits, whose values go from 0 to 16, as 8-bit pictures ``[n, 8, 8]``."""
    return np.rint(run.data.samples[rows][..., 0] * (255 / 16)).astype(np.uint8)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("digits-cnn", set=QUICK, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("digits-autoencoder", set=QUICK, runs=tmp_path_factory.mktemp("runs")).path


def test_a_run_says_what_it_is_and_opens_again(classifier: Path) -> None:
    run = tz.open_run(classifier)
    assert run.status == "finished"
    assert [record["epoch"] for record in run.history] == [1, 2]
    assert {"train/loss", "train/accuracy", "valid/loss", "valid/accuracy"} <= run.metrics.keys()
    assert run.capabilities >= {"classify", "logits", "layers"}
    info = run.info
    assert info["hardware"]["precision"] in ("fp32", "bf16")
    assert info["recipe_hash"] == run.recipe.hash
    assert info["splits"] == {name: len(rows) for name, rows in run.data.splits.items()}
    assert info["audit"]["samples"] == 1797


def test_predictions_of_files_are_those_of_the_stored_images(classifier: Path, tmp_path: Path) -> None:
    run = tz.open_run(classifier)
    rows = run.data.split("valid")[:6]
    for i, picture in enumerate(pictures(run, rows)):
        Image.fromarray(picture).save(tmp_path / f"{i}.png")
    from_files = run.predict(tmp_path)
    from_arrays = run.predict(run.data.samples[rows])
    np.testing.assert_allclose(from_files.probabilities, from_arrays.probabilities, atol=0.02)  # 8 bits, not 16 shades
    np.testing.assert_allclose(from_files.probabilities.sum(1), 1, atol=1e-5)
    table = from_files.to_csv().splitlines()
    assert table[0].startswith("file,label,confidence,0,1")
    assert len(table) == 7
    assert len(json.loads(from_files.to_json())["predictions"]) == 6


def test_loose_images_and_those_in_folders_are_predicted_together(classifier: Path, tmp_path: Path) -> None:
    run = tz.open_run(classifier)
    places = ["1.png", "more/2.png", "train/a/3.png", "test/b/4.png", "@eaDir/5.png"]
    for path, pixels in zip(places, pictures(run, run.data.split("valid")[:5]), strict=True):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / path)
    found = run.predict(tmp_path)
    assert list(found.files) == [str(tmp_path / path) for path in sorted(places[:4])]


def test_loose_images_beside_folders_train_what_needs_no_labels(tmp_path: Path, image_folder: ImageFolder) -> None:
    folder = image_folder(classes=("more",), count=12)
    for path in sorted((folder / "more").iterdir())[:6]:
        path.rename(folder / path.name)
    run = tz.train("digits-autoencoder", data=folder, set=QUICK, runs=tmp_path / "runs")
    assert len(run.data.samples) == 12
    with pytest.raises(RecipeError, match="one folder per class with no image beside these folders"):
        tz.train("digits-cnn", data=folder, set=QUICK, runs=tmp_path / "runs")


def test_an_evaluation_is_kept_and_read_back_as_it_was(classifier: Path) -> None:
    run = tz.open_run(classifier)
    made = run.evaluate("valid")
    read = run.evaluations()["valid"]
    assert read.summary() == made.summary()
    np.testing.assert_array_equal(read.arrays["probabilities"], made.arrays["probabilities"])
    hits = made.arrays["probabilities"].argmax(1) == made.arrays["labels"]
    assert made.metrics["accuracy"] == pytest.approx(hits.mean())
    assert made.metrics["accuracy"] == pytest.approx(run.metrics["valid/accuracy"], abs=0.02)


def test_other_data_are_matched_to_the_classes_by_name(classifier: Path, tmp_path: Path) -> None:
    run = tz.open_run(classifier)
    for row in run.data.split("valid")[:20]:
        folder = tmp_path / "other" / str(run.data.classes[run.data.labels[row]])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pictures(run, np.array([row]))[0]).save(folder / f"{row}.png")
    found = run.evaluate(data=tmp_path / "other")
    assert found.count == 20
    assert "valid" not in {p.name for p in (tmp_path / "other").iterdir()}
    (tmp_path / "other" / "unheard").mkdir()  # an empty folder is no other class that must be known
    assert run.evaluate(data=tmp_path / "other").count == 20
    (tmp_path / "other" / "unheard").rmdir()
    shutil.move(tmp_path / "other" / found.classes[0], tmp_path / "other" / "unheard")
    with pytest.raises(DataError, match="unheard"):
        run.evaluate(data=tmp_path / "other")


def test_reconstructions_are_measured_and_written_beside_their_originals(autoencoder: Path, tmp_path: Path) -> None:
    run = tz.open_run(autoencoder)
    made = run.reconstruct(run.data.samples[:5])
    assert made.originals.shape == made.reconstructions.shape == (5, 8, 8, 1)
    np.testing.assert_array_equal(made.originals[..., 0], pictures(run, np.arange(5)))
    rough = ((made.originals / 255.0 - made.reconstructions / 255.0) ** 2).mean((1, 2, 3))
    np.testing.assert_allclose(made.errors, rough, atol=5e-3)
    made.save(tmp_path / "out")
    made.save(tmp_path / "out")
    assert len(list((tmp_path / "out").glob("*.png"))) == 10
    assert run.encode(run.data.samples[:5]).shape == (5, 8)


def test_what_a_model_cannot_do_is_refused_with_what_it_can(classifier: Path, autoencoder: Path) -> None:
    with pytest.raises(RequestError, match="cannot reconstruct; it can"):
        tz.open_run(classifier).reconstruct(np.zeros((1, 8, 8, 1), np.uint8))
    with pytest.raises(RequestError, match="cannot classify"):
        tz.open_run(autoencoder).predict(np.zeros((1, 8, 8, 1), np.uint8))


def test_a_report_is_one_file_that_names_no_other(classifier: Path, autoencoder: Path) -> None:
    for path in (classifier, autoencoder):
        page = tz.open_run(path).report("es")
        text = page.read_text(encoding="utf-8")
        assert page == path / "report.html"
        assert "<html" in text
        assert 'src="http' not in text


def test_a_finished_run_trains_on_and_ends_as_one_trained_at_once(tmp_path: Path) -> None:
    settings = {**QUICK, "train.epochs": 1}
    run = tz.train("digits-autoencoder", set=settings, runs=tmp_path)
    longer = tz.resume(run.path, set={"train.epochs": 2})
    whole = tz.train("digits-autoencoder", set=QUICK, runs=tmp_path)
    assert longer.metrics == whole.metrics
    assert longer.recipe.train.epochs == 2


def test_resuming_a_finished_run_changes_nothing(classifier: Path) -> None:
    before = (classifier / "metrics.jsonl").read_bytes()
    assert tz.resume(classifier).status == "finished"
    assert (classifier / "metrics.jsonl").read_bytes() == before


def test_a_resume_may_not_change_the_model_or_the_data(classifier: Path) -> None:
    with pytest.raises(RunError, match="only train"):
        tz.resume(classifier, set={"data.normalise": "standard"})


def test_arrays_in_memory_train_and_must_be_given_again(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 9, 7, 3), np.uint8)
    labels = ["left", "right", "up"] * 20
    tree = {"train.epochs": 1, "data.valid": 0.2}
    run = tz.train("digits-cnn", data=(images, labels), set=tree, runs=tmp_path)
    assert run.data.classes == ("left", "right", "up")
    with pytest.raises(DataError, match="arrays in memory"):
        tz.resume(run.path, set={"train.epochs": 2})
    assert len(tz.resume(run.path, set={"train.epochs": 2}, data=(images, labels)).history) == 2
    with pytest.raises(RunError, match="changed"):
        tz.resume(run.path, set={"train.epochs": 3}, data=(255 - images, labels))


def test_samples_in_memory_need_no_labels(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 9, 7), np.uint8)
    run = tz.train("digits-autoencoder", data=images, set={"train.epochs": 1, "data.valid": 0.2}, runs=tmp_path)
    assert run.data.labels is None
    assert len(tz.resume(run.path, set={"train.epochs": 2}, data=images).history) == 2


def test_sequences_in_memory_come_with_their_lengths_and_more_is_refused(tmp_path: Path) -> None:
    steps = np.random.default_rng(0).random((30, 6, 2))
    labels, lengths = np.arange(30) % 2, np.arange(30) % 5 + 2
    network = {"name": "encoder", "encoder": {"name": "recurrent", "code": 4}}
    settings = {"train.epochs": 1, "data.valid": 0.2, "model.network": network}
    run = tz.train("digits-cnn", data=(steps, labels, lengths), set=settings, runs=tmp_path)
    assert run.data.kind == "sequence"
    with pytest.raises(DataError, match=r"4 arrays were given; give samples, \(samples, labels\)"):
        tz.train("digits-cnn", data=(steps, labels, lengths, lengths), runs=tmp_path)


def test_a_resume_finds_data_that_were_moved(
    image_folder: ImageFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "cache"))
    images = image_folder(count=10)
    settings = {"train.epochs": 1, "data.valid": 0.3}
    run = tz.train("digits-cnn", data=images, set=settings, runs=tmp_path / "runs")
    there = images.rename(tmp_path / "there")
    before = run.recipe.hash
    clear_cache()
    with pytest.raises(DataError):
        tz.resume(run.path, set={"train.epochs": 2})
    resumed = tz.resume(run.path, set={"train.epochs": 2}, data=there)
    assert len(resumed.history) == 2
    assert resumed.recipe.data.source == str(images)  # where it was: a move changes no recipe
    assert resumed.recipe.override({"train.epochs": 1}).hash == before
    assert len(tz.resume(run.path, set={"train.epochs": 3}).history) == 3


def test_data_that_changed_are_noticed(image_folder: object, tmp_path: Path) -> None:
    folder = image_folder(count=10)  # type: ignore[operator]  # a fixture that makes folders
    run = tz.train("digits-cnn", data=folder, set={"train.epochs": 1, "data.valid": 0.2}, runs=tmp_path / "runs")
    picture = next(folder.rglob("*.png"))
    Image.fromarray(np.full((12, 12, 3), 7, np.uint8)).save(picture)
    with pytest.raises(RunError, match="changed since"):
        _ = tz.open_run(run.path).data


def test_seeds_give_a_mean_with_its_interval(tmp_path: Path) -> None:
    found = tz.train_seeds("digits-autoencoder", 3, set={"train.epochs": 1}, runs=tmp_path)
    values = [run.metrics["valid/mse"] for run in found.runs]
    mean, low, high = found.table["valid/mse"]
    assert found.n == 3
    assert len(set(values)) == 3
    assert mean == pytest.approx(np.mean(values))
    # Student's t with 2 degrees of freedom, 4.3027, on the logarithm: an error is never below 0
    factor = np.exp(4.302652729911275 * np.std(values, ddof=1) / np.sqrt(3) / mean)
    assert (low, high) == (pytest.approx(mean / factor), pytest.approx(mean * factor))


def test_a_network_of_ones_own_trains_like_a_built_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "own_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "net.py").write_text(
        "from torch import nn\n"
        "def build(input_shape, outputs, width=8):\n"
        "    c, h, w = input_shape\n"
        "    return nn.Sequential(nn.Flatten(), nn.Linear(c * h * w, width), nn.ReLU(), nn.Linear(width, outputs))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    network = {"module": "own_package.net:build", "arguments": {"width": 16}}
    run = tz.train("digits-cnn", set={**QUICK, "model.network": network}, runs=tmp_path / "runs", allow="own_package")
    assert run.metrics["valid/accuracy"] > 0.2
    opened = tz.open_run(run.path, allow=["own_package"])
    assert opened.predict(run.data.samples[:3]).probabilities.shape == (3, 10)
    assert run.predict(run.data.samples[:3]).probabilities.shape == (3, 10)


def test_runs_are_listed_deleted_and_a_damaged_one_hides_no_other(classifier: Path, tmp_path: Path) -> None:
    for name in ("20260101-a-000001", "20260101-b-000002"):
        shutil.copytree(classifier, tmp_path / name)
    (tmp_path / "20260101-b-000002" / "run.json").write_text("{")
    (tmp_path / "no run").mkdir()
    assert sorted(summary.status for summary in tz.list_runs(tmp_path)) == ["damaged", "finished"]
    tz.delete_run(tmp_path / "20260101-a-000001")
    assert len(tz.list_runs(tmp_path)) == 1
    with pytest.raises(RunError, match="not a run folder"):
        tz.delete_run(tmp_path / "no run")
    assert (tmp_path / "no run").exists()


def test_a_run_whose_last_record_is_damaged_is_shown_as_such_and_deleted_ones_are_left_out(
    classifier: Path, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        shutil.copytree(classifier, tmp_path / name)
    with (tmp_path / "b" / "metrics.jsonl").open("a") as file:
        file.write("{\n")
    (tmp_path / "c" / "run.json").unlink()
    (tmp_path / "c" / "run.json").symlink_to("nowhere")
    whole, damaged = tz.list_runs(tmp_path)
    assert (whole.status, damaged.status) == ("finished", "damaged")
    assert whole.metrics == tz.open_run(tmp_path / "a").metrics
    assert damaged.created == whole.created
    assert not damaged.metrics


def test_what_a_run_knows_of_itself_costs_nothing_the_second_time(
    classifier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trasluz.api import opened

    run = tz.open_run(classifier)
    first = (run.recipe, run.device, run.capabilities, run.info)
    monkeypatch.setattr(opened, "choose", None)
    monkeypatch.setattr(json, "loads", None)
    monkeypatch.setattr("trasluz.runs.folder.from_yaml", None)
    assert (run.recipe, run.device, run.capabilities, run.info) == first


@pytest.mark.parametrize("missing", ["weights.safetensors", "config.json", "preprocess.json"])
def test_a_run_that_misses_a_file_of_its_model_says_which(classifier: Path, tmp_path: Path, missing: str) -> None:
    copy = shutil.copytree(classifier, tmp_path / "run")
    (copy / "model" / missing).unlink()
    with pytest.raises(RunError, match=missing):
        _ = tz.open_run(copy).model


def test_a_run_of_a_newer_version_is_refused(classifier: Path, tmp_path: Path) -> None:
    copy = RunFolder(shutil.copytree(classifier, tmp_path / "run"))
    copy.update_info(format=99)
    with pytest.raises(RunError, match="newer version"):
        tz.open_run(copy.path)


def test_a_recipe_that_does_not_fit_the_data_is_refused_before_a_run_is_made(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"valid/acuracy.*Did you mean valid/accuracy"):
        tz.train("digits-cnn", set={"train.early_stopping": {"monitor": "valid/acuracy"}}, runs=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_phase_starts_from_the_weights_of_another_run(classifier: Path, tmp_path: Path) -> None:
    still = {"epochs": 1, "optimiser": {"name": "sgd", "learning_rate": 1e-12}}
    phase = {"name": "tune", "from": str(classifier), "train": still, "frozen": ["*.bias"]}
    run = tz.train("digits-cnn", set={**QUICK, "phases": [phase]}, runs=tmp_path)
    source = dict(tz.open_run(classifier).networks.named_parameters())
    for name, parameter in run.networks.named_parameters():
        np.testing.assert_allclose(parameter.detach(), source[name].detach(), atol=1e-6)


@pytest.mark.parametrize("origin", ["nowhere", "another network"])
def test_weights_that_cannot_be_started_from_are_refused_before_a_run_is_made(
    origin: str, autoencoder: Path, tmp_path: Path
) -> None:
    source = str(autoencoder) if origin == "another network" else "nowhere"
    with pytest.raises(RecipeError, match=r"phases\.from"):
        tz.train("digits-cnn", set={"phases": [{"name": "a", "from": source}]}, runs=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
