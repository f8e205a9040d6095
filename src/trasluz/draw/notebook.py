"""How results show themselves in a notebook: each says which function here makes its outputs
(``evaluation/shown.py``)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trasluz.draw.names import baseline_title, integer, metric_name, metric_value, split_name, status_name
from trasluz.draw.outputs import Drawing, Outputs, Picture, Words, of_figure, of_image
from trasluz.messages import _, ngettext, said
from trasluz.numerals import duration

if TYPE_CHECKING:
    from trasluz.draw.panel import Panel
    from trasluz.draw.panel import Table as PanelTable
    from trasluz.evaluation.evaluation import Evaluation
    from trasluz.evaluation.sample_evaluation import SampleEvaluation
    from trasluz.look.result import Result
    from trasluz.search.table import Table as RunTable

_ROWS = 20
_PANEL_ROWS = 100
_IMAGES = 64
_PAIRS = 10


def evaluation_shown(evaluation: Evaluation) -> Outputs:
    """A small table: metric, value, 95 % interval, and the baselines beside them."""
    known = {name: values for name, values in evaluation.baselines.items() if set(values) & set(evaluation.metrics)}
    titles = [baseline_title(name, values) for name, values in known.items()]
    head = (_("Metric"), _("Value"), _("95 % interval"), *titles)
    rows = tuple(
        (
            metric_name(n),
            metric_value(n, v),
            _bounds(evaluation.intervals, n, n),
            *(_held(b, n) for b in known.values()),
        )
        for n, v in evaluation.metrics.items()
    )
    title = ngettext("{count} {split} image", "{count} {split} images", evaluation.count)
    caption = title.format(count=integer(evaluation.count), split=split_name(evaluation.split))
    return (Words(caption, head, rows, tuple(said(note) for note in evaluation.notes)),)


def run_shown(run: Any) -> Outputs:
    """A card: what was trained on what, how it stands, its last scores, and where it lies.

    ``run`` has ``path``, ``status``, ``metrics`` (name → number), ``weights_note``, ``recipe`` and ``info``.
    """
    info: Mapping[str, Any] = run.info
    rows = [(_("Data"), f"{info.get('data', '')} · {_counts(info.get('splits') or {})}".strip(" ·"))]
    seconds = float((info.get("timings") or {}).get("training_seconds") or 0)
    if seconds > 0:
        rows.append((_("Training"), duration(seconds)))
    rows += [(_named(name), metric_value(name, float(value))) for name, value in run.metrics.items()]
    caption = f"{run.recipe.name} · {run.recipe.model['family']} · {status_name(str(run.status))}"
    return (Words(caption, (_("Run"), str(run.path)), tuple(rows), (run.weights_note,)),)


def _counts(splits: Mapping[str, Any]) -> str:
    return ", ".join(f"{integer(int(count))} {split_name(name)}" for name, count in splits.items() if count)


def _named(key: str) -> str:
    split, slash, _name = key.partition("/")
    return f"{metric_name(key)} ({split_name(split)})" if slash else metric_name(key)


def predictions_shown(predictions: Any) -> Outputs:
    """The first files with their class and its probability; ``predictions`` has ``records()``."""
    records = predictions.records()
    rows = [(str(r["file"]), str(r["label"]), metric_value("share", float(r["confidence"]))) for r in records[:_ROWS]]
    title = ngettext("{count} prediction", "{count} predictions", len(records)).format(count=integer(len(records)))
    return (Words(title, (_("File"), _("Class"), _("Confidence")), tuple(rows), _more(len(records) - len(rows))),)


def _more(rest: int) -> tuple[str, ...]:
    more = ngettext("and {count} more", "and {count} more", rest).format(count=integer(rest))
    return (more,) if rest > 0 else ()


def reconstructions_shown(found: Any) -> Outputs:
    """The mean error, and the first images above what was made of them; ``found`` is ``Reconstructions``."""
    from trasluz.draw.provenance import chunks

    count = len(found.errors)
    title = ngettext("{count} reconstruction", "{count} reconstructions", count).format(count=integer(count))
    mean = metric_value("mse", float(found.errors.mean())) if count else "–"
    words = Words(title, notes=(f"{metric_name('mse')}: {mean}", *_more(count - _PAIRS)))
    if not count or found.originals.ndim != 4:
        return (words,)
    marks = None if found.origin is None else chunks("reconstructed", found.origin)
    return (words, _pairs(found.originals, found.reconstructions, title, marks))


def translations_shown(found: Any) -> Outputs:
    """The first images above what they became; ``found`` is ``Translations``."""
    from trasluz.draw.provenance import chunks

    title = ngettext("{count} image as {domain}", "{count} images as {domain}", len(found)).format(
        count=integer(len(found)), domain=found.domain
    )
    words = Words(title, notes=_more(len(found) - _PAIRS))
    if not len(found):
        return (words,)
    return (words, _pairs(found.originals, found.images, title, chunks("translated", found.origin)))


def _pairs(above: np.ndarray, below: np.ndarray, title: str, marks: Any) -> Picture:
    """The first images of both, one row above the other."""
    from trasluz.draw.mosaic import mosaic

    some = min(len(above), _PAIRS)
    return of_image(mosaic([*above[:some], *below[:some]], columns=some), title, marks)


def seeds_shown(result: Any) -> Outputs:
    """Mean and interval per metric over seeds; ``result`` has ``n``, ``table`` and ``note``."""
    rows = tuple(
        (metric_name(n), metric_value(n, mean), *(metric_value(n, v) if math.isfinite(v) else "–" for v in bounds))
        for n, (mean, *bounds) in result.table.items()
    )
    title = ngettext("{count} seed", "{count} seeds", result.n).format(count=result.n)
    return (Words(title, (_("Metric"), _("Mean"), _("95 % from"), _("to")), rows, (result.note,)),)


def generated_shown(generated: Any) -> Outputs:
    """The first images in a grid; ``generated`` has ``images``, ``labels``, ``origin`` and ``seed``."""
    from trasluz.draw.mosaic import mosaic
    from trasluz.draw.provenance import chunks

    count = len(generated.images)
    title = ngettext("{count} generated image", "{count} generated images", count).format(count=integer(count))
    if not count:
        return (Words(title),)
    picture = mosaic(generated.images[:_IMAGES], generated.labels[:_IMAGES])
    marked = of_image(picture, title, chunks("generated", generated.origin, {"seed": generated.seed}))
    return (Words(title, notes=_more(count - _IMAGES)), marked)


def samples_shown(found: SampleEvaluation) -> Outputs:
    """Each metric of samples beside that of real images, with their intervals."""
    rows = tuple(
        (
            *(metric_name(key), metric_value(key, value), _bounds(found.intervals, name, key)),
            *(metric_value(key, found.real[name]), _bounds(found.real_intervals, name, key)),
        )
        for name, value in found.metrics.items()
        for key in (f"samples/{name}",)
    )
    title = ngettext("{count} sample", "{count} samples", found.count).format(count=integer(found.count))
    head = (_("Metric"), _("Samples"), _("95 % interval"), _("Real images"), _("95 % interval"))
    return (Words(title, head, rows),)


def findings_shown(found: Sequence[Any]) -> Outputs:
    """Each finding with what was seen and what to try; ``found`` are ``Finding``s."""
    rows = tuple((each.severity_name, each.title, each.seen, each.advice) for each in found)
    title = ngettext("{count} finding", "{count} findings", len(rows)).format(count=len(rows))
    return (Words(title, (_("Severity"), _("Finding"), _("Seen"), _("What to try")) if rows else (), rows),)


def comparison_shown(found: Any) -> Outputs:
    """The runs side by side, with their differences where these may be taken; ``found`` is ``ComparisonResult``."""
    notes = [found.resting.sentence(name) for name in found.resting.common if name != found.resting.reference]
    return (_runs(split_name(found.split), found.table, (*notes, found.resting.what_to_do(), *found.damaged.values())),)


def study_shown(found: Any) -> Outputs:
    """The variants side by side, and what their differences rest on; ``found`` is ``StudyResult``."""
    return (_runs(found.path.name, found.table, (*found.resting.sentences(), str(found.page))),)


def _runs(title: str, table: RunTable, notes: tuple[str, ...]) -> Words:
    from trasluz.draw.study import difference_text, interval_text

    compared = [name for name in table.metrics if any(name in row.differences for row in table.rows)]
    apart = (_("Difference: {metric}").format(metric=metric_name(name)) for name in compared)
    head = (_("Run"), *(metric_name(name) for name in table.metrics), *apart)
    rows = tuple(
        (
            row.variant,
            *(interval_text(name, row.scores[name]) if name in row.scores else "–" for name in table.metrics),
            *(difference_text(name, row.differences[name]) if name in row.differences else "" for name in compared),
        )
        for row in table.rows
    )
    return Words(title, head, rows, notes)


def look_shown(result: Result) -> Outputs:
    """The panels of a look's result, one after the other: words, then what they are about."""
    from trasluz.draw.looking import draw

    return tuple(output for panel in draw(result) for output in _panel(panel))


def _panel(panel: Panel) -> Outputs:
    from trasluz.draw.gallery_picture import gallery_picture
    from trasluz.draw.panel import Gallery, Overlay, Plan, PointMap, Table
    from trasluz.draw.points import points_figure

    words, alt = (panel.verdict, *panel.warnings, panel.note), panel.alt or panel.title
    content = panel.content.gallery() if isinstance(panel.content, Overlay) else panel.content
    if isinstance(content, Table):
        return (_table(panel.title, content, words),)
    told = Words(panel.title, notes=words)
    if isinstance(content, Plan):
        return (told, *(Drawing(part, alt) for part in content.parts))
    if isinstance(content, Gallery):
        return (told, of_image(gallery_picture(content), alt))
    return (told, of_figure(points_figure(content) if isinstance(content, PointMap) else content, alt))


def _table(title: str, table: PanelTable, words: tuple[str, ...]) -> Words:
    rows = table.texts[:_PANEL_ROWS]
    return Words(
        title, tuple(table.head), tuple(tuple(row) for row in rows), (*_more(len(table.texts) - len(rows)), *words)
    )


def _bounds(intervals: Mapping[str, tuple[float, float]], name: str, key: str) -> str:
    if name not in intervals:
        return ""
    low, high = intervals[name]
    return f"{metric_value(key, low)} – {metric_value(key, high)}"


def _held(values: Mapping[str, float], name: str) -> str:
    return metric_value(name, values[name]) if name in values else ""
