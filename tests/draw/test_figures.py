"""The common ground of figures."""

from __future__ import annotations

from trasluz.draw.figures import new_figure


def test_labels_of_the_horizontal_axis_do_not_change_the_width_that_decides_which_labels_there_are() -> None:
    layout = new_figure(x="Step", y="Loss").layout
    assert layout.xaxis.automargin == "height"
    assert layout.yaxis.automargin is True
    assert layout.xaxis.title.text == "Step"
