"""Wrong labels: training samples whose label a linear probe on the run's features does not believe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.errors import RequestError
from trasluz.look.classes.confident import FOLDS, confident, out_of_fold
from trasluz.look.latent.codes import code_capability, encode_rows, need_finite
from trasluz.look.pictures import pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("Training images whose label is likely wrong, by a linear probe on the features that never saw that label.")
DEFAULT = True
_FEWEST = 2 * FOLDS
_LISTED = 500


class Config(Section):
    """``examined``: at most so many labelled training samples, drawn at random.  ``shown``: images of suspects."""

    examined: Annotated[int, Field(ge=20, le=50_000)] = 5_000
    shown: Annotated[int, Field(ge=0, le=96)] = 32


@dataclass(frozen=True)
class WrongLabelsResult(Result):
    """``examined``: number of samples; ``of``: how many labelled training samples there are; ``accuracy``: the share
    of them whose label the probe names.  ``suspects``: how many labels are suspect; ``expected``: how many are
    estimated to be wrong (see ``look/classes/confident.py``).  ``surest``: how many samples are the tenth of which the
    probe is surest, whatever their label, and ``surest_wrong`` how many of these have another label than it says: hard
    images are not among them, so that few are where labels are right.

    The suspects, at most 500, the label that is believed least first: ``rows`` int64 ``[s]`` of the data with their
    ``names``; ``given`` and ``suggested`` int64 ``[s]``, indices into ``classes``; ``confidence`` float64 ``[s, 2]``,
    the probe's probability of each.  ``pairs``: float64 ``[k, k]``, the estimated number by given label (row) and true
    class (column).  ``images``: uint8 ``[m, h, w, c]`` of the first ones, empty without images.
    """

    examined: int
    of: int
    accuracy: float
    suspects: int
    expected: float
    surest: int
    surest_wrong: int
    rows: np.ndarray
    names: tuple[str, ...]
    given: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    pairs: np.ndarray
    classes: tuple[str, ...]
    images: np.ndarray


RESULT = WrongLabelsResult


def refusal(subject: Subject) -> str | None:
    """Needs a network that was taught the classes, and one label per sample.

    A code that was made without labels tells classes apart too badly for its doubts to mean anything.
    """
    missing = subject.lacks("logits")
    if missing or code_capability(subject) is None:
        return missing or subject.lacks("features")
    if subject.spec.multi_label or len(subject.spec.classes) < 2:
        return _("likely wrong labels need exactly one label per sample")
    return None


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> WrongLabelsResult:
    """Looks at training samples, whatever the split; images that somebody chose have no labels and play no part.

    Raises:
        RequestError: there are too few labelled training samples.
        DataError: codes are not finite.
    """
    rows, of = _rows(subject, config.examined)
    labels, classes = np.asarray(subject.data.labels)[rows], len(subject.spec.classes)
    features = need_finite(encode_rows(subject, rows, reporter))
    with reporter.task(_("Probing labels"), total=FOLDS) as task:
        probabilities = out_of_fold(features.astype(np.float32), labels, classes, task)
    found, said = confident(probabilities, labels), probabilities.argmax(1)
    surest = np.argsort(-probabilities.max(1), kind="stable")[: max(len(rows) // 10, 1)]
    places = np.flatnonzero(found.suggested >= 0)
    own = probabilities[places, labels[places]]
    order = np.argsort(own, kind="stable")[:_LISTED]
    listed = places[order]
    shown = listed[: config.shown] if subject.spec.kind == "image" else listed[:0]
    chosen = rows[listed]
    return WrongLabelsResult(
        examined=len(rows),
        of=of,
        accuracy=float((said == labels).mean()),
        suspects=len(places),
        expected=found.wrong,
        surest=len(surest),
        surest_wrong=int((said[surest] != labels[surest]).sum()),
        rows=chosen,
        names=subject.take(chosen).names if len(chosen) else (),
        given=labels[listed],
        suggested=found.suggested[listed],
        confidence=np.stack([own[order], probabilities[listed, found.suggested[listed]]], 1),
        pairs=found.joint,
        classes=subject.spec.classes,
        images=pictures(subject, np.asarray(subject.data.samples[rows[shown]]))
        if len(shown)
        else np.empty((0, 1, 1, 1), np.uint8),
    )


def _rows(subject: Subject, most: int) -> tuple[np.ndarray, int]:
    """Rising rows of labelled training samples drawn at random, and how many there are."""
    labels = subject.data.labels
    rows = subject.data.split("train")
    rows = rows[np.asarray(labels)[rows] >= 0] if labels is not None else rows[:0]
    if len(rows) < _FEWEST or len(np.unique(np.asarray(labels)[rows])) < 2:
        message = _("look wrong-labels: there are {n} labelled training samples; it needs {least} of two classes.")
        raise RequestError(message.format(n=len(rows), least=_FEWEST))
    order = Rng(0).permutation("wrong-labels", 0, len(rows)).numpy()
    return np.sort(rows[order[:most]]), len(rows)
