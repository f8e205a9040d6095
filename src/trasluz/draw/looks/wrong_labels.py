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
    if result.trust == "chance":
        return _(
            "No training label is suspected: that the classifier tells the classes apart better than chance does is "
            "not sure (area under its ROC curve: {auc}, 95 % interval {low} to {high}; chance is 0.5)."
        ).format(
            **{name: significant(float(of), 2) for name, of in zip(("auc", "low", "high"), result.auc, strict=True)}
        )
    if result.trust == "weak":
        return _(
            "No training label is suspected: the classifier tells the classes apart too badly for its doubts to mean "
            "anything (area under its ROC curve: {auc})."
        ).format(auc=significant(float(result.auc[0]), 2))
    if not result.suspects:
        return _("No training label is suspect.")
    return ngettext(
        "Of {examined} training labels {n} is suspect ({share}); about {false} of these is expected to be right.",
        "Of {examined} training labels {n} are suspect ({share}); about {false} of these are expected to be right.",
        result.suspects,
    ).format(
        examined=integer(result.examined),
        n=integer(result.suspects),
        share=percent(result.suspects / result.examined),
        false=significant(result.false_alarms, 2),
    )


def _about_rate(result: WrongLabelsResult) -> str:
    return _(
        "Hard images are rare where it is surest, wrong labels are not: from this follows that {rate} of the labels "
        "are wrong (95 % interval: {low} to {high}). Suspect are labels that are more likely wrong than right, at the "
        "lower end of that interval. Hard images are among them: look before you change a label."
    ).format(
        rate=percent(float(result.rate[0])),
        low=percent(float(result.rate[1])),
        high=percent(float(result.rate[2])),
    )


def _note(result: WrongLabelsResult) -> str:
    note = _(
        "A linear classifier was taught by four fifths of the images and judged the rest, in turns, equal pictures "
        "always on one side (it names the given label of {accuracy})."
    ).format(accuracy=percent(result.accuracy))
    if result.trust not in ("chance", "weak"):
        note += " " + _about_rate(result)
    note += " " + _what_it_reads(result)
    if result.of > result.examined:
        note += " " + _("Examined were {examined} of {of} training images.").format(
            examined=integer(result.examined), of=integer(result.of)
        )
    if result.too_few:
        note += " " + _("Classes with too few different images to teach a classifier were left out: {names}.").format(
            names=", ".join(result.too_few)
        )
    return note


def _what_it_reads(result: WrongLabelsResult) -> str:
    if not result.by_pictures:
        return _("It reads the network's features.")
    if not result.by_heart:
        return _(
            "It reads features of the images themselves: the network's disbelieve most of these labels, too, but have "
            "seen them in training, and cannot say whether the labels are wrong or the images hard."
        )
    if not len(result.held_out):
        return _(
            "It reads features of the images themselves: without validation images nobody can say whether the network "
            "has learned its labels by heart."
        )
    return _(
        "It reads features of the images themselves, because the network has learned labels by heart: on its features "
        "a classifier names the labels of {trained} of the training images, but of {held_out} of the validation images."
    ).format(trained=percent(float(result.held_out[0])), held_out=percent(float(result.held_out[1])))


def _gallery(result: WrongLabelsResult) -> Panel:
    tiles = [_tile(result, index) for index in range(len(result.images))]
    rows = tuple(tuple(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS))
    alt = _("{n} training images whose label is suspect").format(n=len(tiles))
    return Panel(_("Suspect labels"), Gallery(rows), alt, _note(result), _verdict(result))


def _tile(result: WrongLabelsResult, index: int) -> Tile:
    given, suggested = (result.classes[int(of[index])] for of in (result.given, result.suggested))
    sure = [percent(float(share), 0) for share in result.confidence[index]]
    alt = _("{name}: labelled {given} ({sure}), looks like {suggested} ({surer})").format(
        name=result.names[index], given=given, sure=sure[0], suggested=suggested, surer=sure[1]
    )
    caption = _("{given}, rather {suggested} ({surer})").format(given=given, suggested=suggested, surer=sure[1])
    return Tile(as_shown(result.images[index]), alt, caption)


def _table(result: WrongLabelsResult) -> Panel:
    head = (_("image"), _("label"), _("rather"), _("sure of the label"), _("sure of the other"), _("label wrong"))
    rows: list[tuple[Cell, ...]] = []
    texts: list[tuple[str, ...]] = []
    for index in range(min(len(result.rows), _ROWS)):
        shares = (*(float(share) for share in result.confidence[index]), float(result.wrong[index]))
        words = (result.classes[int(result.given[index])], result.classes[int(result.suggested[index])])
        rows.append((result.names[index], *words, *shares))
        texts.append((result.names[index], *words, percent(shares[0], 2), percent(shares[1], 1), percent(shares[2], 1)))
    title = _("Suspect labels one by one")
    first = not len(result.images)
    note = _note(result) if first else ""
    if len(result.rows) > _ROWS or result.suspects > len(result.rows):
        more = _("Listed are the {n} that are likeliest wrong.").format(n=integer(len(rows)))
        note = f"{note} {more}".strip()
    table = Table(head, tuple(rows), tuple(texts))
    return Panel(title, table, title, note, _verdict(result) if first else "", folded=not first)


def _classes(result: WrongLabelsResult) -> Panel:
    """How many labels of each class are suspect, and what they rather are."""
    suspects = result.pairs.sum(1)
    head = (_("label"), _("images"), _("suspect"), _("share of the label"), _("most often rather"))
    rows: list[tuple[Cell, ...]] = []
    texts: list[tuple[str, ...]] = []
    for label in np.argsort(-suspects, kind="stable"):
        name, count, suspect = result.classes[int(label)], int(result.counts[label]), int(suspects[label])
        share = suspect / count if count else 0.0
        rather = result.classes[int(result.pairs[label].argmax())] if suspect else "–"
        rows.append((name, count, suspect, share, rather))
        texts.append((name, integer(count), integer(suspect), percent(share), rather))
    title = _("How many labels of each class are suspect")
    table = Table(head, tuple(rows), tuple(texts))
    if result.suspects:
        return Panel(title, table, title)
    return Panel(title, table, title, _note(result), _verdict(result))
