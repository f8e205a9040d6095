from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trasluz.data.read.provenance import is_marked
from trasluz.draw.provenance import Kind, Origin, chunks, save_png

ORIGIN = Origin("20260101-vae-ab12cd", "vae", "0123456789abcdef")


@pytest.mark.parametrize(
    ("kind", "source_type"),
    [
        ("generated", "trainedAlgorithmicMedia"),
        ("reconstructed", "compositeWithTrainedAlgorithmicMedia"),
        ("translated", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pillow_reads_who_made_an_image_and_its_pixels_stay(
    tmp_path: Path, kind: Kind, source_type: str, channels: int
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (33, 47, channels), np.uint8)
    save_png(tmp_path / "a.png", pixels, chunks(kind, ORIGIN, {"seed": 7, "label": "niña"}))
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["trasluz:generated"] == kind
        assert image.info["trasluz:run"] == ORIGIN.run
        assert image.info["trasluz:recipe"] == "vae"
        assert image.info["trasluz:label"] == "niña"
        assert image.info["Software"].startswith("Trasluz ")
        assert ORIGIN.recipe_hash in image.info["Source"]
        assert image.info["XML:com.adobe.xmp"].count(f"digitalsourcetype/{source_type}") == 1
        np.testing.assert_array_equal(np.asarray(image).reshape(pixels.shape), pixels)
    assert is_marked((tmp_path / "a.png").read_bytes())


def test_the_mark_of_others_is_seen_in_a_jpeg_and_its_absence_too(tmp_path: Path) -> None:
    xmp = b"<rdf:Description Iptc4xmpExt:DigitalSourceType='http://cv.iptc.org/newscodes/digitalsourcetype/"
    Image.new("RGB", (9, 9)).save(tmp_path / "made.jpg", xmp=xmp + b"trainedAlgorithmicMedia'/>")
    Image.new("RGB", (9, 9)).save(tmp_path / "seen.jpg", xmp=xmp + b"digitalCapture'/>")
    assert is_marked((tmp_path / "made.jpg").read_bytes())
    assert not is_marked((tmp_path / "seen.jpg").read_bytes())
    assert not is_marked(b"")


def test_a_picture_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(path: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        save_png(tmp_path / "one.png", np.zeros((4, 4, 3), np.uint8), None)
    assert not list(tmp_path.iterdir())
