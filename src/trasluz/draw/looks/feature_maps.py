"""Feature maps as a row of tiles per layer: blue below zero, red above, pale at zero, one scale per layer."""

from __future__ import annotations

import math

import numpy as np

from trasluz.draw.amounts import around_zero, scale_bar
from trasluz.draw.layer_names import short_names
from trasluz.draw.looking import Question
from trasluz.draw.names import MINUS, integer, numeral, percent, significant
from trasluz.draw.panel import Gallery, Panel, Scale, Tile
from trasluz.look.looks.feature_maps import FeatureMapsResult
from trasluz.messages import _, ngettext

QUESTION: Question = "inside"
ORDER = 30
_LARGE = 10
_BY_CHANCE = 0.05  # of orders without a trend: four layers in order are one in 24
_SOME = 0.0005  # a smaller share of zeros is chance, and reads 0.0 %


def draw(result: FeatureMapsResult) -> tuple[Panel, ...]:
    """The images that were shown, and what the layers gave for them."""
    return _images(result), _maps(result)


def _images(result: FeatureMapsResult) -> Panel:
    captions = _captions(result)
    tiles = tuple(Tile(image, caption, caption) for image, caption in zip(result.images, captions, strict=True))
    alt = ngettext("The image shown to the network", "The images shown to the network", len(tiles))
    return Panel(ngettext("Image shown", "Images shown", len(tiles)), Gallery((tiles,)), alt)


def _captions(result: FeatureMapsResult) -> list[str]:
    return [_("image {name}").format(name=name) for name in result.names]


def _maps(result: FeatureMapsResult) -> Panel:
    reaches = {layer: float(np.abs(result.maps[layer].astype(np.float32)).max()) for layer in result.layers}
    pairs = [(layer, number) for layer in result.layers for number in range(len(result.images))]
    rows = tuple(_row(result, layer, number, reaches[layer]) for layer, number in pairs)
    heads = tuple(_head(result, layer, number) for layer, number in pairs)
    bars = tuple(_bar(reaches[layer]) for layer, _number in pairs)
    gallery = Gallery(rows, heads, scales=bars, layers=tuple(layer for layer, _number in pairs))
    alt = _("What the channels of {n} layers give for the images, as maps").format(n=len(result.layers))
    return Panel(_("Feature maps"), gallery, alt, _note(result), _verdict(result))


def _row(result: FeatureMapsResult, layer: str, number: int, reach: float) -> tuple[Tile, ...]:
    dead = set(result.dead[layer].tolist())
    maps = result.maps[layer][number].astype(np.float32)
    return tuple(
        Tile(
            around_zero(values, reach),
            _("channel {n} of layer {layer}").format(n=channel, layer=layer),
            _caption(result, layer, number, index),
            flag=_("dead") if channel in dead else "",
        )
        for index, (channel, values) in enumerate(zip(result.channels[layer].tolist(), maps, strict=True))
    )


def _caption(result: FeatureMapsResult, layer: str, number: int, index: int) -> str:
    """The channel's number, and what it speaks for the class where that was asked for."""
    channel = str(result.channels[layer][index])
    if not result.towards:
        return channel
    speaks = float(result.contributions[layer][number, index])
    digits = 2 if abs(speaks) < _LARGE else 0  # tiles are narrow
    return f"{channel} · {speaks:+.{digits}f}".replace("-", MINUS)


def _head(result: FeatureMapsResult, layer: str, number: int) -> str:
    channels, height, width = result.shapes[layer]
    facts = [_short(result, layer), f"{channels}×{height}×{width}"]
    if result.zeros[layer] >= _SOME:
        facts.append(_("{share} zeros").format(share=percent(result.zeros[layer])))
    dead = len(result.dead[layer])
    if dead:
        facts.append(ngettext("{n} channel dead", "{n} channels dead", dead).format(n=integer(dead)))
    if len(result.images) > 1:
        facts.append(_captions(result)[number])
    if result.towards:
        facts.append(_("for {name}").format(name=result.towards[number]))
    return " · ".join(facts)


def _short(result: FeatureMapsResult, layer: str) -> str:
    return short_names(result.layers)[result.layers.index(layer)]


def _bar(reach: float) -> Scale:
    return scale_bar(_("activation"), f"{MINUS}{significant(reach, 2)}", significant(reach, 2), diverging=True)


def _note(result: FeatureMapsResult) -> str:
    texts = [
        _(
            "Every tile is a channel with its number; red is above zero, blue below, and all channels of a layer share "
            "one scale. Zeros and dead channels (zero everywhere) are counted over {n} images."
        ).format(n=integer(result.examined))
    ]
    if result.towards:
        texts.append(
            _(
                "Channels that speak most for the class come first; beside the number stands what one adds to the "
                "score, activation times gradient summed over its map."
            )
        )
    hidden = sum(result.shapes[layer][0] > len(result.channels[layer]) for layer in result.layers)
    if hidden:
        texts.append(_("Not all channels of every layer are shown; the look's options show more."))
    return " ".join(texts)


def _verdict(result: FeatureMapsResult) -> str:
    """How the share of zeros goes with depth, over all layers that set values to zero: they have more of them than the
    layer before; pooling only thins out the zeros that it is given.

    Said is what Kendall's rank correlation with depth says beyond chance (one-sided, exact for so few layers), never
    what the first and the last of them happen to be.
    """
    shares = [result.zeros[layer] for layer in result.layers]
    before = [0.0, *shares[:-1]]
    more = zip(result.layers, shares, before, strict=True)
    sparse = [layer for layer, share, given in more if share >= _SOME and share > given]
    if len(sparse) < 2:
        return ""
    tau, chance = _trend([result.zeros[layer] for layer in sparse])
    if chance > _BY_CHANCE:
        text = _(
            "The share of zeros has no sure trend with depth: {least} to {most} after {n} layers, Kendall's τ {tau}."
        )
    elif tau > 0:
        text = _(
            "Activations get sparser with depth: {before} zeros after {first}, {after} after {last}; Kendall's τ over "
            "{n} layers is {tau}."
        )
    else:
        text = _(
            "Activations get denser with depth: {before} zeros after {first}, {after} after {last}; Kendall's τ over "
            "{n} layers is {tau}."
        )
    some = [result.zeros[layer] for layer in sparse]
    return text.format(
        first=_short(result, sparse[0]),
        last=_short(result, sparse[-1]),
        before=percent(some[0]),
        after=percent(some[-1]),
        least=percent(min(some)),
        most=percent(max(some)),
        n=integer(len(some)),
        tau=numeral(f"{tau:.2f}".replace("-", MINUS)),
    )


def _trend(shares: list[float]) -> tuple[float, float]:
    """Kendall's τ of ``shares`` with their order, and how often chance gives as large a one in its direction; 0 and 1
    where all are alike."""
    from scipy.stats import kendalltau

    found = kendalltau(range(len(shares)), shares)
    tau = float(found.statistic)
    return (0.0, 1.0) if math.isnan(tau) else (tau, float(found.pvalue) / 2)
