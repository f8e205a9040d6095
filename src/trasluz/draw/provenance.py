"""What an image that a network made says of itself: text chunks in its PNG file that name the run behind it.

The keys ``Software``, ``Source`` and ``Comment`` are those of the PNG specification; ``trasluz:…`` are for programs;
the IPTC's digital source type (in XMP, as its guidance for such media asks) is what other programs look for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from trasluz.data.read.provenance import ALTERED, MADE, MARK, SOURCE_TYPES
from trasluz.files import write_bytes

Kind = Literal["generated", "reconstructed", "translated"]

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="{source_type}"/></rdf:RDF></x:xmpmeta>'
)
_SENTENCES = {
    "generated": "A neural network made this image: it shows nothing that exists.",
    "reconstructed": "A neural network rebuilt this image: it is not the original.",
    "translated": "A neural network made this image out of another one: it shows nothing that exists.",
}


@dataclass(frozen=True)
class Origin:
    """The run behind an image: the name of its folder, and its recipe with the hash."""

    run: str
    recipe: str
    recipe_hash: str


def chunks(kind: Kind, origin: Origin, more: Mapping[str, object] | None = None) -> PngInfo:
    """Text chunks for ``Image.save(…, pnginfo=…)``; ``more`` (a seed, a label) goes under ``trasluz:<key>``.

    They are in English whatever the language in force, because programs and strangers read them.
    """
    info = PngInfo()
    info.add_text("Software", f"Trasluz {version('trasluz')}")
    info.add_text("Source", f"run {origin.run}, recipe {origin.recipe} ({origin.recipe_hash})")
    info.add_text("Comment", _SENTENCES[kind])
    info.add_text(MARK, kind)
    for key, value in {"run": origin.run, "recipe": origin.recipe, **(more or {})}.items():
        info.add_itxt(f"trasluz:{key}", str(value))
    info.add_itxt("XML:com.adobe.xmp", xmp(kind))
    return info


def xmp(kind: Kind) -> str:
    """The IPTC's digital source type as XMP, for formats without text chunks: ``Image.save(…, xmp=…)``."""
    return _XMP.format(source_type=SOURCE_TYPES + (MADE if kind == "generated" else ALTERED))


def save_png(path: Path, pixels: np.ndarray | Image.Image, info: PngInfo | None) -> None:
    """Writes a PNG, whole or not at all, with its chunks, if any: ``pixels`` uint8 ``[h, w, c]`` (c: 1, 3 or 4), or a
    picture.

    Raises:
        StorageError: it cannot be written.
    """
    picture = pixels if isinstance(pixels, Image.Image) else _picture(pixels)
    content = BytesIO()
    picture.save(content, "PNG", pnginfo=info)
    write_bytes(path, content.getvalue(), sync=False)


def _picture(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
