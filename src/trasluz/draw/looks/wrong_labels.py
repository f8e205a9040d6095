"""Suspect labels: the images with what they are called and what they look like, a table of them, and the classes."""

from __future__ import annotations

import numpy as np

from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant
from trasluz.draw.overlay import as_shown
from trasluz.draw.panel import Cell, Gallery, Panel, Table, Tile
from trasluz.look.looks.wrong_labels import WrongLabelsResult
from trasluz.messages import _, ngettext

QUESTION: Question = "labels"
ORDER = 10
_COLUMNS = 8
_ROWS = 50


def draw(result: WrongLabelsResult) -> tuple[Panel, ...]:
    """The images, or without images only the tables."""
    if not result.suspects:
        return (_classes(result),)
    panels = [_gallery(result)] if len(result.images) else []
    return (*panels, _table(result), _classes(result))


def _verdict(result: WrongLabelsResult) -> str:
    told = ngettext(
        "Of {examined} training labels {n} is suspect ({share}).",
        "Of {examined} training labels {n} are suspect ({share}).",
        result.suspects,
    ).format(
        examined=integer(result.examined),
        n=integer(result.suspects),
        share=percent(result.suspects / result.examined),
    )
    sure = ngettext(
        "Of the {surest} images of which the classifier is surest, {wrong} has another label.",
        "Of the {surest} images of which the classifier is surest, {wrong} have another label.",
        result.surest_wrong,
    )
    return f"{told} {sure.format(surest=integer(result.surest), wrong=integer(result.surest_wrong))}"


def _note(result: WrongLabelsResult) -> str:
    note = _(
        "A linear classifier on the network's features was taught by four fifths of the images and judged the rest, in "
        "turns (it names the given label of {accuracy}). From how often it is surely of another opinion follows how "
        "many labels of each class are wrong (confident learning, Northcutt et al. 2021); suspect are that many of "
        "each class, the least believed first. Hard images are suspect too, and labels that the network learned by "
        "heart may not be: look before you change a label."
    ).format(accuracy=percent(result.accuracy))
    if result.of > result.examined:
        note += " " + _("Examined were {examined} of {of} training images, drawn at random.").format(
            examined=integer(result.examined), of=integer(result.of)
        )
    return note


def _gallery(result: WrongLabelsResult) -> Panel:
    tiles = [_tile(result, index) for index in range(len(result.images))]
    rows = tuple(tuple(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS))
    alt = _("{n} training images whose label is suspect").format(n=len(tiles))
    return Panel(_("Labels that are likely wrong"), Gallery(rows), alt, _note(result), _verdict(result))


def _tile(result: WrongLabelsResult, index: int) -> Tile:
    given, suggested = (result.classes[int(of[index])] for of in (result.given, result.suggested))
    sure = [percent(float(share), 0) for share in result.confidence[index]]
    alt = _("{name}: labelled {given} ({sure}), looks like {suggested} ({surer})").format(
        name=result.names[index], given=given, sure=sure[0], suggested=suggested, surer=sure[1]
    )
    caption = _("{given}, rather {suggested} ({surer})").format(given=given, suggested=suggested, surer=sure[1])
    return Tile(as_shown(result.images[index]), alt, caption)


def _table(result: WrongLabelsResult) -> Panel:
    head = (_("image"), _("label"), _("rather"), _("sure of the label"), _("sure of the other"))
    rows: list[tuple[Cell, ...]] = []
    texts: list[tuple[str, ...]] = []
    for index in range(min(len(result.rows), _ROWS)):
        own, other = (float(share) for share in result.confidence[index])
        words = (result.classes[int(result.given[index])], result.classes[int(result.suggested[index])])
        rows.append((result.names[index], *words, own, other))
        texts.append((result.names[index], *words, percent(own, 2), percent(other, 1)))
    title = _("Suspect labels one by one")
    first = not len(result.images)
    note = _note(result) if first else ""
    if len(result.rows) > _ROWS or result.suspects > len(result.rows):
        more = _("Listed are the {n} that are believed least.").format(n=integer(len(rows)))
        note = f"{note} {more}".strip()
    table = Table(head, tuple(rows), tuple(texts))
    return Panel(title, table, title, note, _verdict(result) if first else "", folded=not first)


def _classes(result: WrongLabelsResult) -> Panel:
    """How many labels of each class are wrong, by the estimated joint distribution, and what they rather are."""
    off = result.pairs.copy()
    np.fill_diagonal(off, 0)
    head = (_("label"), _("images"), _("wrong, about"), _("share of the label"), _("most often rather"))
    rows: list[tuple[Cell, ...]] = []
    texts: list[tuple[str, ...]] = []
    for label in np.argsort(-off.sum(1), kind="stable"):
        name, count, wrong = result.classes[int(label)], float(result.pairs[label].sum()), float(off[label].sum())
        share = wrong / count if count else 0.0
        rather = result.classes[int(off[label].argmax())] if wrong else "–"
        rows.append((name, count, wrong, share, rather))
        texts.append((name, integer(round(count)), significant(wrong, 2), percent(share), rather))
    title = _("How many labels of each class are wrong")
    note = _("Estimated from the suspects and from how many labels of each class there are.")
    if result.suspects:
        return Panel(title, Table(head, tuple(rows), tuple(texts)), title, note)
    return Panel(
        title, Table(head, tuple(rows), tuple(texts)), title, _note(result), _("No training label is suspect.")
    )
