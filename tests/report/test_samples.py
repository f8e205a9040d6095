from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.report.made_runs import make_run
from trasluz.data.read.provenance import is_marked
from trasluz.errors import RunError
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.report import write_report
from trasluz.report.context import Context
from trasluz.report.sections import samples
from trasluz.runs.evaluations import load_samples
from trasluz.runs.weights import Weights


def made(images: int = 64, channels: int = 1) -> SampleEvaluation:
    rng = np.random.default_rng(0)
    names = ("fid", "kid", "precision", "recall", "density", "coverage", "nearest", "copies_share", "smallest_share")
    numbers = {name: float(rng.random()) for name in (*names, "entropy")}
    pictures = rng.integers(0, 256, (images, 12, 9, channels), np.uint8)
    positions = np.array([3, 0, 5])
    return SampleEvaluation(
        split="test",
        classifier="20260101-digits-cnn-ab12cd",
        same_data=True,
        count=10_000,
        held_out=270,
        train=1200,
        features=64,
        seed=0,
        source="prior",
        metrics=numbers,
        intervals={"kid": (-0.1, 1.1)},
        real_intervals={"kid": (-0.2, 0.3)},
        real=dict(numbers),
        classes=("cat", "<b>dog"),
        shares=(0.9, 0.1),
        real_shares=(0.5, 0.5),
        notes=("FID is unsure here.",),
        arrays={"predicted": np.zeros(images, int), "distances": rng.random(images), "neighbours": np.arange(images)},
        examples={
            "images": pictures,
            "closest": pictures[positions],
            "positions": positions,
            "neighbours": pictures[:3],
        },
    )


def test_what_is_known_of_samples_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    found = made()
    weights = Weights(tmp_path)
    assert load_samples(weights) is None
    found.save(weights.looks)
    read = load_samples(weights)
    assert read is not None
    assert read.summary() == found.summary()
    for name, array in {**found.arrays, **found.examples}.items():
        np.testing.assert_array_equal({**read.arrays, **read.examples}[name], array)


def test_damaged_files_say_what_to_do(tmp_path: Path) -> None:
    weights = Weights(tmp_path)
    made().save(weights.looks)
    for damaged in ("{", "[]", "3"):
        (weights.looks / "judged-samples" / "samples.json").write_text(damaged)
        with pytest.raises(RunError, match="--classifier"):
            load_samples(weights)


def test_samples_of_weights_that_the_run_had_before_are_not_told_of_new_ones(tmp_path: Path) -> None:
    weights = Weights(tmp_path)
    weights.file.parent.mkdir()
    weights.file.write_bytes(b"before")
    made().save(weights.looks, weights.digest())
    assert load_samples(weights) is not None
    weights.file.write_bytes(b"afterwards")
    assert load_samples(weights) is None


def test_the_grid_on_the_page_says_that_a_network_made_it(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    found = made(channels=3)
    found.save(folder.path / "looks")
    context = Context(folder, {})
    html = str(samples.render(context).html)
    (address,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    with Image.open(io.BytesIO(base64.b64decode(address))) as grid:
        assert grid.info["trasluz:run"] == folder.path.name
    assert html.count("<figure>") == 3
    assert "&lt;b&gt;dog" in html
    assert html.count('alt="') == 1 + 2 * 3
    marked = [is_marked(base64.b64decode(address.split(",")[1])) for address in context.pictures]
    assert marked == [True, False] * 3  # a sample, then its training image


def test_a_run_without_judged_samples_has_no_such_section(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    assert not samples.applies(Context(folder, {}))
    assert "What are its samples worth?" not in write_report(folder, {}, "en").read_text(encoding="utf-8")
