"""What separates two classes: beside each image where the difference lies, and the channels that make most of it."""

from __future__ import annotations

import numpy as np

from trasluz.draw.amounts import scale_bar
from trasluz.draw.looking import Question
from trasluz.draw.names import MINUS, integer, percent, significant
from trasluz.draw.overlay import as_shown, signed_overlay
from trasluz.draw.panel import Cell, Gallery, Panel, Scale, Table, Tile
from trasluz.look.checks.verdicts import measured
from trasluz.look.looks.contrast import ContrastResult
from trasluz.messages import _, ngettext

QUESTION: Question = "where"
ORDER = 20
_FEWEST = 3  # images of which anything is claimed
_RANKED = 10  # channels of the table


def draw(result: ContrastResult) -> tuple[Panel, ...]:
    """Where the difference lies, the channels that make it, and for a common pair these over images of the split."""
    panels = (_differences(result), _channels(result))
    return (*panels, _ranking(result)) if sum(result.ranked) else panels


def _differences(result: ContrastResult) -> Panel:
    rows = [_difference_row(result, image) for image in range(len(result.images))]
    high, wide = result.maps.shape[1:]
    index = _("at {layer}, {height}×{width}").format(layer=result.layer, height=high, width=wide)
    alt = ngettext(
        "What separates two classes in {n} image, as a map over the image in grey",
        "What separates two classes in {n} images, as maps over the images in grey",
        len(rows),
    ).format(n=len(rows))
    gallery = _gallery(result, rows, (_("difference"),))
    return Panel(f"{_title(result)} {index}", gallery, alt, _note(result), "", _warnings(result))


def _channels(result: ContrastResult) -> Panel:
    rows = [_channel_row(result, image) for image in range(len(result.images))]
    note = _(
        "What single channels add by place, with one scale per row: the maps of all channels add up to the map of the "
        "difference. Shown are those that speak most for either class, with their numbers and what they add in all."
    )
    alt = ngettext(
        "The channels that make the difference in {n} image, as maps over the image in grey",
        "The channels that make the difference in {n} images, as maps over the images in grey",
        len(rows),
    ).format(n=len(rows))
    gallery = _gallery(result, rows, _headings(result))
    return Panel(_("Channels that make the difference"), gallery, alt, note, _verdict(result))


def _gallery(result: ContrastResult, rows: list[tuple[tuple[Tile, ...], Scale]], columns: tuple[str, ...]) -> Gallery:
    heads = tuple(result.classes[label] if label >= 0 else "" for label in result.labels)
    tiles, scales = zip(*rows, strict=True)
    return Gallery(tiles, heads if any(heads) else (), (_("image"), *columns), scales)


def _title(result: ContrastResult) -> str:
    if not result.common:
        return _("What separates the predicted class from the next")
    first, second = _names(result, 0)
    return _("What separates {first} from {second}").format(first=first, second=second)


def _names(result: ContrastResult, image: int) -> tuple[str, str]:
    first, second = result.pairs[image]
    return result.classes[first], result.classes[second]


def _headings(result: ContrastResult) -> tuple[str, ...]:
    first, second = _names(result, 0) if result.common else (_("the first"), _("the second"))
    firsts, seconds = result.firsts, result.channels.shape[1] - result.firsts
    return tuple(_("for {label}").format(label=label) for label in [first] * firsts + [second] * seconds)


def _difference_row(result: ContrastResult, image: int) -> tuple[tuple[Tile, ...], Scale]:
    reach = float(np.abs(result.maps[image]).max())
    tiles = (_picture(result, image, _scores(result, image)), _difference(result, image, reach))
    return tiles, _bar(reach)


def _channel_row(result: ContrastResult, image: int) -> tuple[tuple[Tile, ...], Scale]:
    reach = float(np.abs(result.parts[image]).max())
    tiles = [_picture(result, image, "")]
    for index, channel in enumerate(result.channels[image].tolist()):
        amount = _signed(float(result.contributions[image, channel]))
        alt = _("what channel {n} adds to the difference in {image}: {amount} in all").format(
            n=channel, image=result.names[image], amount=amount
        )
        tiles.append(_tile(result.images[image], result.parts[image, index], reach, alt, f"{channel}: {amount}"))
    return tuple(tiles), _bar(reach)


def _picture(result: ContrastResult, image: int, caption: str) -> Tile:
    return Tile(as_shown(result.images[image]), result.names[image], caption)


def _bar(reach: float) -> Scale:
    end = significant(reach, 2)
    return scale_bar(_("evidence per place"), f"{MINUS}{end}", end, diverging=True)


def _scores(result: ContrastResult, image: int) -> str:
    pairs = zip(_names(result, image), result.scores[image], strict=True)
    return " · ".join(f"{label} {_plain(float(score))}" for label, score in pairs)


def _difference(result: ContrastResult, image: int, reach: float) -> Tile:
    first, second = _names(result, image)
    alt = _("what speaks for {first} (red) and for {second} (blue) in {image}").format(
        first=first, second=second, image=result.names[image]
    )
    caption = _signed(float(result.scores[image, 0] - result.scores[image, 1]))
    flag = "" if result.maps[image].any() else _("no difference at this layer")
    return _tile(result.images[image], result.maps[image], reach, alt, caption, flag)


def _tile(image: np.ndarray, amounts: np.ndarray, reach: float, alt: str, caption: str, flag: str = "") -> Tile:
    smooth, native = (signed_overlay(image, amounts, reach, smooth=how) for how in (True, False))
    return Tile(smooth, alt, caption, native, flag)


def _plain(value: float) -> str:
    return significant(value, 2).replace("-", MINUS)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _plain(value)


def _note(result: ContrastResult) -> str:
    note = _(
        "Red raises the first score above the second, blue the second above the first; each row has one scale. The "
        "difference is divided among the layer's places and channels (activation × gradient), and summed over the "
        "channels here. Below the images stand both scores, before softmax."
    )
    if result.compared:
        first, second = _names(result, 0)
        note += " " + _(
            "{first} and {second} are the two classes that the model confuses most: {n} of {total} of their images "
            "were taken for the other."
        ).format(first=first, second=second, n=integer(result.mistaken), total=integer(result.compared))
    return note


def _verdict(result: ContrastResult) -> str:
    """What the channels for the first class are worth, by medians over the images."""
    before = result.scores[:, 0] - result.scores[:, 1]
    changes, by_luck = result.without[:, 0] - before, result.random[:, 0] - before
    known = np.isfinite(by_luck)
    if not known.any():
        return ""
    told = ngettext(
        "With the channel that speaks most for the first class set to zero, the difference of the scores changes by "
        "{change}; with another one, picked at random, by {random}.",
        "With the {n} channels that speak most for the first class set to zero, the difference of the scores changes "
        "by {change}; with {n} others, picked at random, by {random}.",
        result.firsts,
    ).format(
        n=result.firsts,
        change=_signed(float(np.median(changes[known]))),
        random=_signed(float(np.median(by_luck[known]))),
    )
    return f"{told} {_conclusion(by_luck - changes, result.groups)}" if known.sum() >= _FEWEST else told


def _conclusion(gains: np.ndarray, groups: np.ndarray) -> str:
    if measured(gains, groups).above_zero:
        return _("These channels make the difference, more than others do.")
    return _("No difference from other channels is certain: do not read them as what separates the classes.")


def _warnings(result: ContrastResult) -> tuple[str, ...]:
    """Where the contributions do not add up to the difference, as behind a layer that is far from the scores."""
    difference = result.scores[:, 0] - result.scores[:, 1]
    apart = np.sign(result.contributions.sum(1)) != np.sign(difference)
    if not apart.any():
        return ()
    text = ngettext(
        "In {n} image of {total} the contributions add up to the other class: biases, or layers behind this one, "
        "turn the difference over.",
        "In {n} images of {total} the contributions add up to the other class: biases, or layers behind this one, "
        "turn the difference over.",
        int(apart.sum()),
    )
    return (text.format(n=int(apart.sum()), total=len(apart)),)


def _ranking(result: ContrastResult) -> Panel:
    first, second = _names(result, 0)
    here, there = result.mean_contribution
    order = np.argsort(-np.abs(here - there), kind="stable")[:_RANKED]
    head = (
        _("channel"),
        _("separates by"),
        _("on images of {label}").format(label=first),
        _("on images of {label}").format(label=second),
        _("more of it in {label}").format(label=first),
    )
    rows: list[tuple[Cell, ...]] = []
    texts = []
    for channel in order.tolist():
        amounts = [float(value) for value in (here[channel] - there[channel], here[channel], there[channel])]
        share = float(result.superiority[channel])
        rows.append((channel, *amounts, share))
        texts.append((str(channel), *(_signed(amount) for amount in amounts), percent(share, 0)))
    note = _(
        "Over {n} images of {first} and {m} of {second}: what a channel adds on average to the score of {first} less "
        "that of {second}, on images of either class, and how far these means lie apart. The last column is the "
        "probability that an image of {first} has more of the channel than one of {second}: far from 50 % in either "
        "direction tells them apart."
    ).format(n=integer(result.ranked[0]), m=integer(result.ranked[1]), first=first, second=second)
    title = _("Channels that separate {first} from {second} over many images").format(first=first, second=second)
    alt = _("the channels of {layer} that separate the two classes most").format(layer=result.layer)
    return Panel(title, Table(head, tuple(rows), tuple(texts)), alt, note, folded=True)
