"""HEIC photographs, as iPhones take them: read by an extra, ``pip install 'trasluz[heif]'`` (pillow-heif)."""

from __future__ import annotations

import importlib.util
from functools import cache

from trasluz.data.read.formats import FORMATS, is_heif
from trasluz.messages import N_

WITHOUT = N_("a HEIC photograph, which needs an extra: pip install 'trasluz[heif]'; or save it as JPEG")


def formats_of(head: bytes) -> tuple[str, ...]:
    """Pillow's names of the formats that a file may have which begins with ``head``."""
    return (*FORMATS, "HEIF") if is_heif(head) and installed() else FORMATS


@cache
def installed() -> bool:
    """Whether pillow-heif is there; it is then told to Pillow, once."""
    if importlib.util.find_spec("pillow_heif") is None:
        return False
    import pillow_heif

    pillow_heif.register_heif_opener()
    return True
