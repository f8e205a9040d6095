"""Maps of points on a page: data packed for ``points.js``, which draws them on a canvas.

Positions are int16, kinds uint16, amounts uint16 between their ends, in base64; thumbnails are one PNG.  70,000 points
with two maps and three colourings are about 1.4 MB beside their thumbnails.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup
from PIL import Image

from trasluz.draw.panel import Amounts, Kinds, PointMap
from trasluz.report.canvas import script_json
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase

_REACH = 32_000  # of the larger half-width of a map, in int16
_UNKNOWN = 65_535
_STEPS = 65_000


def place_points(versions: dict[str, PointMap], alt: Phrase) -> Markup:
    """The map in every language, with the words that stand for it where it cannot be seen."""
    first = next(iter(versions.values()))
    return fill(
        "sections/points.html",
        alt=alt,
        maps=[_said(versions, lambda m, i=i: m.maps[i][0]) for i in range(len(first.maps))],
        colourings=[_colouring(versions, i) for i in range(len(first.colourings))],
        data=script_json(_data(first)),
    )


def _said(versions: dict[str, PointMap], say: Callable[..., str]) -> Phrase:
    return Phrase.of_texts({name: say(points) for name, points in versions.items()})


def _colouring(versions: dict[str, PointMap], index: int) -> dict[str, Any]:
    """What the template says of a colouring: its title and its legend."""
    first = next(iter(versions.values())).colourings[index]
    found: dict[str, Any] = {"title": _said(versions, lambda m: m.colourings[index].title)}
    if isinstance(first, Amounts):
        ends = [_said(versions, lambda m, i=i: m.colourings[index].ends[i]) for i in range(2)]
        return {**found, "names": None, "ends": ends}
    return {
        **found,
        "names": [_said(versions, lambda m, i=i: m.colourings[index].names[i]) for i in range(len(first.names))],
    }


def _data(points: PointMap) -> dict[str, Any]:
    """All that is the same in every language."""
    rows = points.rows
    numbers = all(row[:1] == "#" and row[1:].isdigit() for row in rows)
    return {
        "count": len(rows),
        "maps": [_base64(_positions(positions)) for _name, positions in points.maps],
        "colourings": [_packed(colouring) for colouring in points.colourings],
        "rows": _base64(np.array([int(row[1:]) for row in rows], np.int32)) if numbers else list(rows),
        "marked": np.flatnonzero(points.marked).tolist(),
        "sprite": _sprite(points.thumbnails),
    }


def _packed(colouring: Kinds | Amounts) -> dict[str, Any]:
    if isinstance(colouring, Kinds):
        values = np.where(colouring.values < 0, _UNKNOWN, colouring.values).astype(np.uint16)
        return {"kinds": list(colouring.colours), "values": _base64(values)}
    span = colouring.high - colouring.low
    share = np.clip((colouring.values - colouring.low) / (span or 1.0), 0, 1)
    values = np.where(np.isfinite(share), np.rint(np.nan_to_num(share) * _STEPS), _UNKNOWN).astype(np.uint16)
    return {
        "light": list(colouring.colours),
        "dark": list(colouring.dark),
        "low": colouring.low,
        "high": colouring.high,
        "values": _base64(values),
    }


def _positions(positions: np.ndarray) -> np.ndarray:
    """Int16 ``[n, 2]``: the map's box centred at 0, its longer side from −32,000 to 32,000; up is up."""
    low, high = positions.min(0), positions.max(0)
    half = float((high - low).max()) / 2
    scaled = (positions - (low + high) / 2) * (_REACH / half if half > 0 else 0.0)
    return np.asarray(np.rint(scaled), np.int16)


def _base64(values: np.ndarray) -> str:
    """Little-endian bytes, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()).decode()


def _sprite(thumbnails: np.ndarray) -> dict[str, Any] | None:
    """All thumbnails in one PNG, as many in a row as make it about square."""
    count, height, width, channels = thumbnails.shape
    if not count:
        return None
    columns = max(1, math.isqrt(max(1, count * height // width)))
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, height, width, channels), np.uint8)
    sheet[:count] = thumbnails
    sheet = sheet.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    whole = sheet.reshape(rows * height, columns * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(whole[..., 0] if channels == 1 else whole).save(buffer, "PNG", compress_level=7)
    png = base64.b64encode(buffer.getvalue()).decode()
    return {"png": png, "columns": columns, "width": width, "height": height, "count": count}
