"""How well does each class's score tell it from the rest, whatever the threshold: ROC and precision against recall."""

from __future__ import annotations

from trasluz.draw.names import integer, metric_value, numeral, percent
from trasluz.draw.roc import class_precision_recall_figure, class_roc_figure
from trasluz.evaluation.evaluation import Evaluation
from trasluz.metrics.roc import Curves, one_against_rest
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, listing
from trasluz.report.sections.base import Section

ORDER = 47
_DRAWN = 10  # classes; more lines cannot be told apart
_MOST = 200  # classes that are measured one by one: about 10 ms each for 10,000 images

Row = tuple[str, list[tuple[float, str]]]


def applies(context: Context) -> bool:
    """Whether more than two classes, or several labels per image, were told apart."""
    main = context.main
    if main is None or not {"probabilities", "labels"} <= main.arrays.keys():
        return False
    several = main.arrays["labels"].ndim == 2
    return (several or len(main.classes) > 2) and len(main.classes) <= _MOST and bool(_curves(main))


def answer(context: Context) -> Phrase:
    """The mean over the classes, and the hardest."""
    assert context.main is not None, "applies() made sure of it"
    found = _curves(context.main)
    return _hardest(found, sorted(found, key=lambda name: found[name].average_precision))


def render(context: Context) -> Section:
    """The hardest classes in words, both figures, and every class in a table."""
    assert context.main is not None, "applies() made sure of it"
    found = _curves(context.main)
    hardest = sorted(found, key=lambda name: found[name].average_precision)
    drawn = {name: curves for name, curves in found.items() if name in hardest[:_DRAWN]}
    said = _hardest(found, hardest)
    html = fill(
        "sections/class_curves.html",
        said=said,
        roc=context.figure(lambda: class_roc_figure(drawn), said),
        precision=context.figure(lambda: class_precision_recall_figure(drawn), said),
        rows=[_row(name, curves) for name, curves in found.items()],
        left_out=len(found) - len(drawn),
        drawn=len(drawn),
    )
    return Section(both("How well does each score tell its class from the rest?"), "rest", html)


def _curves(evaluation: Evaluation) -> dict[str, Curves]:
    arrays = evaluation.arrays
    return one_against_rest(arrays["probabilities"], arrays["labels"], evaluation.classes, arrays.get("groups"))


def _hardest(found: dict[str, Curves], order: list[str]) -> Phrase:
    """The mean over the classes, and those with the lowest average precision."""
    mean = sum(curves.average_precision for curves in found.values()) / len(found)
    worst = [
        both("{name} ({value})", name=name, value=metric_value("average_precision", found[name].average_precision))
        for name in order[:3]
    ]
    return both(
        "Average precision is {mean}, as a mean over the classes; lowest for {classes}.",
        mean=metric_value("average_precision", mean),
        classes=listing(worst),
    )


def _row(name: str, found: Curves) -> Row:
    low, high = found.interval
    images = round(found.share * found.count)
    return name, [
        (images, integer(images)),
        (found.average_precision, metric_value("average_precision", found.average_precision)),
        (found.share, percent(found.share)),
        (found.auc, percent(found.auc, 2)),
        (low, numeral(f"{100 * low:.2f}–{percent(high, 2)}")),
    ]
