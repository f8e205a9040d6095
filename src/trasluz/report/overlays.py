"""Heat maps over photographs on a page: packed for ``overlay.js``, which colours them and lays them over.

A map travels as bytes on its own grid (at most 112 on a side), so that ten photographs with all their maps take little
more than the photographs do.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup
from PIL import Image

from trasluz.draw.amounts import around_zero, rising
from trasluz.draw.escaping import visible
from trasluz.draw.panel import Heat, Overlay, Photo
from trasluz.report.canvas import script_json
from trasluz.report.context import Context
from trasluz.report.originals import LARGEST, originals
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase
from trasluz.report.wording import worded

_GRID = 112  # places on a side of a map
_STEPS = 255  # of a map, and of its colours
_USUAL = 60  # per cent of the colour that is laid over, at first
_THUMB = 72
SEEN_AS_PHOTOGRAPH = 96  # pixels of the shorter side, below which a page draws every pixel as a square

Versions = dict[str, Overlay]


def has_photographs(context: Context, overlay: Overlay) -> bool:
    """Whether its pictures are seen as photographs: by their files, where these are there and show more than the stored
    copies, or because the copies are no small ones."""
    if all(min(photo.image.shape[:2]) >= SEEN_AS_PHOTOGRAPH for photo in overlay.photos):
        return True
    found = _found(context, overlay)
    return any(image.shape[0] > overlay.photos[i].image.shape[0] for i, image in found.items())


def _found(context: Context, overlay: Overlay) -> dict[int, np.ndarray]:
    stored = np.stack([photo.image for photo in overlay.photos])
    return originals(context, tuple(photo.name for photo in overlay.photos), stored)


def place_overlay(context: Context, versions: Versions, alt: Phrase) -> Markup:
    """The photographs with their maps, in every language."""
    first = next(iter(versions.values()))
    found = _found(context, first)
    stored = [photo.image for photo in first.photos]
    images = [max(image, found.get(i, image), key=len) for i, image in enumerate(stored)]
    numbers = [context.store(image, largest=LARGEST) for image in images]
    thumbs = [context.store(_thumb(image)) for image in images]
    return fill(
        "sections/overlay.html",
        alt=alt,
        thumbs=list(zip(thumbs, _each(versions, lambda o, i: o.photos[i].alt, len(images)), strict=True)),
        first=numbers[0],
        first_alt=_each(versions, lambda o, i: o.photos[i].alt, 1)[0],
        layers=_each(versions, lambda o, i: o.layers[i], len(first.layers)),
        methods=_each(versions, lambda o, i: o.methods[i], len(first.methods)),
        classes=max(len(photo.classes) for photo in first.photos),
        title=_each(versions, lambda o, _i: o.title, 1)[0],
        usual=_USUAL,
        gradient=_gradient(first.signed),
        data=script_json(_data(versions, first, numbers)),
    )


def _each(versions: Versions, say: Callable[[Overlay, int], str], count: int) -> list[Phrase]:
    return [Phrase.of_texts({name: say(o, i) for name, o in versions.items()}) for i in range(count)]


def _thumb(image: np.ndarray) -> np.ndarray:
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    picture.thumbnail((2 * _THUMB, 2 * _THUMB), Image.Resampling.LANCZOS)
    found = np.asarray(picture)
    return found if found.ndim == 3 else found[..., None]


def _data(versions: Versions, first: Overlay, numbers: list[int]) -> dict[str, Any]:
    photos = [
        _photo({name: o.photos[i] for name, o in versions.items()}, numbers[i], first.signed)
        for i in range(len(first.photos))
    ]
    return {"colours": _colours(first.signed), "photos": photos}


def _photo(versions: dict[str, Photo], number: int, signed: bool) -> dict[str, Any]:
    first = next(iter(versions.values()))
    heats = [
        [
            [
                _heat({n: p.heats[layer][k][m] for n, p in versions.items()}, signed)
                for m in range(len(first.heats[layer][k]))
            ]
            for k in range(len(first.heats[layer]))
        ]
        for layer in range(len(first.heats))
    ]
    return {
        "p": number,
        "alt": _words(versions, lambda p: p.alt),
        "caption": _words(versions, lambda p: p.caption),
        "classes": [_class(versions, k) for k in range(len(first.classes))],
        "heats": heats,
    }


def _class(versions: dict[str, Photo], place: int) -> dict[str, str]:
    return _words(versions, lambda photo: photo.classes[place])


def _heat(versions: dict[str, Heat], signed: bool) -> dict[str, Any]:
    heat = next(iter(versions.values()))
    grid = _grid(heat, signed)
    return {
        "h": grid.shape[0],
        "w": grid.shape[1],
        "m": base64.b64encode(grid.tobytes()).decode(),
        "low": _words(versions, lambda h: h.ends[0]),
        "high": _words(versions, lambda h: h.ends[1]),
        "alt": _words(versions, lambda h: h.alt),
        "flag": _words(versions, lambda h: h.flag),
    }


def _words(versions: dict[str, Any], say: Callable[[Any], str]) -> dict[str, str]:
    return {name: str(visible(worded(say(one), name))) for name, one in versions.items()}


def _grid(heat: Heat, signed: bool) -> np.ndarray:
    """The map as bytes ``[h, w]``: from 0 to ``high``, or from ``−high``."""
    amounts = np.nan_to_num(heat.amounts.astype(np.float32))
    if max(amounts.shape) > _GRID:
        shrink = _GRID / max(amounts.shape)
        height, width = (max(round(side * shrink), 1) for side in amounts.shape)
        amounts = np.asarray(Image.fromarray(amounts).resize((width, height), Image.Resampling.BOX))
    share = amounts / heat.high if heat.high > 0 else np.zeros_like(amounts)
    places = (np.clip(share, -1, 1) + 1) / 2 if signed else np.clip(share, 0, 1)
    return np.rint(places * _STEPS).astype(np.uint8)


def _colours(signed: bool) -> str:
    """A colour for each byte of a map, with how solid it is: RGBA, in base64."""
    stops = np.linspace(-1 if signed else 0, 1, _STEPS + 1)
    colours = around_zero(stops, 1) if signed else rising(stops, 1)
    solid = np.rint(255 * np.abs(stops)).astype(np.uint8)
    return base64.b64encode(np.concatenate([colours, solid[:, None]], 1).tobytes()).decode()


def _gradient(signed: bool) -> str:
    stops = np.linspace(-1 if signed else 0, 1, 16)
    colours = around_zero(stops, 1) if signed else rising(stops, 1)
    return ", ".join("#{:02x}{:02x}{:02x}".format(*map(int, colour)) for colour in colours)
