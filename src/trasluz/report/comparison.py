"""Runs side by side on one page: recipes, curves, numbers with paired differences, and the same images through each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trasluz.draw.history import History
from trasluz.draw.names import duration, integer, significant
from trasluz.draw.provenance import Origin
from trasluz.draw.resting import Resting
from trasluz.draw.side_by_side import side_by_side
from trasluz.files import write_bytes
from trasluz.look.through import Through
from trasluz.messages import language
from trasluz.report.looks import place_panels
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, join, metric_phrase, plain, split_phrase
from trasluz.report.sections.base import Section
from trasluz.report.sections.machine import HARDWARE
from trasluz.report.stock import Sheet
from trasluz.report.variants import Note, answer, cell_of, curves, direction, numbers, short
from trasluz.report.writer import fill_page
from trasluz.search.table import Table

_JUDGING = ("model.mirror", "model.shift")  # views at test time: no loss is made of them
_NETWORKS = ("model.network", "model.encoder", "model.decoder", "model.latent", "model.initial", "model.body")
_FEW_CHANGES = 4  # that stand below a run's name; more have their own table only


@dataclass(frozen=True)
class Seen:
    """The same images through the runs. ``names`` of the images; ``labels``: true classes as text, empty where
    unknown; ``source``: the run whose images they are; ``foreign``: runs that were trained on other data."""

    sides: Mapping[str, Through]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    source: str
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """What the page is made from; runs are called as in ``table``.

    ``differing``: dotted field → its value in each run's recipe.  ``histories`` and ``infos`` (``run.json``) by run.
    ``split``: that all numbers are of (``common``: images that none was trained on); ``counts``: samples judged, by
    run; ``resting``: what the differences rest on.  ``damaged``: folder → what is wrong with it, of runs left out.
    """

    table: Table
    split: str
    differing: Mapping[str, Sequence[Any]]
    histories: Mapping[str, History]
    infos: Mapping[str, Mapping[str, Any]]
    counts: Mapping[str, int]
    resting: Resting
    seen: Seen
    folders: Mapping[str, str] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)


def write_comparison_page(target: Path, comparison: Comparison, origin: Origin, language_name: str) -> Path:
    """Writes one page that opens without a network to ``target`` and returns its path.

    ``origin``: what images that the networks made say of themselves.

    Raises:
        StorageError: the page cannot be written.
    """
    sheet = Sheet(origin)
    names = [row.variant for row in comparison.table.rows]
    with language(language_name):
        sections = [section for section in _sections(comparison, sheet) if section is not None]
        html = fill_page(
            language_name,
            title=both("{names}: runs side by side", names=" · ".join(names)),
            name=plain(" · ".join(names)),
            folder="  ".join(dict.fromkeys(comparison.folders.values())),
            status="",
            description={},
            sections=sections,
            figures=sheet.figures,
            pictures=sheet.pictures,
        )
    write_bytes(target, html.encode())
    return target


def _sections(comparison: Comparison, sheet: Sheet) -> list[Section | None]:
    found: list[Section | None] = [
        answer(_with_few_changes(comparison.table), _lead(comparison), _notes(comparison), both("Run"))
    ]
    found.append(_recipes(comparison))
    if comparison.table.metrics:
        found.append(_numbers(comparison, sheet))
    histories = {name: [history] for name, history in comparison.histories.items() if history.epochs}
    found.append(curves(comparison.table, histories, _comparable(comparison), sheet.figures, _about_curves(comparison)))
    found += [_images(comparison.seen, sheet), _machines(comparison)]
    return found


def _with_few_changes(table: Table) -> Table:
    rows = tuple(row if len(row.changes) <= _FEW_CHANGES else replace(row, changes={}) for row in table.rows)
    return replace(table, rows=rows)


def _lead(comparison: Comparison) -> Phrase:
    runs = len(comparison.table.rows)
    counts = {count for count in comparison.counts.values() if count}
    if not counts:
        return both("{n} runs; none of them has numbers yet.", n=integer(runs))
    if len(counts) == 1 and comparison.split == "common":
        return both(
            "{n} runs, each judged on {count} images that none of them was trained on.",
            n=integer(runs),
            count=integer(counts.pop()),
        )
    if len(counts) == 1:
        return both(
            "{n} runs, each judged on {count} {split} images.",
            n=integer(runs),
            count=integer(counts.pop()),
            split=split_phrase(comparison.split),
        )
    return both(
        "{n} runs, each judged on its own {split} images.", n=integer(runs), split=split_phrase(comparison.split)
    )


def _notes(comparison: Comparison) -> list[Note]:
    table, reference = comparison.table, comparison.table.reference
    notes = [
        Note(both("damaged: {path}: {reason}", path=path, reason=reason), warning=True)
        for path, reason in comparison.damaged.items()
    ]
    notes += _what_differences_rest_on(comparison.resting)
    if any(row.differences for row in table.rows):
        notes.append(Note(_how_differences_are_taken(reference)))
    elif comparison.counts:
        notes.append(Note(both("In brackets: 95 % intervals over the images that were judged.")))
    if comparison.counts:
        notes.append(
            Note(
                both(
                    "These intervals say what other images would change. What another seed would change they do not "
                    "say: train each recipe with several seeds (trasluz study) before you call one better."
                )
            )
        )
    return notes


def _how_differences_are_taken(reference: str) -> Phrase:
    return both(
        "In brackets: 95 % intervals over the images that were judged. Differences are taken from {reference} image by "
        "image, so that what makes an image hard for both drops out; bold where the interval leaves out zero. They are "
        "not adjusted for the number of comparisons: among twenty one is bold by chance.",
        reference=reference,
    )


def _what_differences_rest_on(resting: Resting) -> list[Note]:
    """A sentence for each run, apart where it has no difference, and what to do then."""
    if resting.reference not in resting.common:
        return []
    others = [name for name in resting.common if name != resting.reference]
    notes = [
        Note(Phrase.of(lambda name=name: resting.sentence(name)), warning=name in resting.too_few)  # type: ignore[misc]  # bound now
        for name in others
    ]
    if resting.too_few:
        notes.append(Note(Phrase.of(resting.what_to_do)))
    return notes


def _recipes(comparison: Comparison) -> Section:
    names = [row.variant for row in comparison.table.rows]
    rows = [(name, [_asked(value) for value in values]) for name, values in comparison.differing.items()]
    html = fill("sections/recipes.html", names=names, rows=rows)
    told = both_n("In {n} field of the recipe.", "In {n} fields of the recipe.", len(rows))
    return Section(both("What do they ask differently?"), "recipes", html, answer=told)


def _asked(value: object) -> str:
    return "–" if value is None else short(value)


def _numbers(comparison: Comparison, sheet: Sheet) -> Section:
    table = comparison.table
    caption = both(
        "Each dot is one run, the bar its 95 % interval over the images; the dashed line is {reference}. Scales need "
        "not start at zero.",
        reference=table.reference,
    )
    found = numbers(table, _comparable(comparison), sheet.figures, caption)
    rows = [
        (metric_phrase(name), direction(name), [cell_of(row, name) for row in table.rows]) for name in table.metrics
    ]
    return replace(
        found, html=found.html + fill("sections/all_numbers.html", names=[row.variant for row in table.rows], rows=rows)
    )


def _about_curves(comparison: Comparison) -> Phrase:
    about = both("On validation data, at the end of each epoch; only what was measured in a run is drawn.")
    if _same_loss(comparison):
        return about
    apart = both("The losses are left out: these recipes do not minimise the same thing.")
    return join([about, apart])


def _comparable(comparison: Comparison) -> tuple[str, ...]:
    """Metrics that mean the same in every run: those of several runs, the loss where it is the same one."""
    rows = comparison.table.rows
    several = [name for name in comparison.table.metrics if sum(name in row.scores for row in rows) > 1]
    known = several or list(comparison.table.metrics)
    return (
        ("loss", *(n for n in known if n != "loss"))
        if _same_loss(comparison)
        else tuple(n for n in known if n != "loss")
    )


def _same_loss(comparison: Comparison) -> bool:
    """Whether the recipes differ in nothing of the model but its networks, so that they minimise the same thing."""
    model = [name for name in comparison.differing if name.startswith("model.") and not name.startswith(_JUDGING)]
    return all(name.startswith(_NETWORKS) for name in model)


def _images(seen: Seen, sheet: Sheet) -> Section | None:
    if not any(side.samples is not None or len(side.images) for side in seen.sides.values()):
        return None
    html = place_panels(sheet, "side-by-side", lambda: side_by_side(seen.sides, seen.names, seen.labels))
    if not html:
        return None
    lead = both("Images of {source}, the same ones for each run.", source=seen.source)
    warnings = [
        both("{name} was trained on other data; it is shown these images as far as they fit it.", name=name)
        for name in seen.foreign
    ]
    return Section(
        both("What do they make of the same images?"),
        "images",
        fill("sections/same_images.html", lead=lead, warnings=warnings, html=html),
        answer=lead,
    )


def _machines(comparison: Comparison) -> Section:
    names = [row.variant for row in comparison.table.rows]
    facts: list[tuple[Phrase, list[str]]] = [
        (both("Training time"), [duration(row.seconds) for row in comparison.table.rows]),
        (both("Epochs"), [integer(row.epochs) for row in comparison.table.rows]),
        (both("Images per second (median of the epochs)"), [_speed(comparison.histories[name]) for name in names]),
        (both("Parameters"), [integer(row.parameters) for row in comparison.table.rows]),
    ]
    for part, known in (("hardware", HARDWARE), ("versions", {})):
        keys = dict.fromkeys(key for name in names for key in comparison.infos[name].get(part) or {})
        for key in keys:
            values = [str((comparison.infos[name].get(part) or {}).get(key, "–")) for name in names]
            if part == "hardware" or len(set(values)) > 1:
                facts.append((both(known[key]) if key in known else plain(key), values))
    rows = [(name, values, len(set(values)) > 1) for name, values in facts]
    html = fill("sections/machines.html", names=names, rows=rows)
    seconds = sorted(row.seconds for row in comparison.table.rows)
    told = both("From {least} to {most} of training.", least=duration(seconds[0]), most=duration(seconds[-1]))
    return Section(both("How long did it take, and on what?"), "machine", html, "numbers", told)


def _speed(history: History) -> str:
    speeds = sorted(history.series("images_per_second")[1])
    return significant(speeds[len(speeds) // 2], 3) if speeds else "–"
