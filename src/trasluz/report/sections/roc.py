"""How well does its score tell two classes apart, whatever the threshold: ROC and precision against recall."""

from __future__ import annotations

import numpy as np

from trasluz.draw.names import integer, metric_value, percent
from trasluz.draw.roc import precision_recall_figure, roc_figure
from trasluz.evaluation.evaluation import Evaluation
from trasluz.metrics.roc import Curves, curves
from trasluz.report.context import Context
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, plain
from trasluz.report.sections.base import Section

ORDER = 46


def applies(context: Context) -> bool:
    """Whether two classes were told apart, and images of both were seen."""
    return context.main is not None and _positive(context.main) is not None


def answer(context: Context) -> Phrase:
    """How often the right one of two gets the higher score."""
    assert context.main is not None, "applies() made sure of it"
    found, name = _curves(context.main), context.main.classes[1]
    return _verdict(context.main, found, name)


def render(context: Context) -> Section:
    """One sentence and both curves."""
    assert context.main is not None, "applies() made sure of it"
    found, name = _curves(context.main), context.main.classes[1]
    verdict = _verdict(context.main, found, name)
    roc = context.figure(lambda: roc_figure(found.false_alarms, found.hits), verdict)
    average = metric_value("average_precision", found.average_precision)
    alt = both("Precision against recall for {positive}: {share} on average.", positive=name, share=average)
    precision = context.figure(lambda: precision_recall_figure(found.recall, found.precision, found.share), alt)
    html = fill("sections/roc.html", verdict=verdict, roc=roc, precision=precision, positive=plain(name), alt=alt)
    return Section(both("How well does it tell the two classes apart?"), "roc", html)


def _positive(evaluation: Evaluation) -> np.ndarray | None:
    """Of the labelled images, which are of the second class; ``None`` unless both classes occur."""
    labels, probabilities = evaluation.arrays.get("labels"), evaluation.arrays.get("probabilities")
    if labels is None or probabilities is None or labels.ndim != 1 or len(evaluation.classes) != 2:
        return None
    known: np.ndarray = labels[labels >= 0] == 1
    return known if known.any() and not known.all() else None


def _curves(evaluation: Evaluation) -> Curves:
    positive = _positive(evaluation)
    assert positive is not None, "applies() made sure of it"
    known, groups = evaluation.arrays["labels"] >= 0, evaluation.arrays.get("groups")
    scores = evaluation.arrays["probabilities"][known, 1]
    return curves(scores, positive, None if groups is None else groups[known])


def _verdict(evaluation: Evaluation, found: Curves, name: str) -> Phrase:
    low, high = (percent(bound, 2) for bound in found.interval)
    return both(
        "Given one sample of the class {positive} and one of the class {negative}, it gives the first the higher score "
        "in {share} of cases (95 % interval: {low} to {high}; {count} samples).",
        positive=name,
        negative=evaluation.classes[0],
        share=percent(found.auc, 2),
        low=low,
        high=high,
        count=integer(evaluation.count),
    )
