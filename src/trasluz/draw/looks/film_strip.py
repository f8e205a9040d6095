"""The film strip: one row per image, one column per frame; and how sure a classifier was of each image on the way."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from trasluz.draw.amounts import scale_bar
from trasluz.draw.colours import class_colours
from trasluz.draw.figures import new_figure
from trasluz.draw.looking import Question, first_sentence
from trasluz.draw.names import percent, significant
from trasluz.draw.overlay import as_shown, overlay
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.looks.film_strip import FilmStripResult
from trasluz.messages import _

QUESTION: Question = "learned"
ORDER = 10
_FEW = 12  # epochs, each of which has its tick on the axis


def draw(result: FilmStripResult) -> tuple[Panel, ...]:
    """Reconstructions, samples, heat maps and probabilities, each where the model has them."""
    panels = []
    if len(result.reconstructions):
        panels.append(_reconstructions(result))
    if len(result.samples):
        panels.append(_samples(result))
    if len(result.maps):
        panels.append(_maps(result))
    if len(result.probabilities):
        panels.append(_sure(result))
    return tuple(panels)


def answer(result: FilmStripResult) -> str:
    """The verdict on reconstructions or classes, else between what the samples lie."""
    verdicts = [panel.verdict for panel in draw(result) if panel.verdict]
    if verdicts:
        return first_sentence(verdicts[0])
    text = _("Shown are {frames} moments of training, from before it to epoch {last}.")
    return text.format(frames=len(result.epochs), last=int(result.epochs[-1]))


def _columns(result: FilmStripResult) -> tuple[str, ...]:
    """What the frames are called."""
    return tuple(
        _("before training") if epoch == 0 else _("epoch {epoch}").format(epoch=epoch) for epoch in result.epochs
    )


def _name(result: FilmStripResult, image: int) -> str:
    label = int(result.labels[image])
    return result.classes[label] if label >= 0 else _("image {row}").format(row=int(result.rows[image]))


def _original(result: FilmStripResult, image: int) -> Tile:
    return Tile(as_shown(result.images[image]), _("image {row}").format(row=int(result.rows[image])))


def _reconstructions(result: FilmStripResult) -> Panel:
    heads = _columns(result)
    rows = [
        (
            _original(result, image),
            *(_rebuilt(result, frame, image, heads[frame]) for frame in range(len(heads))),
        )
        for image in range(len(result.images))
    ]
    names = tuple(_name(result, image) for image in range(len(result.images)))
    means = result.error.mean(1)
    verdict = _("Their mean squared error went from {first} to {last}.").format(
        first=significant(float(means[0])), last=significant(float(means[-1]))
    )
    if means.argmin() < len(means) - 1:
        least = _("It was smallest, {least}, here: {where}.")
        verdict += " " + least.format(least=significant(float(means.min())), where=heads[int(means.argmin())])
    note = _("The same images, rebuilt by the network as it was then. Below each: its mean squared error.")
    alt = _("Reconstructions of {n} images at {frames} moments of training").format(n=len(rows), frames=len(heads))
    gallery = Gallery(tuple(rows), names, (_("image"), *heads), moments=len(heads))
    return Panel(_("Reconstructions through the epochs"), gallery, alt, note, verdict)


def _rebuilt(result: FilmStripResult, frame: int, image: int, when: str) -> Tile:
    error = significant(float(result.error[frame, image]))
    alt = _("{image} rebuilt, {when}: mean squared error {error}").format(
        image=_name(result, image), when=when, error=error
    )
    return Tile(as_shown(result.reconstructions[frame, image]), alt, error, made="reconstructed")


def _samples(result: FilmStripResult) -> Panel:
    heads = _columns(result)
    rows = tuple(
        tuple(
            Tile(
                as_shown(result.samples[frame, index]),
                _("sample {n}, {when}").format(n=index + 1, when=when),
                made="generated",
            )
            for frame, when in enumerate(heads)
        )
        for index in range(result.samples.shape[1])
    )
    note = _("Every row is made from one and the same noise, by the network as it was then.")
    alt = _("{n} generated images at {frames} moments of training").format(n=len(rows), frames=len(heads))
    gallery = Gallery(rows, (), heads, moments=len(heads))
    return Panel(_("Samples through the epochs"), gallery, alt, note)


def _maps(result: FilmStripResult) -> Panel:
    heads = _columns(result)
    rows, names = [], []
    for image in range(len(result.images)):
        maps = np.maximum(np.nan_to_num(result.maps[:, image]), 0)
        high = float(maps.max())
        tiles = (_map(result, frame, image, maps[frame], high, heads[frame]) for frame in range(len(heads)))
        rows.append((_original(result, image), *tiles))
        names.append(f"{_name(result, image)} ({significant(high, 2)})")
    bar = scale_bar(_("evidence per place"), "0", _("largest of the row"), diverging=False)
    note = _(
        "Bright is where the channels of {layer} raised the score of the image's class (Grad-CAM); each row has one "
        "scale for all moments, up to the value in brackets, so maps brighten as scores grow. Below each: how sure the "
        "network was of that class; marked is what it took the image for instead."
    ).format(layer=result.layer)
    alt = _("Heat maps of {n} images at {frames} moments of training").format(n=len(rows), frames=len(heads))
    gallery = Gallery(tuple(rows), tuple(names), (_("image"), *heads), (bar,), moments=len(heads))
    return Panel(_("Where it looked, through the epochs"), gallery, alt, note)


def _map(result: FilmStripResult, frame: int, image: int, amounts: np.ndarray, high: float, when: str) -> Tile:
    label = int(result.chosen[frame, image])
    sure = percent(float(result.probabilities[frame, image, label]), 0)
    said = result.classes[int(result.probabilities[frame, image].argmax())]
    wrong = result.labels[image] >= 0 and said != result.classes[label]
    alt = _("heat map of {image}, {when}: {sure} sure of {label}").format(
        image=_name(result, image), when=when, sure=sure, label=result.classes[label]
    )
    picture = result.images[image]
    native = overlay(picture, amounts, high, smooth=False)
    return Tile(overlay(picture, amounts, high), alt, sure, native, said if wrong else "")


def _sure(result: FilmStripResult) -> Panel:
    images, frames = np.arange(len(result.images)), np.arange(len(result.epochs))
    label = result.chosen[-1]
    sure = result.probabilities[frames[:, None], images, label]
    right = (result.probabilities.argmax(2) == label).sum(1)
    figure = _lines(result, sure)
    verdict = _("Of these {n} images {first} were recognised in the first frame and {last} in the last.").format(
        n=len(images), first=int(right[0]), last=int(right[-1])
    )
    note = _("How probable the network, as it was then, called the class of each of the images.")
    alt = _("How sure the network was of the classes of {n} images at {frames} moments of training").format(
        n=len(images), frames=len(frames)
    )
    known = bool((result.labels >= 0).all())
    return Panel(_("How sure it was, through the epochs"), figure, alt, note, verdict if known else "")


def _lines(result: FilmStripResult, sure: np.ndarray) -> go.Figure:
    figure = new_figure(x=_("Epoch"), y=_("Probability of its class"), height=360)
    for image, colour in enumerate(class_colours(len(result.images))):
        figure.add_scatter(
            x=result.epochs.tolist(),
            y=[round(float(value), 4) for value in sure[:, image]],
            name=_name(result, image),
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate="%{y:.1%}",
        )
    figure.update_yaxes(range=[-0.02, 1.04], tickformat=".0%")
    whole = {"dtick": 1} if result.epochs.max() <= _FEW else {}
    figure.update_xaxes(tickformat="d", rangemode="tozero", **whole)
    return figure
