"""From two folders to images of one as the other would have them: run, command line, page and what the files say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import trasluz as tz
from tests.conftest import ImageFolder
from trasluz.cli.__main__ import run as command
from trasluz.errors import RequestError

SETTINGS = {
    "data.size": 12,
    "data.valid": 0.25,
    "model.encoder": {"name": "residual", "channels": [8], "blocks": 0, "code": 8},
    "model.decoder": {"name": "residual", "channels": [8], "blocks": 0},
    "train.epochs": 2,
    "train.batch": 8,
    "compute.threads": 1,
}


@pytest.fixture
def trained(image_folder: ImageFolder, tmp_path: Path) -> tz.Run:
    return tz.train("swap", data=str(image_folder(("day", "night"))), set=SETTINGS, runs=tmp_path / "runs")


def test_two_folders_are_translated_both_ways_and_every_file_says_so(trained: tz.Run, tmp_path: Path) -> None:
    folder = tmp_path / "images" / "day"
    to_night, again, to_day = (trained.translate(folder, domain) for domain in ("night", 1, "day"))
    assert to_night.domain == "night"
    assert np.array_equal(to_night.images, again.images)
    assert not np.array_equal(to_night.images, to_day.images)
    assert to_night.images.shape == to_night.originals.shape == (8, 12, 12, 3)
    written = sorted(to_night.save(tmp_path / "made").iterdir())
    assert [path.name for path in written][:2] == ["00001-000.png", "00002-001.png"]
    with Image.open(written[0]) as image:
        assert image.text["trasluz:run"] == trained.path.name
        assert image.text["trasluz:domain"] == "night"
        assert "made this image out of another one" in image.text["Comment"]
    with pytest.raises(RequestError, match=r"no domain 'nigth'; allowed: day, night\. Did you mean night"):
        trained.translate(folder, "nigth")

    metrics = trained.evaluate("valid").metrics
    assert {"mse", "cycle_mse"} <= metrics.keys()
    page = trained.report().read_text(encoding="utf-8")
    assert "What does it make of images in another domain?" in page
    assert page.count("day → night") >= 1
    assert page.count("night → day") >= 1

    foreign = trained.evaluate("all", data=tmp_path / "images")
    assert foreign.count == 16
    out = tmp_path / "out"
    words = ["translate", str(trained.path), str(folder / "000.png"), "--to", "night", "--out", str(out)]
    assert command(words) == 0
    assert [path.name for path in out.iterdir()] == ["00001-000.png"]
    assert command(words) == 2


def test_other_data_are_read_as_the_folders_of_two_domains_that_training_takes(
    image_folder: ImageFolder, tmp_path: Path
) -> None:
    folder = image_folder(("trainA", "trainB", "testA", "testB"), name="pairs")
    run = tz.train("swap", data=str(folder), set=SETTINGS, runs=tmp_path / "runs")
    other = image_folder(("trainA", "trainB", "testA", "testB"), name="others", count=9)
    found = run.evaluate("test", data=other)
    assert found.count == 18
    assert {"mse", "cycle_mse"} <= found.metrics.keys()
    assert run.evaluate(data=other).count == 36
