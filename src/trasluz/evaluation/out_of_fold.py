"""Out of fold: what the networks of a cross-validation say of samples that they were not trained on, put together.

Each fold's network judged the samples of its fold, so that together all samples are judged, each by a network that has
not seen it: one set of answers for confusion, calibration and wrong labels of all data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trasluz.errors import DataError
from trasluz.evaluation.by_groups import intervals_by_groups
from trasluz.evaluation.evaluate import scores_of
from trasluz.evaluation.evaluation import Evaluation
from trasluz.messages import Sentence, _, sentence, sentence_n
from trasluz.metrics.over_seeds import bounds_of, over_seeds

SPLIT = "out-of-fold"


@dataclass(frozen=True)
class FoldOf:
    """One fold that a network judged: the name of its ``run``; ``index`` of ``count`` folds; ``repetition``: a text
    that is equal for folds of one dealing and one seed; what it scored; ``identities`` int64 ``[n]`` of all rows of the
    data, where they are known."""

    run: str
    index: int
    count: int
    repetition: str
    evaluation: Evaluation
    identities: np.ndarray | None = None


@dataclass(frozen=True)
class OutOfFold:
    """All judged samples of all folds.

    ``evaluation``: the scores of all of them, of the split ``out-of-fold``; its ``arrays`` are those that every fold
    has (``rows``, ``labels``, ``probabilities`` …), by repetition and row, with ``fold`` and ``repetition`` int64
    ``[n]`` (indices into ``repetitions``), and ``identities`` where they are known.  A row is in each repetition once.
    ``each``: the folds that were put together; ``missing``: (repetition, index) of those that were not there.
    """

    evaluation: Evaluation
    repetitions: tuple[str, ...]
    each: tuple[FoldOf, ...]
    missing: tuple[tuple[str, int], ...]

    @property
    def rows(self) -> np.ndarray:
        """Row numbers int64 ``[n]`` of the data."""
        return self.evaluation.arrays["rows"]

    @property
    def labels(self) -> np.ndarray | None:
        """The labels of these rows, where there are any."""
        return self.evaluation.arrays.get("labels")

    @property
    def probabilities(self) -> np.ndarray | None:
        """Float32 ``[n, classes]``, where the networks classify."""
        return self.evaluation.arrays.get("probabilities")

    @property
    def predictions(self) -> np.ndarray | None:
        """The likeliest class int64 ``[n]``; ``None`` where there are several labels per sample, or no classes."""
        labels, probabilities = self.labels, self.probabilities
        several = labels is not None and labels.ndim == 2
        return None if probabilities is None or several else probabilities.argmax(axis=1)

    def over_folds(self) -> dict[str, tuple[float, float, float]]:
        """Of each number that all folds have: its mean over them with Student's t interval over the folds' networks,
        which also tells what other training samples and starts change."""
        common = set.intersection(*(set(one.evaluation.metrics) for one in self.each))
        names = [name for name in self.each[0].evaluation.metrics if name in common]
        return {
            name: over_seeds([one.evaluation.metrics[name] for one in self.each], bounds_of(name)) for name in names
        }


def gather(folds: Sequence[FoldOf]) -> OutOfFold:
    """Puts the folds of one or several repetitions together.

    The intervals take samples as independent, or groups where samples come in groups; a sample that several
    repetitions judged counts as one.  They are about the networks that were trained: what other training samples would
    change shows in ``OutOfFold.over_folds``.

    Raises:
        DataError: there is no fold, they are of different data, or a sample is in two folds of one repetition.
    """
    if not folds:
        raise DataError(_("There are no folds to put together."))
    _check_alike(folds)
    repetitions = tuple(dict.fromkeys(one.repetition for one in folds))
    ordered = tuple(sorted(folds, key=lambda one: (repetitions.index(one.repetition), one.index)))
    arrays = _joined(ordered, repetitions)
    _check_once(ordered, arrays)
    have = {(one.repetition, one.index) for one in ordered}
    missing = tuple((r, i) for r in repetitions for i in range(ordered[0].count) if (r, i) not in have)
    evaluation = _evaluation(arrays, ordered[0].evaluation.classes, len(repetitions), missing)
    return OutOfFold(evaluation, repetitions, ordered, missing)


def _check_alike(folds: Sequence[FoldOf]) -> None:
    first = folds[0]
    for one in folds[1:]:
        same = one.evaluation.classes == first.evaluation.classes and one.count == first.count
        if same and first.identities is not None and one.identities is not None:
            same = np.array_equal(first.identities, one.identities)
        if not same:
            message = _("{first} and {second} are no folds of the same data; give the runs of one cross-validation.")
            raise DataError(message.format(first=first.run, second=one.run))


def _joined(folds: Sequence[FoldOf], repetitions: Sequence[str]) -> dict[str, np.ndarray]:
    """The arrays that all folds have, one after another, each repetition by rows."""
    names = set.intersection(*(set(one.evaluation.arrays) for one in folds))
    arrays = {n: np.concatenate([one.evaluation.arrays[n] for one in folds]) for n in sorted(names)}
    lengths = [len(one.evaluation.arrays["rows"]) for one in folds]
    arrays["fold"] = np.repeat([one.index for one in folds], lengths)
    arrays["repetition"] = np.repeat([repetitions.index(one.repetition) for one in folds], lengths)
    identities = folds[0].identities
    if identities is not None:
        arrays["identities"] = identities[arrays["rows"]]
    order = np.lexsort((arrays["rows"], arrays["repetition"]))
    return {name: array[order] for name, array in arrays.items()}


def _check_once(folds: Sequence[FoldOf], arrays: Mapping[str, np.ndarray]) -> None:
    rows, repetition = arrays["rows"], arrays["repetition"]
    twice = np.flatnonzero((rows[1:] == rows[:-1]) & (repetition[1:] == repetition[:-1]))
    if len(twice):
        at = arrays["fold"][twice[0] : twice[0] + 2]
        named = [one.run for index in at for one in folds if one.index == index]
        message = _(
            "{first} and {second} judged the same sample in one repetition; give each fold's run once, all of one "
            "dealing."
        )
        raise DataError(message.format(first=named[0], second=named[-1]))


def _evaluation(
    arrays: dict[str, np.ndarray], classes: tuple[str, ...], repetitions: int, missing: Sequence[tuple[str, int]]
) -> Evaluation:
    labels = arrays.get("labels")
    parts = scores_of(arrays, classes, labels is not None and labels.ndim == 2)
    intervals = {name: bounds for part in parts for name, bounds in part.intervals.items()}
    clusters = arrays.get("groups", arrays["rows"] if repetitions > 1 else None)
    if clusters is not None:
        intervals = intervals_by_groups({**arrays, "groups": clusters}, intervals)
    notes = [note for part in parts for note in part.notes]
    return Evaluation(
        split=SPLIT,
        count=len(arrays["rows"]),
        metrics={name: value for part in parts for name, value in part.metrics.items() if math.isfinite(value)},
        intervals=intervals,
        classes=classes,
        per_class=next((part.per_class for part in parts if part.per_class is not None), None),
        confusion=next((part.confusion for part in parts if part.confusion is not None), None),
        calibration=next((part.calibration for part in parts if part.calibration is not None), None),
        arrays=arrays,
        notes=(*_about(arrays, repetitions, len(missing)), *notes),
    )


def _about(arrays: Mapping[str, np.ndarray], repetitions: int, missing: int) -> tuple[Sentence, ...]:
    notes = [
        sentence(
            "Each sample was judged by a network that was not trained on it; the intervals are about these networks, "
            "and not about what other training samples would change."
        )
    ]
    if repetitions > 1:
        notes.append(
            sentence(
                "{samples} samples were judged {repetitions} times; a sample counts as one in the intervals.",
                samples=len(np.unique(arrays["rows"])),
                repetitions=repetitions,
            )
        )
    if missing:
        notes.append(
            sentence_n(
                "{n} fold is not there, so that its samples are missing.",
                "{n} folds are not there, so that their samples are missing.",
                missing,
            )
        )
    return tuple(notes)
