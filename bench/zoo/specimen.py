"""Specimen: one small training with its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Specimen:
    """``truth``: what was made, in a sentence.  ``recipe`` with ``settings`` is trained once per seed of ``seeds``;
    ``data`` names made data (``made.py``) in place of the recipe's, ``before`` a specimen whose run the settings name
    as ``{before}``, ``judge`` one whose classifier judges the samples of this generator.  ``looks`` are asked for
    beside the usual ones.

    Of what is found afterwards ``must`` has to be there, and ``never`` must not.  ``told_by``: rules of ``must`` whose
    sentence another may say, where it tells the cause of it, with the words that it must say then.  In a healthy
    specimen no fault and no caution may come; beside a planted fault those in ``may`` follow from it.  ``untrue``:
    words that must not be said, by findings or looks.  ``row``: of the table of sentences that were wrong once.
    ``quick``: part of the tests.
    ``hands``: who planted it, where it was not whoever wrote the rules.
    """

    name: str
    truth: str
    recipe: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""
    seeds: tuple[int, ...] = (0,)
    must: tuple[str, ...] = ()
    told_by: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    may: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    untrue: tuple[str, ...] = ()
    before: str = ""
    judge: str = ""
    looks: tuple[str, ...] = ()
    row: str = ""
    quick: bool = False
    healthy: bool = False
    hands: str = ""
