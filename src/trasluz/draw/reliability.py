"""The reliability diagram: of the images that got a probability near p, how many were right?

DeGroot & Fienberg (1983); binned as in Guo et al. (2017), "On calibration of modern neural networks".
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from trasluz.draw.colours import BLUE, GREY, LIGHT, Theme
from trasluz.draw.figures import new_figure
from trasluz.messages import _


def reliability_diagram(
    confidence: Sequence[float], accuracy: Sequence[float], counts: Sequence[float], *, theme: Theme = LIGHT
) -> go.Figure:
    """Per bin: mean confidence and accuracy in [0, 1] and the number of samples (the marks' areas); no empty bins."""
    figure = new_figure(theme, x=_("Confidence of the model"), y=_("Share that is right"), height=380)
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name=_("perfect calibration"),
        line={"color": GREY, "dash": "dash", "width": 1.5},
        hoverinfo="skip",
    )
    bins = [(c, a, n) for c, a, n in zip(confidence, accuracy, counts, strict=True) if n > 0]
    largest = max((n for _c, _a, n in bins), default=1.0)
    figure.add_scatter(
        x=[c for c, _a, _n in bins],
        y=[a for _c, a, _n in bins],
        customdata=[n for _c, _a, n in bins],
        mode="lines+markers",
        name=_("this model"),
        line={"color": BLUE, "width": 1.5},
        marker={"size": [8 + 18 * (n / largest) ** 0.5 for _c, _a, n in bins], "opacity": 0.85, "line": {"width": 0}},
        hovertemplate=_("confidence {confidence}, right {right}, {count} images").format(
            confidence="%{x:.1%}", right="%{y:.1%}", count="%{customdata}"
        )
        + "<extra></extra>",
    )
    figure.update_xaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.04], tickformat=".0%")
    figure.update_layout(hovermode="closest")
    return figure
