"""Heat maps over photographs: what the looks that draw such panels share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from trasluz.draw.names import percent
from trasluz.draw.panel import Heat, Overlay, Panel, Photo
from trasluz.look.looks.cam import CamResult
from trasluz.look.looks.saliency import SaliencyResult
from trasluz.messages import _

MOST = 12  # photographs on a page, which holds them all
_MOST_CLASSES = 12

Heats = Callable[[int, int], tuple[tuple[Heat, ...], ...]]  # image, place in ``chosen`` → [layer][method]


def photographs_panel(
    result: CamResult | SaliencyResult,
    heats: Heats,
    layers: Sequence[str],
    methods: Sequence[str],
    title: str,
    *,
    signed: bool = False,
) -> Panel:
    """The panel with the first images of ``result``; ``title`` is what the colours measure."""
    photos = tuple(_photo(result, image, heats) for image in range(min(len(result.images), MOST)))
    overlay = Overlay(photos, tuple(layers), tuple(methods), title, signed)
    note = _(
        "The file itself, brought to the shape in which the model was given it; where the file is gone, the copy that "
        "was kept. A map is as coarse as its layer: the switch shows its own grid. All maps of one picture at one "
        "layer have one scale."
    )
    return Panel(_("Heat maps over the photographs"), overlay, _("Heat maps over the photographs"), note)


def _photo(result: CamResult | SaliencyResult, image: int, heats: Heats) -> Photo:
    name, label = result.names[image], int(result.labels[image])
    caption = _("{name}, in truth {true}").format(name=name, true=result.classes[label]) if label >= 0 else name
    columns = range(min(result.chosen.shape[1], _MOST_CLASSES))
    by_class = [heats(image, column) for column in columns]
    return Photo(
        result.images[image],
        name,
        _("image {name}").format(name=name),
        caption,
        tuple(_class(result, image, column) for column in columns),
        tuple(tuple(found[layer] for found in by_class) for layer in range(len(by_class[0]))),
    )


def _class(result: CamResult | SaliencyResult, image: int, column: int) -> str:
    label = int(result.chosen[image, column])
    return f"{result.classes[label]} {percent(float(result.confidence[image, label]))}"


def highest(amounts: np.ndarray) -> float:
    """The greatest amount, 0 where there is none above it."""
    return max(float(np.nan_to_num(amounts).max(initial=0)), 0.0)
