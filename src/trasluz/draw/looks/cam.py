"""Heat maps over their images, a panel per layer with one scale per image, and a table of what their checks found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trasluz.draw.amounts import scale_bar
from trasluz.draw.looking import Question, last_sentence
from trasluz.draw.names import percent, significant
from trasluz.draw.over_photographs import highest, photographs_panel
from trasluz.draw.overlay import as_shown, overlay
from trasluz.draw.panel import Cell, Gallery, Heat, Panel, Scale, Table, Tile
from trasluz.look.cams import find
from trasluz.look.checks.verdicts import measured
from trasluz.look.looks.cam import CamResult
from trasluz.look.method_names import method_name
from trasluz.messages import _, ngettext
from trasluz.numerals import numeral

QUESTION: Question = "where"
ORDER = 10
_ALIKE = 0.8  # rank correlation above which maps of two classes are called nearly the same
_STEADY = 0.5  # and below which a map is not called steady
_FEWEST = 3  # images of which anything is claimed
_COLUMNS = 12
_NONE = "–"


def draw(result: CamResult) -> tuple[Panel, ...]:
    """A panel of maps per layer, the last one first with the verdict, and the checks as a table."""
    order = range(len(result.layers) - 1, -1, -1)
    maps = tuple(_maps(result, layer, last=layer == len(result.layers) - 1) for layer in order)
    return (*maps, _checks(result))


def over_photographs(result: CamResult) -> Panel:
    """The maps of all classes that were computed, over the photographs."""
    methods = (result.method, *_others(result))
    layers = [f"{name}, {result.maps[name].shape[2]}×{result.maps[name].shape[3]}" for name in result.layers]
    names = [method_name(method) for method in methods]
    panel = photographs_panel(
        result, lambda i, k: _heats(result, methods, i, k), layers, names, _("evidence per place")
    )
    if len(methods) == 1:
        return panel
    told = _("What is checked below are the maps of {method}; the other methods are for comparison.")
    return replace(panel, note=f"{panel.note} {told.format(method=names[0])}")


def _others(result: CamResult) -> tuple[str, ...]:
    """The further methods of which there are maps."""
    return tuple(dict.fromkeys(key.split("/", 1)[0] for key in result.others))


def _heats(result: CamResult, methods: tuple[str, ...], image: int, column: int) -> tuple[tuple[Heat, ...], ...]:
    """A map per layer and method; all classes of an image share the scale of both."""
    return tuple(
        tuple(_heat(result, method, layer, image, column) for method in methods) for layer in range(len(result.layers))
    )


def _heat(result: CamResult, method: str, layer: int, image: int, column: int) -> Heat:
    name = result.layers[layer]
    first = method == result.method
    maps = result.maps[name] if first else result.others[f"{method}/{name}"]
    high, amounts = highest(maps[image]), np.maximum(maps[image, column], 0)
    flag = "" if highest(amounts) > 0 else _("no positive evidence")
    label = result.classes[int(result.chosen[image, column])]
    told = _("heat map for {label} of {image} by {method}").format(
        label=label, image=result.names[image], method=method_name(method)
    )
    alt = _map_alt(result, layer, image, column) if first else told
    return Heat(amounts, high, ("0", significant(high, 2)), alt, flag)


def answer(result: CamResult) -> str:
    """The conclusion of what is checked of the last layer's maps."""
    return last_sentence(" ".join(_verdict(result, len(result.layers) - 1)))


def _maps(result: CamResult, layer: int, *, last: bool) -> Panel:
    name = result.layers[layer]
    high, wide = result.maps[name].shape[2:]
    columns = min(result.shown, _COLUMNS)
    rows = [_row(result, layer, image, columns) for image in range(len(result.images))]
    heads = tuple(_true_class(result, int(label)) for label in result.labels)
    gallery = Gallery(
        tuple(tiles for tiles, _scale in rows),
        heads if any(heads) else (),
        (_("image"), *_headings(result, columns)),
        tuple(scale for _tiles, scale in rows),
    )
    title = _("Where the evidence lies: {layer}, {height}×{width}").format(layer=name, height=high, width=wide)
    alt = ngettext(
        "Heat maps of {n} image over the image in grey", "Heat maps of {n} images over the images in grey", len(rows)
    )
    note = _note(result, columns) if last else ""
    verdict = " ".join(_verdict(result, layer))
    warnings = _warnings(result, layer)
    return Panel(title, gallery, alt.format(n=len(rows)), note, verdict, warnings, layer=name, folded=not last)


def _headings(result: CamResult, columns: int) -> tuple[str, ...]:
    if (result.chosen == result.chosen[:1]).all() and result.shown == result.chosen.shape[1]:
        return tuple(result.classes[label] for label in result.chosen[0, :columns])
    return (_("predicted"), _("true, or second"))[:columns]


def _row(result: CamResult, layer: int, image: int, columns: int) -> tuple[tuple[Tile, ...], Scale]:
    maps = np.maximum(result.maps[result.layers[layer]][image, :columns], 0)
    high = float(maps.max())
    tiles = [
        Tile(
            as_shown(result.images[image]), result.names[image], result.names[image] if result.labels[image] < 0 else ""
        )
    ]
    tiles += [_tile(result, layer, image, column, maps[column], high) for column in range(columns)]
    return tuple(tiles), scale_bar(_("evidence per place"), "0", significant(high, 2), diverging=False)


def _tile(result: CamResult, layer: int, image: int, column: int, amounts: np.ndarray, high: float) -> Tile:
    label = int(result.chosen[image, column])
    name, sure = result.classes[label], percent(float(result.confidence[image, label]))
    empty = not amounts.max() > 0
    alt = _map_alt(result, layer, image, column)
    picture = result.images[image]
    native = overlay(picture, amounts, high, smooth=False)
    return Tile(
        overlay(picture, amounts, high), alt, f"{name} {sure}", native, _("no positive evidence") if empty else ""
    )


def _map_alt(result: CamResult, layer: int, image: int, column: int) -> str:
    return _("heat map for {label} of {image}: maximum {maximum}, {share} of the evidence removed by the ReLU").format(
        label=result.classes[int(result.chosen[image, column])],
        image=result.names[image],
        maximum=significant(float(result.raw_max[image, column, layer]), 2),
        share=_share(float(result.removed[image, column, layer])),
    )


def _true_class(result: CamResult, label: int) -> str:
    return result.classes[label] if label >= 0 else ""


def _note(result: CamResult, columns: int) -> str:
    note = _(
        "Bright is where the layer's channels raise the score of the class ({method}); each row has one scale. A map "
        "is as coarse as its layer: the switch shows its own grid."
    ).format(method=method_name(result.method))
    note += " " + _(find(result.method).HELP)
    note += " " + _(
        "Below each map stand the class and its probability. Evidence against the class is not shown; the table below "
        "says how much of it there is."
    )
    if result.shown > columns:
        note += " " + _("Shown are the first {n} of {total} classes.").format(n=columns, total=result.shown)
    return note


def _verdict(result: CamResult, layer: int) -> list[str]:
    """What the checks of a layer say, by medians over the images."""
    return [sentence for sentence in (_class_verdict(result, layer), _region_verdict(result, layer)) if sentence]


def _class_verdict(result: CamResult, layer: int) -> str:
    if not result.class_specific:
        return _("This method knows no class: read its map as a map of the object, not of the class.")
    alike = _median(result.class_agreement[:, layer])
    if np.isnan(alike):
        return ""
    number = significant(alike, 2)
    if alike >= _ALIKE:
        return _(
            "This map changes little when the class changes (rank correlation {number}): read it as a map of the "
            "object, not of the class."
        ).format(number=number)
    return _("The map changes with the class (rank correlation {number}).").format(number=number)


def _region_verdict(result: CamResult, layer: int) -> str:
    kept = [_median(result.kept[:, layer, rival]) for rival in range(3)]
    without = [_median(result.without[:, layer, rival]) for rival in range(3)]
    if np.isnan([*kept, *without]).any():
        return ""
    numbers = {
        "kept": percent(kept[0]),
        "random": percent(kept[1]),
        "centred": percent(kept[2]),
        "without": percent(without[0]),
        "random_without": percent(without[1]),
        "centred_without": percent(without[2]),
    }
    holds = _surely_above_zero(result.kept[:, layer, 0] - result.kept[:, layer, 1:].max(1), result.groups)
    matters = _surely_above_zero(result.without[:, layer, 1:].min(1) - result.without[:, layer, 0], result.groups)
    told = _(
        "With only the marked half of the evidence in view the model is {kept} sure (random region {random}, middle "
        "{centred}), without it {without} ({random_without}, {centred_without})."
    ).format(**numbers)
    return f"{told} {_conclusion(holds, matters, len(result.images))}" if len(result.images) >= _FEWEST else told


def _conclusion(holds: bool, matters: bool, n: int) -> str:
    if holds and matters:
        return _("The map marks what the model decides by, better than other regions of that size.")
    if holds:
        return _(
            "What the map marks speaks for the class; that the model needs it cannot be told with {n} images."
        ).format(n=n)
    if matters:
        return _(
            "What the map marks is missed when it is gone; that it shows the class by itself cannot be told with "
            "{n} images."
        ).format(n=n)
    return _("No difference from regions of the same size elsewhere is certain: do not trust where the map points.")


def _surely_above_zero(differences: np.ndarray, groups: np.ndarray) -> bool:
    """Whether the mean over images lies above zero, by its interval at 95 per cent."""
    return measured(differences, groups).above_zero


def _warnings(result: CamResult, layer: int) -> tuple[str, ...]:
    found = []
    empty = int((result.raw_max[np.arange(len(result.checked)), result.checked, layer] <= 0).sum())
    if empty:
        text = ngettext(
            "{n} image of {total} has no positive evidence at this layer.",
            "{n} images of {total} have no positive evidence at this layer.",
            empty,
        )
        found.append(text.format(n=empty, total=len(result.images)))
    steady = _median(result.flip_agreement[:, layer])
    if steady < _STEADY:
        text = _("A mirrored image has another map (rank correlation {number}): the map is not steady.")
        found.append(text.format(number=significant(steady, 2)))
    between = _median(result.layer_agreement)
    if layer == len(result.layers) - 1 and between < _STEADY:
        text = _("The layers disagree on where the evidence lies (rank correlation {number}).")
        found.append(text.format(number=significant(between, 2)))
    return tuple(found)


def _checks(result: CamResult) -> Panel:
    head = (
        _("image"),
        _("class"),
        _("layer"),
        _("maximum"),
        _("removed by the ReLU"),
        _("likeness to other classes"),
        _("between layers"),
        _("mirrored"),
        _("sure with all"),
        *(_("only {region}").format(region=region) for region in _regions()),
        *(_("without {region}").format(region=region) for region in _regions()),
    )
    rows = [
        _check_row(result, image, layer) for image in range(len(result.images)) for layer in range(len(result.layers))
    ]
    texts = tuple(tuple(text for _cell, text in row) for row in rows)
    cells: tuple[tuple[Cell, ...], ...] = tuple(tuple(cell for cell, _text in row) for row in rows)
    note = _(
        "The map's maximum in units of the score, and the share of the evidence that spoke against the class. Rank "
        "correlations of the map (1: same order of places, 0: none) with the maps of other likely classes, of "
        "other layers, and of the mirrored image. Then how sure the model is of the class when it sees all of the "
        "image, only the region that holds half of the map's mass, or all but that, beside a random region and "
        "the middle of the image with as many pixels; hidden pixels take the mean of the image."
    )
    alt = _("what the checks found for each image and layer")
    return Panel(_("Can these maps be trusted?"), Table(head, cells, texts), alt, note, folded=True)


def _regions() -> tuple[str, str, str]:
    return _("the map"), _("a random region"), _("the middle")


def _check_row(result: CamResult, image: int, layer: int) -> list[tuple[Cell, str]]:
    label = int(result.chosen[image, result.checked[image]])
    name = result.names[image]
    ranks = (result.class_agreement[image, layer], result.layer_agreement[image], result.flip_agreement[image, layer])
    shares = (result.confidence[image, label], *result.kept[image, layer], *result.without[image, layer])
    row: list[tuple[Cell, str]] = [(text, text) for text in (name, result.classes[label], result.layers[layer])]
    maximum = float(result.raw_max[image, result.checked[image], layer])
    removed = float(result.removed[image, result.checked[image], layer])
    row += [_number(maximum, significant(maximum, 2)), _number(removed, _share(removed))]
    row += [
        _number(float(rank), _NONE if np.isnan(rank) else numeral(f"{rank:.2f}".replace("-", "−"))) for rank in ranks
    ]
    return row + [_number(float(share), _share(float(share))) for share in shares]


def _number(value: float, text: str) -> tuple[Cell, str]:
    """A cell that sorts; what is not known sorts below everything."""
    return (-2.0 if np.isnan(value) else value, text)


def _share(value: float) -> str:
    return _NONE if np.isnan(value) else percent(value, 0)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
