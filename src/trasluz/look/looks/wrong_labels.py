"""Wrong labels: training samples whose label a linear probe on the run's features does not believe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.errors import RequestError
from trasluz.look.classes.folds import FOLDS, folds, same_pictures
from trasluz.look.classes.label_noise import out_of_fold
from trasluz.look.classes.suspicion import Suspicion, Trust, suspicion
from trasluz.look.classes.views import HeldOut, asks_pictures, held_out, sees_more
from trasluz.look.latent.codes import code_capability, encode_rows, need_finite
from trasluz.look.latent.picture_features import picture_features
from trasluz.look.pictures import pictures
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("Training images whose label is suspect, by a linear probe that was not taught that label.")
DEFAULT = True
_FEWEST = 2 * FOLDS  # different samples of a class, so that every probe was taught at least eight of it
_LISTED = 500
_MOST_HELD_OUT = 2_000


class Config(Section):
    """``examined``: at most so many labelled training samples, drawn at random.  ``shown``: images of suspects."""

    examined: Annotated[int, Field(ge=20, le=50_000)] = 5_000
    shown: Annotated[int, Field(ge=0, le=96)] = 32


@dataclass(frozen=True)
class WrongLabelsResult(Result):
    """``examined``: number of samples; ``of``: how many labelled training samples there are; ``too_few``: classes with
    too few different samples to teach a probe, whose samples are not examined.  ``accuracy``: the share of samples
    whose label the probe names.  ``by_heart``: whether the network knows its training labels by heart, or may;
    ``by_pictures``: whether the probe reads the pictures' own features instead of the network's, which is so then, and
    where only these say why labels are not believed; ``held_out`` float64 ``[2]``: how often a probe
    on the network's features names the labels of training and of validation samples, empty without the latter
    (``look/classes/views.py``).  ``auc`` float64 ``[3]``: how well it tells a class from the others, averaged over
    classes, with its interval; ``cleared``: the same without the estimated noise (``look/classes/suspicion.py``).

    ``trust``: ``"good"``, or why nothing is suspected: the probe is no better than ``"chance"``, or too ``"weak"``.
    ``rate`` float64 ``[3]``: the estimated share of wrong labels with its 95 % interval.  ``suspects``: how many labels
    are suspect; ``false_alarms``: how many of these are expected to be right (``look/classes/suspicion.py``).

    The suspects, at most 500, the likeliest first: ``rows`` int64 ``[s]`` of the data with their ``names``; ``given``
    and ``suggested`` int64 ``[s]``, indices into ``classes``; ``confidence`` float64 ``[s, 2]``, the probe's
    probability of each; ``wrong`` float64 ``[s]``, how likely the label is wrong.  ``pairs``: int64 ``[k, k]``, the
    number of suspects by given label (row) and suggested class (column); ``counts``: int64 ``[k]``, samples examined
    of each label.  ``images``: uint8 ``[m, h, w, c]`` of the first suspects, empty without images.
    """

    examined: int
    of: int
    too_few: tuple[str, ...]
    accuracy: float
    by_heart: bool
    by_pictures: bool
    held_out: np.ndarray
    auc: np.ndarray
    cleared: float
    trust: Trust
    rate: np.ndarray
    suspects: int
    false_alarms: float
    rows: np.ndarray
    names: tuple[str, ...]
    given: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    wrong: np.ndarray
    pairs: np.ndarray
    counts: np.ndarray
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
    drawn, of = _rows(subject, config.examined)
    same = same_pictures(subject.data, drawn, reporter)
    taught, kept = _taught(np.asarray(subject.data.labels)[drawn], same, len(subject.spec.classes))
    rows, same = drawn[kept], _among(same, kept)
    labels = np.searchsorted(taught, np.asarray(subject.data.labels)[rows])
    fold = folds(labels, same, subject.groups(rows))
    found, known, by_pictures = _suspicion(subject, rows, labels, taught, fold, reporter)
    return _result(subject, rows, of, taught, labels, found, known, by_pictures, config.shown)


def _suspicion(
    subject: Subject, rows: np.ndarray, labels: np.ndarray, taught: np.ndarray, fold: np.ndarray, reporter: Reporter
) -> tuple[Suspicion, HeldOut, bool]:
    """What out-of-fold scores over the network's features say, or, where it knows its labels by heart, over those of
    the pictures; what says whether it does; and whether the pictures' say it."""
    features = need_finite(encode_rows(subject, rows, reporter)).astype(np.float32)
    others = _others(subject, taught)
    held = need_finite(encode_rows(subject, others, reporter)).astype(np.float32) if len(others) else features[:0]
    with reporter.task(_("Probing labels"), total=2 * FOLDS) as task:
        scores, theirs = out_of_fold(features, labels, fold, len(taught), task, held)
        given = np.searchsorted(taught, np.asarray(subject.data.labels)[others])
        known = held_out(scores.argmax(1), labels, theirs.argmax(1), given)
        found = suspicion(scores, labels)
        if not known.by_heart and not asks_pictures(found, labels):
            return found, known, False
        scores, _theirs = out_of_fold(picture_features(subject, rows), labels, fold, len(taught), task)
    pictures = suspicion(scores, labels)
    if known.by_heart or sees_more(pictures, found, labels):
        return pictures, known, True
    return found, known, False


def _others(subject: Subject, taught: np.ndarray) -> np.ndarray:
    """At most 2,000 validation rows of the classes ``taught``, drawn at random."""
    rows = subject.data.split("valid")
    rows = rows[np.isin(np.asarray(subject.data.labels)[rows], taught)]
    return np.asarray(rows[Rng(0).permutation("wrong-labels", 1, len(rows)).numpy()[:_MOST_HELD_OUT]])


def _result(
    subject: Subject,
    rows: np.ndarray,
    of: int,
    taught: np.ndarray,
    labels: np.ndarray,
    found: Suspicion,
    known: HeldOut,
    by_pictures: bool,
    shown: int,
) -> WrongLabelsResult:
    listed, noise = found.suspects[:_LISTED], found.noise
    chosen, given, suggested = rows[listed], labels[listed], noise.rather[listed]
    classes = subject.spec.classes
    pairs = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(pairs, (taught[labels[found.suspects]], taught[noise.rather[found.suspects]]), 1)
    pictured = chosen[:shown] if subject.spec.kind == "image" else chosen[:0]
    return WrongLabelsResult(
        examined=len(rows),
        of=of,
        too_few=tuple(classes[i] for i in _missing(subject, taught)),
        accuracy=float((noise.belief.argmax(1) == labels).mean()),
        by_heart=known.by_heart,
        by_pictures=by_pictures,
        held_out=np.array([known.trained, known.held_out]) if known.held_out_count else np.empty(0),
        auc=np.array(found.auc),
        cleared=found.cleared,
        trust=found.trust,
        rate=np.array([noise.rate, noise.low, noise.high]),
        suspects=len(found.suspects),
        false_alarms=found.false_alarms,
        rows=chosen,
        names=subject.take(chosen).names if len(chosen) else (),
        given=taught[given],
        suggested=taught[suggested],
        confidence=np.stack([noise.belief[listed, given], noise.belief[listed, suggested]], 1),
        wrong=noise.wrong[listed],
        pairs=pairs,
        counts=np.bincount(taught[labels], minlength=len(classes)),
        classes=classes,
        images=pictures(subject, np.asarray(subject.data.samples[pictured]))
        if len(pictured)
        else np.empty((0, 1, 1, 1), np.uint8),
    )


def _rows(subject: Subject, most: int) -> tuple[np.ndarray, int]:
    """Rising rows of labelled training samples drawn at random, and how many there are."""
    labels = subject.data.labels
    rows = subject.data.split("train")
    rows = rows[np.asarray(labels)[rows] >= 0] if labels is not None else rows[:0]
    order = Rng(0).permutation("wrong-labels", 0, len(rows)).numpy()
    return np.sort(rows[order[:most]]), len(rows)


def _taught(labels: np.ndarray, same: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The classes that have enough different samples to teach a probe, rising, and the places of their samples.

    Raises:
        RequestError: there are fewer than two such classes.
    """
    first = same == np.arange(len(same))
    taught = np.flatnonzero(np.bincount(labels[first], minlength=classes) >= _FEWEST)
    if len(taught) < 2:
        message = _(
            "look wrong-labels: there are {n} labelled training samples; it needs two classes with {least} different "
            "samples each."
        )
        raise RequestError(message.format(n=len(labels), least=_FEWEST))
    return taught, np.flatnonzero(np.isin(labels, taught))


def _among(same: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """``same`` of the places ``kept``, as places among these."""
    _groups, first, group = np.unique(same[kept], return_index=True, return_inverse=True)
    return np.asarray(first[group.reshape(-1)], np.int64)


def _missing(subject: Subject, taught: np.ndarray) -> list[int]:
    """Classes with labelled training samples that are not among ``taught``."""
    labels = np.asarray(subject.data.labels)[subject.data.split("train")]
    return [int(label) for label in np.setdiff1d(labels[labels >= 0], taught)]
