"""Whether arrays from a file have the types and shapes that they should have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trasluz.messages import _

_KINDS = {"bool": "b", "int": "iu", "uint8": "u", "float": "f", "text": "U"}


def check_shapes(arrays: Mapping[str, np.ndarray], wanted: Mapping[str, str], required: frozenset[str]) -> None:
    """Makes sure that the arrays of these names are what ``wanted`` says: a kind of number, then a letter per axis.

    ``{"images": "uint8 n h w c", "rows": "int n"}``: one letter stands for one length in all of them, whatever it is;
    ``1`` for that length.  Arrays of other names may be anything.

    Raises:
        ValueError: one is not, or one of ``required`` is not there; names it.
    """
    absent = required - arrays.keys()
    if absent:
        raise ValueError(_("{field} is missing").format(field=min(absent)))
    lengths: dict[str, int] = {"1": 1}
    for name in wanted.keys() & arrays.keys():
        kind, *axes = wanted[name].split()
        array = arrays[name]
        fits = array.dtype.kind in _KINDS[kind] and array.ndim == len(axes)
        if not fits or any(lengths.setdefault(a, n) != n for a, n in zip(axes, array.shape, strict=True)):
            raise ValueError(_("{name} has another kind or shape than it should").format(name=name))
