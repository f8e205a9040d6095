"""What people call the parts of a split: folders, and cells of a table's column.

``train``, ``Training``, ``training_set``, ``seg_train``, ``imagesTr``, ``entrenamiento`` are all the same to a person.
A name is cut into words (at signs, at digits, and where a capital follows a small letter); one of them must name a
part, and words that say nothing (``set``, ``images``, ``data``) are left aside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from trasluz.messages import in_unicode

SPLIT_NAMES = {"train": "train", "valid": "valid", "validation": "valid", "val": "valid", "test": "test"}

_PARTS = {
    "train": "train training tr trn entrenamiento entreno entrenar",
    "valid": "valid validation val dev devel development va validacion validar valida",
    "test": "test testing tst ts te tests holdout heldout prueba pruebas",
    "eval": "eval evaluation evaluacion evaluar",  # validation, or the test beside a validation
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words.split()}
_NOT_ALONE = frozenset({"tr", "ts", "te", "va"})  # too short to say it by themselves: imagesTr does, tr does not
_NEUTRAL = (
    "set sets data dataset datasets image images img imgs pic pics picture pictures photo photos sample samples split "
    "folder files jpg jpeg png conjunto imagen imagenes foto fotos datos muestras de"
)
_SAY_NOTHING = frozenset(_NEUTRAL.split())
_JOINED = tuple(sorted(_SAY_NOTHING - {"de"}, key=len, reverse=True))  # trainset, testimages
_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"(hold|held)[-_ ]?out")


@dataclass(frozen=True)
class PartName:
    """What a name says: the ``part`` (``train``, ``valid``, ``test`` or ``eval``) and the ``other`` words beside it."""

    part: str
    other: tuple[str, ...] = ()


def composed(name: str) -> str:
    """A name as it is compared and shown: in composed Unicode (NFC), bytes that are no UTF-8 spelled out.

    macOS hands over the same name as Windows and Linux in another form (``e`` and an accent instead of ``é``).
    """
    return name if name.isascii() else unicodedata.normalize("NFC", in_unicode(name))


def part_of(name: str) -> PartName | None:
    """The part of a split that ``name`` speaks of; ``None`` where it speaks of none, or of several."""
    plain = _plain(_CAPITAL.sub(" ", name))
    words = [_unjoined(word) for word in _WORD.findall(_HYPHENATED.sub(r"\1out", plain))]
    telling = [word for word in words if word not in _SAY_NOTHING]
    parts = [word for word in telling if word in _PART_OF]
    if len(parts) != 1 or (parts[0] in _NOT_ALONE and len(words) == 1):
        return None
    return PartName(_PART_OF[parts[0]], tuple(word for word in telling if word not in _PART_OF))


def _plain(text: str) -> str:
    """Small letters without accents."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.casefold()


def as_written(name: str, words: Iterable[str]) -> str:
    """``words`` of ``PartName.other`` as they stand in ``name``."""
    written = {_plain(word): word for word in _WORD.findall(_CAPITAL.sub(" ", composed(name)))}
    return " ".join(written.get(word, word) for word in words)


def _unjoined(word: str) -> str:
    """``train`` of ``trainset``."""
    for ending in _JOINED:
        first = word.removesuffix(ending)
        if first != word and first in _PART_OF and first not in _NOT_ALONE:
            return first
    return word


def parts_of(names: Iterable[str]) -> dict[str, str]:
    """``train``, ``valid`` or ``test`` of each of several ``names`` beside each other; those that are none are absent.

    ``eval`` is the validation where there is no other, else the test.  Names that carry different other words
    (``stress_test`` beside ``train_station``) do not belong together, so none of them is a part.
    """
    found = {name: part for name in names if (part := part_of(name)) is not None}
    if len({part.other for part in found.values()}) > 1:
        return {}
    given = {part.part for part in found.values()}
    evaluation = "test" if "valid" in given else "valid"
    return {name: evaluation if part.part == "eval" else part.part for name, part in found.items()}


def part_of_cell(cell: str) -> str | None:
    """The split that a cell of a column ``split`` names; an empty one is training."""
    if not cell:
        return "train"
    found = SPLIT_NAMES.get(cell.lower()) or (part.part if (part := part_of(cell)) and not part.other else None)
    return "valid" if found == "eval" else found


def part_of_flag(cell: str) -> str | None:
    """The split that a cell of a column ``is_valid`` (as fastai writes it) names: true is validation."""
    return {"true": "valid", "1": "valid", "yes": "valid", "1.0": "valid"}.get(
        cell.lower(), "train" if cell.lower() in ("", "false", "0", "no", "0.0") else None
    )
