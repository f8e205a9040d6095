"""What a generator's samples are worth: compared with held-out images over the features of a classifier.

Every number stands beside what real images get in the samples' place.  The features are those of a classifier of
ours, best one trained on the same data; so the numbers compare generators with each other over one classifier, and
say nothing beside numbers over Inception's features.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from trasluz.api.generation import generate
from trasluz.api.opened import OpenedRun
from trasluz.api.sources import as_bytes
from trasluz.data.data import Data
from trasluz.data.read.fit_arrays import fit_arrays
from trasluz.errors import DataError, RequestError
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.families.capabilities import Classifies, GivesFeatures
from trasluz.messages import Sentence, _, sentence
from trasluz.metrics.copies import copies_share
from trasluz.metrics.density_coverage import K as BALLS
from trasluz.metrics.density_coverage import density_coverage
from trasluz.metrics.fid import fid
from trasluz.metrics.improved_precision_recall import precision_recall
from trasluz.metrics.kid import kid
from trasluz.metrics.mode_coverage import ModeCoverage, mode_coverage
from trasluz.metrics.neighbours import Neighbours, nearest
from trasluz.reporting import Reporter
from trasluz.rng import Rng

_AT_ONCE = 2048  # images that become features together
_MOST_HELD_OUT = 10_000
_SHOWN, _CLOSEST = 64, 12


_Give = Callable[[np.ndarray], np.ndarray]  # row numbers → uint8 images


@dataclass(frozen=True)
class _Observed:
    """Images as the classifier sees them: ``features`` float32 ``[n, d]``, ``predicted`` classes int64 ``[n]``, and
    their ``groups`` int64 ``[n]`` (``None`` where each is by itself)."""

    features: np.ndarray
    predicted: np.ndarray
    groups: np.ndarray | None = None


class _Observer:
    """A classifier that turns 8-bit images into features and classes."""

    def __init__(self, run: OpenedRun, reporter: Reporter) -> None:
        if not {"features", "classify"} <= run.capabilities:
            raise RequestError(
                _("{path}: this run gives no features to compare images by; name a classifier's.").format(path=run.path)
            )
        self.run, self._reporter = run, reporter
        self._eyes, self._classifier = run.ask(GivesFeatures), run.ask(Classifies)

    def see(self, images: np.ndarray, title: str) -> _Observed:
        """Features and classes of uint8 images ``[n, h, w, c]`` of any size and channels."""
        both = self._all(np.arange(len(images)), lambda rows: images[rows], title, classes=True)
        return _Observed(both[0], both[1].argmax(1))

    def see_rows(self, data: Data, rows: np.ndarray, title: str) -> _Observed:
        """Features and classes of stored images."""
        both = self._all(rows, lambda chosen: as_bytes(data, chosen), title, classes=True)
        return _Observed(both[0], both[1].argmax(1), None if data.groups is None else data.groups[rows])

    def features(self, data: Data, rows: np.ndarray, title: str) -> np.ndarray:
        """Features of stored images, float32 ``[n, d]``."""
        return self._all(rows, lambda chosen: as_bytes(data, chosen), title, classes=False)[0]

    def _all(self, rows: np.ndarray, images: _Give, title: str, *, classes: bool) -> list[np.ndarray]:
        """Features, and class probabilities where they are wanted, of the images of ``rows``.

        Raises:
            DataError: some of them are no finite numbers.
        """
        wanted = [self._features, self._classes] if classes else [self._features]
        parts: list[list[np.ndarray]] = []
        with self._reporter.task(title, len(rows), _("images")) as task:
            for start in range(0, len(rows), _AT_ONCE):
                stored = self._stored(images(rows[start : start + _AT_ONCE]))
                parts.append([self.run.model.over(stored, compute) for compute in wanted])
                task.advance(len(stored))
        both = [np.concatenate(kind) for kind in zip(*parts, strict=True)]
        if not all(np.isfinite(kind).all() for kind in both):
            message = _("{run}: this classifier gives no finite numbers for some images; judge by another one.")
            raise DataError(message.format(run=self.run.path))
        return both

    def _features(self, inputs: Tensor, _unit: Tensor) -> Tensor:
        return self._eyes.features(self.run.networks, inputs)

    def _classes(self, inputs: Tensor, _unit: Tensor) -> Tensor:
        return self._classifier.classify(self.run.networks, inputs)

    def _stored(self, images: np.ndarray) -> np.ndarray:
        """8-bit images in the size, channels and range that the classifier's training images were stored in."""
        p = self.run.preprocess
        fitted = fit_arrays(images, (0.0, 255.0), p.size, p.channels, p.resize, Reporter())
        scaled: np.ndarray = p.low + fitted.astype(np.float32) * ((p.high - p.low) / 255)
        return scaled


def evaluate_samples(
    run: OpenedRun, classifier: OpenedRun, count: int, split: str, seed: int, source: str, reporter: Reporter
) -> SampleEvaluation:
    """``count`` samples of ``run`` against the images of ``split``; see ``Run.evaluate_samples``.

    Raises:
        RequestError: too few samples, or a model that cannot generate or has no features.
        DataError: there is no such split, or it has too few images, or there are none to train on.
    """
    judge = _Observer(classifier, reporter)
    rng = Rng(seed)
    held_rows, train_rows = _rows(run.data, split, rng)
    if count <= BALLS:
        message = _("samples: {count} is not allowed; judge at least {least} samples, better thousands.")
        raise RequestError(message.format(count=count, least=BALLS + 1))
    made = generate(run, count, seed, None, source, reporter)
    samples = judge.see(made.images, _("Looking at the samples"))
    held_out = judge.see_rows(run.data, held_rows, _("Looking at the {split} images").format(split=split))
    train = judge.features(run.data, train_rows, _("Looking at the training images"))
    with reporter.task(_("Comparing")):
        grouped = None if run.data.groups is None else run.data.groups[train_rows]
        found = _compare(samples, held_out, train, grouped, len(classifier.model.spec.classes), rng)
    same = classifier.info["fingerprint"] == run.info["fingerprint"]
    closest = np.argsort(found.near.distances[:, 0], kind="stable")[:_CLOSEST]
    neighbours = train_rows[found.near.indices[:, 0]]
    return SampleEvaluation(
        split=split,
        classifier=classifier.weights.label,
        same_data=same,
        count=count,
        held_out=len(held_rows),
        train=len(train_rows),
        features=samples.features.shape[1],
        seed=seed,
        source=source,
        metrics=found.metrics,
        intervals=found.intervals,
        real=found.real,
        real_intervals=found.real_intervals,
        classes=classifier.model.spec.classes,
        shares=found.modes.shares,
        real_shares=found.real_modes.shares,
        notes=tuple(_notes(samples, held_out, same, classifier)),
        arrays={
            "predicted": samples.predicted,
            "distances": found.near.distances[:, 0].astype(np.float32),
            "neighbours": neighbours,
        },
        examples={
            "images": made.images[:_SHOWN],
            "closest": made.images[closest],
            "positions": closest,
            "neighbours": as_bytes(run.data, neighbours[closest]),
        },
    )


def _rows(data: Data, split: str, rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the held-out images, at most 10,000 in random order, and of all training images."""
    held_out, train = data.split(split), data.split("train")
    if len(held_out) <= BALLS or len(train) <= BALLS or split == "train":
        known = ", ".join(name for name, rows in data.splits.items() if len(rows) > BALLS and name != "train")
        message = _(
            "{data}: samples cannot be judged by the split {split}; give a held-out one with more than {least} images: "
            "{known}."
        )
        raise DataError(message.format(data=data.name, split=split, least=BALLS, known=known or _("none")))
    drawn = rng.permutation("held-out", 0, len(held_out)).numpy()[:_MOST_HELD_OUT]
    return held_out[drawn], train


@dataclass(frozen=True)
class _Compared:
    """What comparing gave."""

    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    real: dict[str, float]
    real_intervals: dict[str, tuple[float, float]]
    modes: ModeCoverage
    real_modes: ModeCoverage
    near: Neighbours


def _compare(
    samples: _Observed, held_out: _Observed, train: np.ndarray, grouped: np.ndarray | None, classes: int, rng: Rng
) -> _Compared:
    """Samples, and in their place as many training images (of the groups ``grouped``), against held-out images."""
    drawn = rng.permutation("train", 0, len(train)).numpy()
    number = min(len(samples.features), len(drawn))  # of each, because distances depend on how many there are
    metrics, intervals = _overlap(samples.features[:number], None, held_out)
    many = drawn[:number]
    real, real_intervals = _overlap(train[many], None if grouped is None else grouped[many], held_out)
    near, usual = nearest(samples.features, train), nearest(held_out.features, train)
    apart, usually = near.distances[:, 0], usual.distances[:, 0]
    modes, real_modes = mode_coverage(samples.predicted, classes), mode_coverage(held_out.predicted, classes)
    for told, distances, coverage in ((metrics, apart, modes), (real, usually, real_modes)):
        told["nearest"] = float(np.median(distances))
        told["copies_share"] = copies_share(distances, usually)
        told["smallest_share"] = coverage.smallest
        told["entropy"] = coverage.entropy
    return _Compared(metrics, intervals, real, real_intervals, modes, real_modes, near)


def _overlap(
    images: np.ndarray, groups: np.ndarray | None, real: _Observed
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Distances and overlaps of features ``[n, d]``, in ``groups`` if any, with real ones; the overlaps from as many of
    each."""
    held_out = real.features
    same = min(len(images), len(held_out))
    kernel, low, high = kid(images, held_out, groups=(groups, real.groups))
    precision, recall = precision_recall(held_out[:same], images[:same])
    density, coverage = density_coverage(held_out[:same], images[:same])
    metrics = {"fid": fid(images, held_out), "kid": kernel, "precision": precision, "recall": recall}
    intervals = {"kid": (low, high)} if math.isfinite(low) else {}
    return {**metrics, "density": density, "coverage": coverage}, intervals


def _notes(samples: _Observed, held_out: _Observed, same: bool, classifier: OpenedRun) -> list[Sentence]:
    notes = []
    fewest, width = min(len(samples.features), len(held_out.features)), samples.features.shape[1]
    if fewest <= width:
        notes.append(
            sentence(
                "FID is unsure here: {fewest} images are too few for {width} features; give more samples.",
                fewest=fewest,
                width=width,
            )
        )
    if not same:
        notes.append(
            sentence(
                "The features are those of {classifier}, which was trained on other data; they may miss what matters "
                "here.",
                classifier=classifier.weights.label,
            )
        )
    return notes
