"""JSON that people read: a line for each entry of a mapping, and lists of plain values on one line.

Python's own way of indenting is ten times as slow as its way of writing everything on one line; here the latter writes
whatever holds no further mapping, which a search that writes thousands of files notices.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from json.encoder import encode_basestring

_PLAIN = (str, int, float, bool, type(None))
_STEP = "  "


def readable(tree: object) -> str:
    """Plain values as JSON, which ``json.loads`` reads back as it would what ``json.dumps`` writes."""
    return _written(tree, "")


def _written(tree: object, margin: str) -> str:
    """``tree`` as it stands in a line that begins with ``margin``."""
    if isinstance(tree, dict) and tree:
        inner = margin + _STEP
        if all(isinstance(value, _PLAIN) for value in tree.values()):
            return f"{{\n{inner}{_encoder(inner).encode(tree)[1:-1]}\n{margin}}}"
        entries = [f"{_key(key)}: {_written(value, inner)}" for key, value in tree.items()]
        return _between("{", entries, "}", margin)
    if isinstance(tree, (list, tuple)) and not _holds_plain_values(tree):
        return _between("[", [_written(value, margin + _STEP) for value in tree], "]", margin)
    return _scalar(tree) if isinstance(tree, _PLAIN) else _encoder("").encode(tree)


def _scalar(value: object) -> str:
    """A single value; the usual ones without asking the encoder, which first makes another."""
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return repr(value)
    return _encoder("").encode(value)


def _between(begin: str, entries: list[str], end: str, margin: str) -> str:
    inner = margin + _STEP
    return f"{begin}\n{inner}" + f",\n{inner}".join(entries) + f"\n{margin}{end}"


def _holds_plain_values(values: list[object] | tuple[object, ...]) -> bool:
    return all(isinstance(value, _PLAIN) for value in values)


def _key(key: object) -> str:
    """A key as JSON has it: always a text."""
    return encode_basestring(key) if isinstance(key, str) else _encoder("").encode({key: 0})[1:-4]


@lru_cache(maxsize=16)
def _encoder(margin: str) -> json.JSONEncoder:
    """Writes what holds no mapping: with a ``margin``, each entry in a line of its own."""
    separator = f",\n{margin}" if margin else ", "
    return json.JSONEncoder(ensure_ascii=False, separators=(separator, ": "))
