"""Neighbours in the code and in pixels as rows of tiles, and a table of how well each space tells the classes."""

from __future__ import annotations

from trasluz.draw.looking import Question
from trasluz.draw.names import integer, percent, significant, split_name
from trasluz.draw.panel import Cell, Gallery, Panel, Table, Tile
from trasluz.look.classes.probing import LEAST
from trasluz.look.latent.separation import Accuracy, K
from trasluz.look.looks.neighbours import NeighboursResult
from trasluz.messages import _, ngettext

QUESTION: Question = "latent"
ORDER = 20


def draw(result: NeighboursResult) -> tuple[Panel, ...]:
    """The gallery where there are images, and the table where there are labels."""
    panels = []
    if len(result.images):
        panels.append(_gallery(result))
    if result.neighbours:
        panels.append(_table(result))
    return tuple(panels)


def _space(result: NeighboursResult, space: str) -> str:
    names = {"code": _("code"), "pixels": _("pixels"), "pca": _("PCA")}
    return names.get(space, space)


def _gallery(result: NeighboursResult) -> Panel:
    rows, names = [], []
    for index, image in enumerate(result.images):
        own = int(result.image_labels[index])
        said = result.classes[own] if own >= 0 else result.image_names[index]
        for space, near in result.near.items():
            first = Tile(image, _("image {name}").format(name=result.image_names[index]), said)
            found = (_neighbour(result, space, index, number, own) for number in range(near.shape[1]))
            rows.append((first, *found))
            names.append(_space(result, space))
    count = next(iter(result.near.values())).shape[1]
    columns = (_("image"), *(str(number + 1) for number in range(count)))
    alt = _("{n} images, each beside the training images nearest to it in the code and in pixels").format(
        n=integer(len(result.images))
    )
    note = " ".join(
        (
            _among(result),
            _("A class that is not the image's own stands out."),
            _("Distances are Euclidean; large images are compared at 32 pixels on a side."),
        )
    )
    verdict = _(
        "Of the {k} training images nearest to an image in the code, {share} are also among the {k} nearest in pixels."
    ).format(k=integer(count), share=percent(result.shared))
    return Panel(_("Nearest training images"), Gallery(tuple(rows), tuple(names), columns), alt, note, verdict)


def _among(result: NeighboursResult) -> str:
    """What the neighbours were sought among: all training images beside those looked at, or some of them."""
    numbers = {"n": integer(result.pool), "all": integer(result.available)}
    if result.available == result.pool:
        return _("Nearest first, among all {n} training images.").format(**numbers)
    if result.available:
        return _("Nearest first, among {n} of {all} training images, drawn at random.").format(**numbers)
    return _("Nearest first, among {n} training images.").format(**numbers)  # kept before all were counted


def _neighbour(result: NeighboursResult, space: str, index: int, number: int, own: int) -> Tile:
    label = int(result.near_labels[space][index, number])
    name = result.classes[label] if label >= 0 else ""
    other = own >= 0 and label != own
    alt = _("training image {row}, number {n} by {space}").format(
        row=int(result.near_rows[space][index, number]), n=number + 1, space=_space(result, space)
    )
    return Tile(result.near[space][index, number], alt, "" if other else name, flag=name if other else "")


def _table(result: NeighboursResult) -> Panel:
    head = (
        _("space"),
        _("numbers"),
        _("by {k} neighbours").format(k=K),
        _("95 % interval"),
        _("by a linear probe"),
        _("95 % interval"),
    )
    sizes = {"code": result.size, "pca": result.pca_size, "pixels": result.pixels_size}
    rows, texts = [], []
    for space, near in result.neighbours.items():
        linear = result.probes[space]
        name, size = _space(result, space), sizes[space]
        cells: tuple[Cell, ...] = (name, size, near.value, near.low, linear.value, linear.low)
        rows.append(cells)
        texts.append((name, integer(size), *_said(near), *_said(linear)))
    chance = next(iter(result.neighbours.values())).chance
    note = _(
        "How often the class of {tested} images of {split} is named by most of their {k} nearest training images (of "
        "{pool}), and by logistic regression on {taught} training images. Always naming the most frequent class would "
        "reach {chance}. PCA is fitted to the pixels and has as many numbers as the code, as far as there are."
    ).format(
        tested=integer(result.tested),
        split=split_name(result.split),
        k=K,
        pool=integer(result.pool),
        taught=integer(result.taught),
        chance=percent(chance),
    )
    alt = _("accuracy of neighbours and linear probes on code, PCA and pixels")
    table = Table(head, tuple(rows), tuple(texts))
    return Panel(_("What the code tells of the classes"), table, alt, note, _verdict(result))


def _said(found: Accuracy) -> tuple[str, str]:
    return percent(found.value), f"{percent(found.low)} – {percent(found.high)}"


def _verdict(result: NeighboursResult) -> str:
    """The code beside PCA, by both ways of reading, with the interval of the difference; of the two together only
    what the intervals exclude."""
    said = [_gain(how, *result.gains[how]) for how in ("neighbours", "probes")]
    gains = result.gains.values()
    if all(high <= LEAST for _value, _low, high in gains):
        said.append(
            _(
                "The classes lie no clearer in the code than in a linear compression of the pixels: it gains a "
                "percentage point at most."
            )
        )
    elif all(low <= 0 for _value, low, _high in gains):
        said.append(
            ngettext(
                "Whether the classes lie clearer in it than in a linear compression of the pixels cannot be told with "
                "{n} image.",
                "Whether the classes lie clearer in it than in a linear compression of the pixels cannot be told with "
                "{n} images.",
                result.tested,
            ).format(n=integer(result.tested))
        )
    return " ".join(said)


def _gain(how: str, value: float, low: float, high: float) -> str:
    """One difference in percentage points; a loss is told as one."""
    higher, lower = {
        "neighbours": (
            _("By neighbours, the code is {gain} percentage points above PCA (95 % interval {low} to {high})."),
            _("By neighbours, the code is {gain} percentage points below PCA (95 % interval {low} to {high})."),
        ),
        "probes": (
            _("By a linear probe, it is {gain} above ({low} to {high})."),
            _("By a linear probe, it is {gain} below ({low} to {high})."),
        ),
    }[how]
    below = value < 0
    gain, low, high = (-value, -high, -low) if below else (value, low, high)
    gain_said, low_said, high_said = (significant(100 * number, 2) for number in (gain, low, high))
    return (lower if below else higher).format(gain=gain_said, low=low_said, high=high_said)
