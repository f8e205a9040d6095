"""The images that excite channels most: a row per channel, what it saw of each framed, and what class they are of."""

from __future__ import annotations

from collections import Counter

import numpy as np

from trasluz.draw.looking import Question
from trasluz.draw.marking import marked
from trasluz.draw.names import integer, percent, significant, split_name
from trasluz.draw.overlay import as_shown
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.looks.exciting import ExcitingResult
from trasluz.messages import _, ngettext
from trasluz.metrics.intervals import wilson

QUESTION: Question = "inside"
ORDER = 40
_MOSTLY = 0.75  # of a channel's images of one class
_FEWEST = 4  # images per channel from which that is said


def draw(result: ExcitingResult) -> tuple[Panel, ...]:
    """One panel."""
    rows = tuple(_row(result, index) for index in range(len(result.channels)))
    heads = tuple(_head(result, index) for index in range(len(result.channels)))
    alt = _("The images that excite {n} channels of {layer} most").format(n=len(rows), layer=result.layer)
    title = _("Images that excite the channels of {layer} most").format(layer=result.layer)
    return (Panel(title, Gallery(rows, heads), alt, _note(result), _verdict(result)),)


def _row(result: ExcitingResult, index: int) -> tuple[Tile, ...]:
    return tuple(_tile(result, index, rank) for rank in range(result.which.shape[1]))


def _tile(result: ExcitingResult, index: int, rank: int) -> Tile:
    number = int(result.which[index, rank])
    image, value = result.images[number], float(result.values[index, rank])
    crop = result.crops[index, rank]
    shown = marked(image, crop.tolist()) if _is_part(crop) else as_shown(image)
    named = result.image_class[number] or _("image {name}").format(name=result.names[number])
    alt = _("{image}: activation {value} of channel {n}").format(
        image=named, value=significant(value), n=int(result.channels[index])
    )
    return Tile(shown, alt, f"{named} · {significant(value, 2)}")


def _is_part(crop: np.ndarray) -> bool:
    """Whether it is known, and less than the whole image."""
    return bool(np.isfinite(crop).all()) and tuple(crop.tolist()) != (0, 0, 1, 1)


def _head(result: ExcitingResult, index: int) -> str:
    channel = int(result.channels[index])
    name = _("channel {n}").format(n=channel)
    share = float(result.positive[index])
    if channel in set(result.dead.tolist()):
        fact = _("dead")
    elif share < 1:
        fact = _("above zero in {share}").format(share=percent(share))
    else:
        return name
    return f"{name} · {fact}"


def _note(result: ExcitingResult) -> str:
    count = integer(result.examined)
    texts = [
        _("Of {n} images of {split}, those in which the channel is most active anywhere, with that activation.").format(
            n=count, split=split_name(result.split)
        )
        if result.split
        else _("Of the {n} images given, those in which the channel is most active anywhere.").format(n=count)
    ]
    if any(_is_part(crop) for crop in result.crops.reshape(-1, 4)):
        texts.append(_("The frame is the receptive field of that place: nothing outside it reaches the channel there."))
    elif np.isfinite(result.crops).all():
        texts.append(_("Each place of this layer sees the whole image."))
    else:
        texts.append(_("Which part of the image a place of this layer sees is not known."))
    channels = result.shape[-1] if len(result.shape) == 2 else result.shape[0]
    if channels > len(result.channels):
        texts.append(_("Shown are {n} of {total} channels.").format(n=len(result.channels), total=channels))
    return " ".join(texts)


def _verdict(result: ExcitingResult) -> str:
    texts = []
    mostly = [name for name in (_class_of(result, index) for index in range(len(result.channels))) if name]
    if result.shares and result.which.shape[1] >= _FEWEST:
        said = ngettext(
            "{n} of {total} channels answers to one class: at least three quarters of its images are of it.",
            "{n} of {total} channels answer to one class each: at least three quarters of their images are of it.",
            len(mostly),
        )
        texts.append(said.format(n=len(mostly), total=len(result.channels)))
    if len(result.dead):
        said = ngettext(
            "{n} channel of the layer is dead: zero everywhere in all these images.",
            "{n} channels of the layer are dead: zero everywhere in all these images.",
            len(result.dead),
        )
        texts.append(said.format(n=integer(len(result.dead))))
    return " ".join(texts)


def _class_of(result: ExcitingResult, index: int) -> str:
    """The class that most of a channel's images are of, with an interval (95 %) above its share of all images; empty
    where there is none."""
    if int(result.channels[index]) in set(result.dead.tolist()):
        return ""
    names = [result.image_class[int(number)] for number in result.which[index]]
    name, times = Counter(names).most_common(1)[0]
    chance = result.shares.get(name, 1.0)
    beyond = wilson(times, len(names))[0] > chance
    return name if name and times >= _MOSTLY * len(names) and beyond else ""
