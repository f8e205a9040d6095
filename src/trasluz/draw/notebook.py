"""How results show themselves in a notebook: each says which function here draws it (``evaluation/shown.py``)."""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trasluz.draw.escaping import visible
from trasluz.draw.names import baseline_title, integer, metric_name, metric_value, split_name, status_name
from trasluz.messages import _, ngettext

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from trasluz.draw.panel import Gallery, Overlay, Panel, Plan, PointMap, Table, Tile
    from trasluz.evaluation.evaluation import Evaluation
    from trasluz.evaluation.sample_evaluation import SampleEvaluation
    from trasluz.look.result import Result

_ROWS = 20
_IMAGES = 64
_CELL = 'style="text-align:left;padding:2px 14px 2px 0"'


def evaluation_html(evaluation: Evaluation) -> str:
    """A small table: metric, value, 95 % interval, and the baselines beside them."""
    shown = {name: values for name, values in evaluation.baselines.items() if set(values) & set(evaluation.metrics)}
    titles = [baseline_title(name, values) for name, values in shown.items()]
    head = [_("Metric"), _("Value"), _("95 % interval"), *titles]
    rows = [
        [
            metric_name(n),
            metric_value(n, v),
            _bounds(evaluation.intervals, n, n),
            *(_held(b, n) for b in shown.values()),
        ]
        for n, v in evaluation.metrics.items()
    ]
    title = ngettext("{count} {split} image", "{count} {split} images", evaluation.count)
    caption = title.format(count=integer(evaluation.count), split=split_name(evaluation.split))
    notes = "".join(f"<p>{_escape(note)}</p>" for note in evaluation.notes)
    return _table(caption, head, rows) + notes


def run_html(run: Any) -> str:
    """What a run is and how it stands.

    ``run`` has ``path``, ``status``, ``metrics`` (name → number) and ``weights_note``.
    """
    metrics: Mapping[str, Any] = run.metrics
    rows = [
        [split_name(n.split("/", 1)[0]) if "/" in n else "", metric_name(n), metric_value(n, float(v))]
        for n, v in metrics.items()
    ]
    caption = f"{run.path} · {status_name(str(run.status))}"
    note = f"<p>{_escape(run.weights_note)}</p>" if run.weights_note else ""
    return _table(caption, [_("Split"), _("Metric"), _("Value")], rows) + note


def predictions_html(predictions: Any) -> str:
    """The first files with their class and its probability; ``predictions`` has ``records()``."""
    records = predictions.records()
    rows = [[str(r["file"]), str(r["label"]), metric_value("share", float(r["confidence"]))] for r in records[:_ROWS]]
    title = ngettext("{count} prediction", "{count} predictions", len(records)).format(count=integer(len(records)))
    rest = len(records) - len(rows)
    more = ngettext("and {count} more", "and {count} more", rest).format(count=integer(rest))
    return _table(title, [_("File"), _("Class"), _("Confidence")], rows) + (f"<p>{_escape(more)}</p>" if rest else "")


def seeds_html(result: Any) -> str:
    """Mean and interval per metric over seeds; ``result`` has ``n``, ``table`` and ``note``."""
    rows = [
        [metric_name(n), metric_value(n, mean), *(metric_value(n, v) if math.isfinite(v) else "–" for v in bounds)]
        for n, (mean, *bounds) in result.table.items()
    ]
    title = ngettext("{count} seed", "{count} seeds", result.n).format(count=result.n)
    table = _table(title, [_("Metric"), _("Mean"), _("95 % from"), _("to")], rows)
    return table + f"<p>{_escape(result.note)}</p>"


def generated_html(generated: Any) -> str:
    """The first images in a grid; ``generated`` has ``images``, ``labels``, ``origin`` and ``seed``."""
    from trasluz.draw.mosaic import mosaic
    from trasluz.draw.provenance import chunks

    shown, count = generated.images[:_IMAGES], len(generated.images)
    picture, buffer = mosaic(shown, generated.labels[:_IMAGES]), io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=chunks("generated", generated.origin, {"seed": generated.seed}))
    title = ngettext("{count} generated image", "{count} generated images", count).format(count=integer(count))
    address = base64.b64encode(buffer.getvalue()).decode()
    return f'<p>{_escape(title)}</p><img alt="{_escape(title)}" src="data:image/png;base64,{address}">'


def samples_html(found: SampleEvaluation) -> str:
    """Each metric of samples beside that of real images, with their intervals."""
    rows = [
        [
            *(metric_name(key), metric_value(key, value), _bounds(found.intervals, name, key)),
            *(metric_value(key, found.real[name]), _bounds(found.real_intervals, name, key)),
        ]
        for name, value in found.metrics.items()
        for key in (f"samples/{name}",)
    ]
    title = ngettext("{count} sample", "{count} samples", found.count).format(count=integer(found.count))
    return _table(title, [_("Metric"), _("Samples"), _("95 % interval"), _("Real images"), _("95 % interval")], rows)


def look_html(result: Result) -> str:
    """The panels of a look's result, one after the other."""
    from trasluz.draw.looking import draw

    return "".join(_panel(panel) for panel in draw(result))


def _panel(panel: Panel) -> str:
    words = (panel.verdict, *panel.warnings)
    said = "".join(f"<p>{_escape(word)}</p>" for word in words if word)
    note = f"<p><small>{_escape(panel.note)}</small></p>" if panel.note else ""
    return f"<h4>{_escape(panel.title)}</h4>{said}{_content(panel.content)}{note}"


def _content(content: go.Figure | Gallery | Table | PointMap | Overlay | Plan) -> str:
    from trasluz.draw.panel import Gallery, Overlay, Plan, PointMap, Table
    from trasluz.draw.points import points_figure

    if isinstance(content, Plan):
        return "".join(content.parts)
    if isinstance(content, Overlay):
        content = content.gallery()
    if isinstance(content, Gallery):
        return _gallery(content)
    if isinstance(content, Table):
        return _table("", list(content.head), [list(row) for row in content.texts])
    if isinstance(content, PointMap):
        content = points_figure(content)
    return str(content.to_html(full_html=False, include_plotlyjs=True))


def _gallery(gallery: Gallery) -> str:
    head = "".join(f"<th>{_escape(column)}</th>" for column in ("", *gallery.columns)) if gallery.columns else ""
    names = gallery.rows or ("",) * len(gallery.tiles)
    rows = (
        f"<th>{_escape(name)}</th>" + "".join(_tile(tile) for tile in row)
        for name, row in zip(names, gallery.tiles, strict=True)
    )
    bars = "; ".join(f"{bar.title}: {bar.low} – {bar.high}" for bar in gallery.scales[:1])
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{_escape(bars)}</p>"


def _tile(tile: Tile) -> str:
    from PIL import Image

    from trasluz.draw.packing import packed

    image = tile.image
    address = packed(Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image))
    words = " ".join(word for word in (tile.caption, tile.flag) if word)
    style = "width:80px;image-rendering:pixelated" if image.shape[1] < 80 else "width:80px"
    return (
        f'<td><img alt="{_escape(tile.alt)}" style="{style}" src="{address}"><br><small>{_escape(words)}</small></td>'
    )


def _bounds(intervals: Mapping[str, tuple[float, float]], name: str, key: str) -> str:
    if name not in intervals:
        return ""
    low, high = intervals[name]
    return f"{metric_value(key, low)} – {metric_value(key, high)}"


def _held(values: Mapping[str, float], name: str) -> str:
    return metric_value(name, values[name]) if name in values else ""


def _table(caption: str, head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th {_CELL}>{_escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td {_CELL}>{_escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    title = f'<caption style="text-align:left;font-weight:600">{_escape(caption)}</caption>'
    return f"<table>{title}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _escape(value: object) -> str:
    return html.escape(str(visible(value)))
