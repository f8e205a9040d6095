"""The numbers that count as black and white stay those of the run: in files, other data, looks and on the page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import trasluz as tz
from tests.cli.conftest import Command, command
from trasluz.api.foreign import open_foreign
from trasluz.draw.names import integer
from trasluz.reporting import Reporter

__all__ = ["command"]
QUICK = {"train.epochs": 2, "data.valid": 0.25, "compute.threads": 1}


def pictures(folder: Path, brightest: int, count: int = 12) -> Path:
    """Two classes, the upper or the left half bright, in 16-bit PNG and TIFF files."""
    noise = np.random.default_rng(brightest)
    for label in ("top", "left"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            image = noise.integers(0, brightest // 4, (8, 8))
            half = image[:4] if label == "top" else image[:, :4]
            half += 3 * brightest // 4
            image[0, 0] = brightest
            Image.fromarray(image.astype(np.uint16)).save(folder / label / f"{number:02}.{('png', 'tif')[number % 2]}")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tz.Run:
    place = tmp_path_factory.mktemp("ranges")
    return tz.train("digits-cnn", data=pictures(place / "twelve", 4080), set=QUICK, runs=place / "runs")


def test_a_run_keeps_its_range_with_its_model(trained: tz.Run) -> None:
    kept = json.loads((trained.path / "model" / "preprocess.json").read_bytes())
    assert (kept["low"], kept["high"], kept["file_range"], kept["range_given"]) == (0.0, 4095.0, [0.0, 4095.0], False)
    assert trained.info["audit"]["range"]["brightest"] == 4080


def test_files_are_seen_as_the_stored_images_are(trained: tz.Run) -> None:
    data = trained.data
    from_files = trained.predict([Path(trained.recipe.data.source) / name for name in data.files or ()])
    np.testing.assert_array_equal(from_files.probabilities, trained.predict(data.samples).probabilities)


def test_other_data_are_read_by_the_range_of_the_run(trained: tz.Run, tmp_path: Path) -> None:
    dark = open_foreign(pictures(tmp_path / "ten", 1000), trained, Reporter())
    assert dark.samples.max() == 1000
    assert dark.value_range == (0.0, 4095.0)  # their own would be 0–1023
    bright = open_foreign(pictures(tmp_path / "sixteen", 60000), trained, Reporter())
    assert bright.samples.max() == 4095
    shallow = tmp_path / "eight" / "top"
    shallow.mkdir(parents=True)
    Image.fromarray(np.full((8, 8), 255, np.uint8)).save(shallow / "white.png")
    assert (open_foreign(tmp_path / "eight", trained, Reporter()).samples == 4095).all()
    found = trained.evaluate(data=tmp_path / "ten")
    predicted = trained.predict(dark.samples).labels
    assert found.metrics["accuracy"] == np.mean(
        [a == dark.classes[b] for a, b in zip(predicted, dark.labels, strict=True)]
    )


def test_other_data_come_to_the_range_of_a_model_of_few_shades(tmp_path: Path) -> None:
    run = tz.train("digits-cnn", set={"train.epochs": 3, "train.schedule": {"name": "constant"}}, runs=tmp_path)
    rows = run.data.split("valid")
    assert run.data.labels is not None
    for row in rows:
        place = tmp_path / "png" / run.data.classes[run.data.labels[row]]
        place.mkdir(parents=True, exist_ok=True)
        shades = run.data.samples[row][..., 0].astype(np.float64)  # 0 to 16
        Image.fromarray(np.rint(shades * 255 / 16).astype(np.uint8)).save(place / f"{row}.png")
        deep = tmp_path / "deep" / place.name
        deep.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.rint(shades * 65535 / 16).astype(np.uint16)).save(deep / f"{row}.png")
    expected = run.evaluate("valid").metrics["accuracy"]
    assert expected > 0.5
    for kind in ("png", "deep"):
        assert run.evaluate(data=tmp_path / kind).metrics["accuracy"] == pytest.approx(expected, abs=0.01)


def test_looks_and_the_page_show_images_as_bright_as_they_are(trained: tz.Run) -> None:
    examples = trained.evaluate("valid").examples["images"]
    assert examples.max() == round(255 * 4080 / 4095)
    page = trained.report().read_text(encoding="utf-8")
    assert "Numbers that count as black and white" in page
    assert f"0 – {integer(4095)}" in page


def test_the_command_line_says_and_takes_the_range(tmp_path: Path, command: Command) -> None:
    folder = pictures(tmp_path / "twelve", 4080)
    answer = command("data", "check", folder)
    assert "12 bits in 16-bit images: read as 0–4095; the brightest pixel is 4080, in left/00.png" in answer.out
    assert "read as 0–65535" in command("data", "check", folder, "--set", "data.range=full").out
    assert command("data", "check", folder, "--set", "data.range=[0, 2000]", "--json").json["range"]["high"] == 2000
    command("data", "check", folder, "--set", "data.range=dark").must_refuse("data.range", '"12 bits"')
