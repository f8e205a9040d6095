"""Images that a run makes: the same for a seed, marked in their files, a source of data, judged beside real ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import trasluz as tz
from trasluz.api.run import open_source
from trasluz.data.read.provenance import is_marked
from trasluz.errors import DataError, RecipeError, RequestError
from trasluz.recipe.data import DataSection, GenerateSection

QUICK = {"train.epochs": 1, "train.schedule": {"name": "constant"}, "data.limit": 300}
GAN = {
    "data.source": "digits",
    "data.size": 16,
    "data.valid": 0.15,
    "data.test": 0.15,
    "data.limit": 200,
    "model.generator": {"name": "dcgan", "width": 8},
    "model.discriminator": {"name": "dcgan", "width": 8},
    "model.latent": 8,
    "model.conditional": True,
    "train.epochs": 1,
}


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("digits-autoencoder", set={**QUICK, "data.test": 0.15}, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("digits-cnn", set=QUICK, runs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tz.train("gan", set=GAN, runs=tmp_path_factory.mktemp("runs")).path


def test_a_larger_count_begins_with_the_images_of_a_smaller_one(
    generator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tz.open_run(generator)
    few, again = run.generate(5), run.generate(5)
    assert few.images.shape == (5, 16, 16, 1)
    assert few.images.dtype == np.uint8
    np.testing.assert_array_equal(few.images, again.images)
    monkeypatch.setattr("trasluz.api.generation.batch_size_for", lambda _images: 3)
    difference = run.generate(8).images[:5].astype(int) - few.images
    assert abs(difference).max() <= 1  # a product over three rows may round otherwise than one over five
    assert (run.generate(5, seed=1).images != few.images).any()


def test_classes_are_taken_in_turns_by_name_or_number(generator: Path) -> None:
    made = tz.open_run(generator).generate(5, labels=["7", 2])
    assert made.labels == ("7", "2", "7", "2", "7")


def test_an_autoencoder_generates_from_a_mixture_but_not_from_a_prior(autoencoder: Path) -> None:
    run = tz.open_run(autoencoder)
    made = run.generate(40, source="mixture")
    assert made.images.std() > 5
    np.testing.assert_array_equal(made.images, run.generate(40, source="mixture").images)
    with pytest.raises(RequestError, match="cannot generate"):
        run.generate(4)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"count": 0}, "at least 1"),
        ({"count": 2, "source": "priro"}, "allowed: prior, mixture"),
        ({"count": 2, "labels": ["seven"]}, "none of the model's classes"),
        ({"count": 2, "labels": [10]}, "none of the model's classes"),
        ({"count": 2, "source": "mixture"}, "cannot encode"),
    ],
)
def test_a_wrong_request_is_refused(generator: Path, wrong: dict[str, object], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        tz.open_run(generator).generate(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_saved_images_say_that_they_are_generated_and_name_the_run(generator: Path, tmp_path: Path) -> None:
    run = tz.open_run(generator)
    run.generate(3, seed=4, labels=[1]).save(tmp_path / "out", grid=True)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["00001-1.png", "00002-1.png", "00003-1.png", "grid.png"]
    for name in names:
        path = tmp_path / "out" / name
        assert is_marked(path.read_bytes())
        with Image.open(path) as image:
            assert image.info["trasluz:generated"] == "generated"
            assert image.info["trasluz:run"] == run.path.name
            assert image.info["trasluz:seed"] == "4"
            assert "gan" in image.info["Source"]
    with pytest.raises(RequestError, match="not empty"):
        run.generate(1).save(tmp_path / "out")


def test_reconstructions_say_that_they_are_and_plain_images_do_not(autoencoder: Path, tmp_path: Path) -> None:
    run = tz.open_run(autoencoder)
    run.reconstruct(run.data.samples[:1]).save(tmp_path)
    (made,) = tmp_path.glob("*.png")
    assert is_marked(made.read_bytes())
    with Image.open(made) as image:
        assert image.info["trasluz:generated"] == "reconstructed"
    Image.new("L", (4, 4)).save(tmp_path / "plain.png")
    assert not is_marked((tmp_path / "plain.png").read_bytes())


def test_checking_data_names_generated_images(generator: Path, tmp_path: Path) -> None:
    tz.open_run(generator).generate(2).save(tmp_path / "mixed" / "a")
    (tmp_path / "mixed" / "b").mkdir()
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(tmp_path / "mixed" / "b" / "1.png")
    for _fresh_then_from_the_cache in range(2):
        audit = tz.check_data(tmp_path / "mixed", set={"data.valid": None})
        assert audit["generated"] == {"count": 2, "files": ["a/00001.png", "a/00002.png"]}


def test_a_run_is_a_source_whose_images_are_kept(generator: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = DataSection(source=f"run:{generator}", generate=GenerateSection(count=30, seed=3), size=8)
    made = open_source(section, 0)
    assert made.samples.shape == (30, 8, 8, 1)
    assert made.classes == ("generated",)
    monkeypatch.setattr("trasluz.api.sources.generate", None)
    assert open_source(section, 0).fingerprint == made.fingerprint


def test_real_images_stand_beside_generated_ones_in_their_own_splits(generator: Path) -> None:
    section = DataSection(source=f"run:{generator}", generate=GenerateSection(count=100, real="own"))
    data, own = open_source(section, 0), tz.open_run(generator).data
    assert data.classes == ("real", "generated")
    assert data.labels is not None
    assert (data.labels == 1).sum() == 100
    for split in ("train", "valid", "test"):
        rows = data.split(split)
        counts = np.bincount(data.labels[rows], minlength=2)
        assert counts[0] == counts[1] > 0
        for row in rows[data.labels[rows] == 0]:
            assert data.files is not None
            assert int(data.files[row].split("#")[1]) in own.split(split)


def test_a_detector_is_trained_and_judged_over_all_thresholds(generator: Path, tmp_path: Path) -> None:
    changes = {
        "data.generate.count": 200,
        "train.epochs": 1,
        "model.network": {"name": "conv", "channels": [8], "dense": [8]},
    }
    run = tz.train("detector", data=f"run:{generator}", set=changes, runs=tmp_path)
    found = run.evaluate("test")
    low, high = found.intervals["roc_auc"]
    assert low <= found.metrics["roc_auc"] <= high
    assert found.calibration is not None
    assert tz.open_run(run.path).data.fingerprint == run.data.fingerprint
    assert "ROC" in run.report().read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("section", "error", "words"),
    [
        ({"source": "digits", "generate": {"count": 5}}, RecipeError, "run:PATH"),
        ({"source": "run:nowhere"}, RequestError, "no such run folder"),
        ({"source": "run:GENERATOR"}, DataError, "--data run:PATH"),
    ],
)
def test_a_wrong_source_is_refused(section: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        open_source(DataSection.model_validate(section), 0)


def test_samples_are_judged_beside_real_images(generator: Path, classifier: Path, tmp_path: Path) -> None:
    run = tz.open_run(shutil.copytree(generator, tmp_path / "run"))
    found = run.evaluate_samples(classifier, 60)
    assert found.count == 60
    assert found.held_out == len(run.data.split("test"))
    assert set(found.metrics) == set(found.real)
    assert found.metrics["fid"] > found.real["fid"] >= 0
    assert found.real["copies_share"] == pytest.approx(0.01, abs=0.01)
    assert found.real["coverage"] > found.metrics["coverage"]
    assert sum(found.shares) == pytest.approx(1)
    assert not found.same_data  # the same digits, in another size
    rows = found.arrays["neighbours"]
    assert np.isin(rows, run.data.split("train")).all()
    stored = json.loads((run.path / "looks" / "judged-samples" / "samples.json").read_text())
    assert stored["metrics"] == found.metrics
    page = run.report().read_text(encoding="utf-8")
    assert "What are its samples worth?" in page
    assert "¿" in page


def test_samples_of_training_images_themselves_are_called_copies(
    generator: Path, classifier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trasluz.api import generation
    from trasluz.api.sources import as_bytes

    run = tz.open_run(shutil.copytree(generator, tmp_path / "run"))
    train = run.data.split("train")
    monkeypatch.setattr(generation, "_in_batches", lambda _run, count, *_more: as_bytes(run.data, train[:count]))
    found = run.evaluate_samples(classifier, 50)
    assert found.metrics["copies_share"] == 1
    assert found.metrics["nearest"] == pytest.approx(0, abs=1e-3)
    np.testing.assert_array_equal(found.arrays["neighbours"], train[:50])


@pytest.mark.parametrize(
    ("split", "count", "words"), [("train", 60, "held-out"), ("nowhere", 60, "valid, test"), ("test", 5, "at least 6")]
)
def test_too_few_samples_or_another_split_are_refused(
    generator: Path, classifier: Path, split: str, count: int, words: str
) -> None:
    with pytest.raises((DataError, RequestError), match=words):
        tz.open_run(generator).evaluate_samples(classifier, count, split)


def test_a_run_without_features_cannot_judge(generator: Path, autoencoder: Path) -> None:
    with pytest.raises(RequestError, match="no features"):
        tz.open_run(generator).evaluate_samples(autoencoder, 60)
