"""How much each pixel matters: beside each image its strength in grey, and what speaks for and against in colour."""

from __future__ import annotations

import numpy as np

from trasluz.draw.amounts import around_zero, scale_bar
from trasluz.draw.looking import Question
from trasluz.draw.names import MINUS, percent, significant
from trasluz.draw.over_photographs import photographs_panel
from trasluz.draw.overlay import as_shown
from trasluz.draw.panel import Gallery, Heat, Panel, Scale, Tile
from trasluz.look.looks.saliency import SaliencyResult
from trasluz.look.method_names import method_name
from trasluz.look.saliencies import baseline_name, find
from trasluz.messages import _, ngettext

QUESTION: Question = "where"
ORDER = 12
_COLUMNS = 12  # of classes
_CUT = 99.0  # percentile of an image's values that has the full colour: a few single pixels would hide the rest
_LARGE = 0.05  # share by which values may miss adding up


def draw(result: SaliencyResult) -> tuple[Panel, ...]:
    """One panel: a row per image, two tiles per class."""
    columns = min(result.chosen.shape[1], _COLUMNS)
    rows = [_row(result, image, columns) for image in range(len(result.images))]
    heads = tuple(result.classes[label] if label >= 0 else "" for label in result.labels)
    gallery = Gallery(
        tuple(tiles for tiles, _scale in rows),
        heads if any(heads) else (),
        (_("image"), *_headings(result, columns)),
        tuple(scale for _tiles, scale in rows),
    )
    title = _("Which pixels matter: {method}").format(method=method_name(result.method))
    alt = ngettext("Pixel maps of {n} image", "Pixel maps of {n} images", len(rows)).format(n=len(rows))
    warning = find(result.method).WARNING
    warnings = (*((_(warning),) if warning else ()), *_missed(result))
    return (Panel(title, gallery, alt, _note(result, columns), _adds_up(result), warnings),)


def over_photographs(result: SaliencyResult) -> Panel:
    """What speaks for and against, over the photographs."""
    methods, layers = (method_name(result.method),), (_("every pixel"),)
    title = _("change of the score")
    return photographs_panel(result, lambda i, k: _heats(result, i, k), layers, methods, title, signed=True)


def _heats(result: SaliencyResult, image: int, column: int) -> tuple[tuple[Heat, ...], ...]:
    reach = _reach(np.abs(result.signed[image]))
    end = significant(reach, 2)
    words = {"label": result.classes[int(result.chosen[image, column])], "image": result.names[image]}
    alt = _("what speaks for and against {label} in {image}").format(**words)
    flag = "" if result.strength[image, column].any() else _("no pixel matters")
    return ((Heat(result.signed[image, column], reach, (f"{MINUS}{end}", end), alt, flag),),)


def _headings(result: SaliencyResult, columns: int) -> tuple[str, ...]:
    same = (result.chosen == result.chosen[:1]).all() and columns > 2
    names = (
        tuple(result.classes[label] for label in result.chosen[0, :columns])
        if same
        else (_("predicted"), _("true, or second"))[:columns]
        if columns <= 2
        else ("",) * columns
    )
    return tuple(heading for name in names for heading in (name, _("for, against")))


def _row(result: SaliencyResult, image: int, columns: int) -> tuple[tuple[Tile, ...], Scale]:
    signed, strength = result.signed[image, :columns], result.strength[image, :columns]
    reach, high = _reach(np.abs(signed)), _reach(strength)
    name = result.names[image]
    tiles = [Tile(as_shown(result.images[image]), name, name if result.labels[image] < 0 else "")]
    for column in range(columns):
        label = int(result.chosen[image, column])
        words = {"label": result.classes[label], "image": name}
        caption = f"{result.classes[label]} {percent(float(result.confidence[image, label]))}"
        flag = "" if strength[column].any() else _("no pixel matters")
        how_much = _("how much each pixel of {image} matters to {label}").format(**words)
        for_and_against = _("what speaks for and against {label} in {image}").format(**words)
        tiles.append(Tile(as_shown(_grey(strength[column], high)), how_much, caption, None, flag))
        tiles.append(Tile(as_shown(around_zero(signed[column], reach)), for_and_against))
    end = significant(reach, 2)
    return tuple(tiles), scale_bar(_("change of the score"), f"{MINUS}{end}", end, diverging=True)


def _reach(values: np.ndarray) -> float:
    """The percentile that has the full colour, or the maximum where that is 0."""
    found = float(np.percentile(values, _CUT)) if values.size else 0.0
    return found if found > 0 else float(values.max(initial=0))


def _grey(amounts: np.ndarray, high: float) -> np.ndarray:
    """uint8 ``[h, w, 1]``: black where a pixel does not matter, white where it matters most."""
    share = np.clip(amounts / high, 0, 1) if high > 0 else np.zeros_like(amounts)
    found: np.ndarray = np.rint(255 * share).astype(np.uint8)[..., None]
    return found


def _note(result: SaliencyResult, columns: int) -> str:
    note = _(find(result.method).HELP)
    note += " " + _(
        "Bright grey: pixels that matter. Red: a pixel that speaks for the class; blue: against it. Each row has one "
        "scale, cut at the largest hundredth of its values."
    )
    if not find(result.method).ADDS_UP:
        note += " " + _(
            "Here red means that a larger value of the pixel would raise the score, blue that it lowers it."
        )
    note += " " + _("Whether such maps follow the weights at all, the look “trust” tells.")
    if result.chosen.shape[1] > columns:
        total = result.chosen.shape[1]
        note += " " + _("Shown are the first {n} of {total} classes.").format(n=columns, total=total)
    return note


def _adds_up(result: SaliencyResult) -> str:
    """How well the values add up; empty for methods that do not promise it."""
    known = result.error[np.isfinite(result.error)]
    if not len(known):
        return ""
    baseline = baseline_name(result.method, result.settings)
    return _(
        "The values add up to the difference between the score of the image and that of {baseline}, to within "
        "{median} (median; at most {most})."
    ).format(baseline=baseline, median=percent(float(np.median(known))), most=percent(float(known.max())))


def _missed(result: SaliencyResult) -> tuple[str, ...]:
    known = result.error[np.isfinite(result.error)]
    if not len(known) or float(np.median(known)) <= _LARGE:
        return ()
    more = 4 * int(result.settings["steps"])
    text = _("The values do not add up well: take more steps, such as {setting}.")
    return (text.format(setting=f"--set 'method={{name: {result.method}, steps: {more}}}'"),)
