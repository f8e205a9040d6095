"""The latent map: points coloured by class, split, error or density, and what the codes tell of the classes."""

from __future__ import annotations

from functools import cache

import numpy as np

from trasluz.draw.colours import ORANGE, SPLITS, class_colours
from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant, split_name
from trasluz.draw.panel import Amounts, Kinds, Panel, PointMap
from trasluz.look import projections
from trasluz.look.latent.separation import Accuracy, K
from trasluz.look.looks.latent_map import GIVEN, LatentMapResult
from trasluz.messages import _, ngettext

QUESTION: Question = "latent"
ORDER = 10
_STOPS = 16


def draw(result: LatentMapResult) -> tuple[Panel, ...]:
    """One panel: the maps of all methods, one shown at a time."""
    count = len(result.rows)
    content = PointMap(
        tuple((_method(name, result.facts), positions) for name, positions in result.positions.items()),
        tuple(c for c in (_classes(result), _splits(result), _error(result), _density(result)) if c is not None),
        result.names or tuple(f"#{row}" for row in result.rows),
        result.thumbnails,
        _given(result),
    )
    alt = _("map of the codes of {n} images").format(n=integer(count))
    return (Panel(_("Map of the latent space"), content, alt, _note(result), _verdict(result)),)


def _method(name: str, facts: dict[str, float]) -> str:
    """What a map is called, with the share of the variance that it shows, where that is known."""
    called = _(projections.find(name).NAME)
    shares = [facts[key] for key in (f"{name}/explained_1", f"{name}/explained_2") if key in facts]
    if not shares:
        return called
    return _("{method} ({share} of the variance)").format(method=called, share=percent(sum(shares)))


def _classes(result: LatentMapResult) -> Kinds | None:
    if not (result.labels >= 0).any():
        return None
    return Kinds(_("class"), result.labels, result.classes, class_colours(len(result.classes)))


def _splits(result: LatentMapResult) -> Kinds | None:
    if len(result.split_names) < 2:
        return None
    names = tuple(_("your images") if name == GIVEN else split_name(name) for name in result.split_names)
    colours = tuple(SPLITS.get(name, ORANGE) for name in result.split_names)
    return Kinds(_("split"), result.splits, names, colours)


def _error(result: LatentMapResult) -> Amounts | None:
    title = _("error of the reconstruction") if result.error_of == "reconstruction" else _("doubt about its own class")
    return _amounts(title, result.error) if np.isfinite(result.error).any() else None


def _density(result: LatentMapResult) -> Amounts:
    return _amounts(_("density of the codes"), result.density)


def _amounts(title: str, values: np.ndarray) -> Amounts:
    """On a scale that leaves one in a hundred beyond each end, so that a single outlier does not take all colours."""
    known = values[np.isfinite(values)]
    low, high = (float(v) for v in np.quantile(known, [0.01, 0.99]))
    light, dark = _viridis(0.0, 0.88), _viridis(0.22, 1.0)
    return Amounts(title, values, low, high, (significant(low, 2), significant(high, 2)), light, dark)


@cache
def _viridis(low: float, high: float) -> tuple[str, ...]:
    """A stretch of viridis (Smith & van der Walt 2015) that stands out from its paper."""
    from plotly.colors import sample_colorscale, sequential, unlabel_rgb

    found = sample_colorscale(sequential.Viridis, list(np.linspace(low, high, _STOPS)))
    return tuple("#{:02x}{:02x}{:02x}".format(*(round(part) for part in unlabel_rgb(colour))) for colour in found)


def _given(result: LatentMapResult) -> np.ndarray:
    names = result.split_names
    return result.splits == names.index(GIVEN) if GIVEN in names else np.zeros(len(result.rows), bool)


def _note(result: LatentMapResult) -> str:
    parts = [
        ngettext("A code has {n} number.", "A code has {n} numbers.", result.size).format(n=integer(result.size)),
        _("Drag to move, use the buttons or the wheel (after a click on the map) to come closer."),
    ]
    parts += [_(note) for note in (projections.find(name).NOTE for name in result.positions) if note]
    own = int((~_given(result)).sum())
    if own < result.available:
        parts.append(
            _("Shown are {n} of {all} images, drawn at random.").format(n=integer(own), all=integer(result.available))
        )
    return " ".join(parts)


def _verdict(result: LatentMapResult) -> str:
    """How well the class can be read off the code, by neighbours and by a linear probe."""
    said = []
    if result.neighbours is not None:
        text = _(
            "The {k} nearest codes of training images name an image's class in {share} of the cases (95 % interval "
            "{low} to {high})."
        )
        said.append(_filled(text, result.neighbours))
    if result.probe is not None:
        text = _("A linear probe of the code, taught on training images, reaches {share} ({low} to {high}).")
        said.append(_filled(text, result.probe))
        text = _("Always naming the most frequent class would reach {chance}. Judged are {count} images of the split.")
        said.append(_filled(text, result.probe))
    return " ".join(said)


def _filled(text: str, found: Accuracy) -> str:
    shares = {"share": found.value, "low": found.low, "high": found.high, "chance": found.chance}
    return text.format(k=K, count=integer(found.count), **{name: percent(value, 1) for name, value in shares.items()})
