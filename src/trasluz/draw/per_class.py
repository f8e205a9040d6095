"""The table of classes: how well each one is recognised."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from trasluz.draw.colours import LIGHT, Theme
from trasluz.draw.figures import new_figure
from trasluz.draw.names import metric_name, metric_value
from trasluz.messages import _


def per_class_table(per_class: Mapping[str, Mapping[str, float]], *, theme: Theme = LIGHT) -> go.Figure:
    """``per_class``: class → {metric: value}; one row per class."""
    columns = list(dict.fromkeys(name for values in per_class.values() for name in values))
    figure = new_figure(theme, height=64 + 30 * (1 + len(per_class)))
    cells = [list(per_class)] + [
        [metric_value(c, values.get(c, float("nan"))) for values in per_class.values()] for c in columns
    ]
    header = {
        "values": [_("Class"), *(metric_name(c) for c in columns)],
        "align": "left",
        "fill": {"color": theme.grid},
    }
    figure.add_table(
        header={**header, "font": {"color": theme.ink}},
        cells={
            "values": cells,
            "align": "left",
            "height": 28,
            "fill": {"color": "rgba(0,0,0,0)"},
            "font": {"color": theme.ink},
        },
    )
    figure.update_layout(margin={"l": 0, "r": 0, "t": 8, "b": 8})
    return figure
