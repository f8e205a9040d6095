"""The winner of a study, honestly: what the best of so many is worth on new samples, the simplest trial that is as good
as it within one standard error, whether it really beats the second, and whether another look would choose the same.

Trials are compared by the cells that all of them have, judged on the same samples; trials that lack some are named and
left out.  Scores of samples are used where every cell keeps them; else each training counts as one number.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.metrics.best_of_many import BestOfMany, best_of_cells, best_of_samples, least_variance
from trasluz.metrics.intervals import mean_interval
from trasluz.metrics.one_standard_error import simplest_within
from trasluz.metrics.same_choice import SameChoice, between_cells, between_halves
from trasluz.metrics.scored_samples import ScoredSamples
from trasluz.rng import Rng
from trasluz.search.trial_results import CellResult, TrialResult

By = Literal["samples", "folds", "trainings"]
_Z = NormalDist().inv_cdf(0.975)
_SEED = 0  # of the resamples: the same study gets the same sentence every time


@dataclass(frozen=True)
class Winner:
    """``metric`` decides among ``trials`` that were compared, named here: the ``best``, the runner-up ``second`` (empty
    where there is none) and the ``simplest`` within one standard ``error`` of the best.

    ``observed``: the best one's score; ``expected`` (``low`` to ``high``, 95 %): what it gives on new samples.
    ``beats``: the probability that it is better than the second.  ``often``: trial → in how large a share of resamples
    it was chosen.  ``scores``: of all that were compared.  ``apart``: trial → how far it is from the best (trial minus
    best), with the 95 % interval of that, sample by sample or training by training.  ``again``: whether another look
    would choose the same.

    ``by``: what was drawn again: ``samples``; ``folds``, of which each was left out once; or ``trainings`` that were
    judged on the same samples, whose chance alone is then in these numbers.  ``cells``: trainings of each trial.
    ``left_out``: trials that lack cells which the others have.
    """

    metric: str
    rises: bool
    trials: int
    best: str
    second: str
    simplest: str
    error: float
    observed: float
    expected: float
    low: float
    high: float
    beats: float
    often: Mapping[str, float]
    scores: Mapping[str, float]
    apart: Mapping[str, tuple[float, float, float]]
    again: SameChoice | None
    by: By
    cells: int
    samples: int
    left_out: tuple[str, ...] = ()

    @property
    def optimism(self) -> tuple[float, float, float]:
        """By how much the best score is too good, with its 95 % interval; above 0 whichever way is better."""
        ends = [self.observed - end if self.rises else end - self.observed for end in (self.low, self.high)]
        middle = self.observed - self.expected if self.rises else self.expected - self.observed
        return middle, min(ends), max(ends)

    @property
    def known(self) -> bool:
        """Whether anything can be said beyond the score itself."""
        return math.isfinite(self.low)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; bounds that are not known become ``None``."""
        plain = asdict(self) | {"optimism": list(self.optimism), "left_out": list(self.left_out)}
        return {name: _plain(value) for name, value in plain.items()}


def find_winner(trials: Sequence[TrialResult], metric: str, rises: bool) -> Winner:
    """The winner by ``metric``, of which more is better if it ``rises``.

    Raises:
        RequestError: no trial has a score: all failed, or none was measured by this metric.
    """
    scored = [trial for trial in trials if trial.status == "done" and trial.judged]
    if not scored:
        if trials and all(trial.status == "failed" for trial in trials):
            raise RequestError(_("No winner: all {n} trials failed.").format(n=len(trials)))
        raise RequestError(_("No winner: no trial was measured by {metric}.").format(metric=metric))
    compared, left_out = comparable(scored)
    samples = scored_samples(compared)
    sign = 1.0 if rises else -1.0
    by_cell = sign * np.array([[cell.score for cell in _ordered(trial)] for trial in compared], np.float64)
    found, by, again = _found(samples, by_cell, compared)
    error = _error(samples, by_cell, found.chosen)
    means = by_cell.mean(1)
    sizes = [(float(trial.parameters), trial.epochs) for trial in compared]
    names = [trial.name for trial in compared]
    ends = sorted([sign * found.low, sign * found.high])
    return Winner(
        metric=metric,
        rises=rises,
        trials=len(compared),
        best=names[found.chosen],
        second=names[found.second] if found.second >= 0 else "",
        simplest=names[simplest_within(means, error, sizes)],
        error=error,
        observed=sign * float(means[found.chosen]),
        expected=sign * found.expected,
        low=ends[0],
        high=ends[1],
        beats=found.beats,
        often={name: float(share) for name, share in zip(names, found.often, strict=True)},
        scores={name: sign * float(mean) for name, mean in zip(names, means, strict=True)},
        apart={
            name: _turned(_apart(samples, by_cell, i, found.chosen), sign)
            for i, name in enumerate(names)
            if i != found.chosen
        },
        again=again,
        by=by,
        cells=by_cell.shape[1],
        samples=0 if samples is None else len(samples.sizes),
        left_out=left_out,
    )


def comparable(trials: Sequence[TrialResult]) -> tuple[list[TrialResult], tuple[str, ...]]:
    """The trials that were judged alike, in the cells that most of them have, and the names of the others."""
    kinds = [tuple((cell.key, cell.judged_on) for cell in _ordered(trial)) for trial in trials]
    count = Counter(kinds)
    usual = max(count, key=lambda kind: (len(kind) * count[kind], len(kind)))  # what rests on most cells
    same = [trial for trial, kind in zip(trials, kinds, strict=True) if kind == usual]
    return same, tuple(trial.name for trial, kind in zip(trials, kinds, strict=True) if kind != usual)


def scored_samples(trials: Sequence[TrialResult]) -> ScoredSamples | None:
    """The scores of samples of trials that were judged alike, all cells beside each other; ``None`` where a cell does
    not keep them."""
    rows: list[np.ndarray] = []
    units: list[np.ndarray] = []
    cells: list[np.ndarray] = []
    for trial in trials:
        ordered = _ordered(trial)
        kept = [(cell.sample_scores, cell.units) for cell in ordered]
        own = [scores for scores, which in kept if scores is not None and which is not None and len(scores)]
        if len(own) < len(kept) or not own:
            return None
        rows.append(np.concatenate(own))
        if not units:
            units = [which for _scores, which in kept if which is not None]
            cells = [np.full(len(scores), i) for i, scores in enumerate(own)]
    if len({len(row) for row in rows}) > 1:
        return None
    return ScoredSamples(np.stack(rows), np.concatenate(units), np.concatenate(cells))


def _ordered(trial: TrialResult) -> list[CellResult]:
    return sorted(trial.judged, key=lambda cell: (cell.seed, -1 if cell.fold is None else cell.fold))


def _found(
    samples: ScoredSamples | None, by_cell: np.ndarray, trials: Sequence[TrialResult]
) -> tuple[BestOfMany, By, SameChoice | None]:
    rng = Rng(_SEED)
    if samples is not None:
        return best_of_samples(samples, rng), "samples", between_halves(samples, rng)
    judged_on = {cell.judged_on for cell in trials[0].judged}
    by: By = "folds" if len(judged_on) == by_cell.shape[1] > 1 else "trainings"
    return best_of_cells(by_cell), by, between_cells(by_cell, rng)


def _error(samples: ScoredSamples | None, by_cell: np.ndarray, chosen: int) -> float:
    """The standard error of the best one's score; infinite where a single number says nothing of it."""
    if samples is not None:
        return math.sqrt(samples.variance(samples.values[chosen]))
    count = by_cell.shape[1]
    return float(by_cell[chosen].std(ddof=1)) / math.sqrt(count) if count > 1 else math.inf


def _apart(samples: ScoredSamples | None, by_cell: np.ndarray, own: int, best: int) -> tuple[float, float, float]:
    """The difference of two trials, more being better, with its interval."""
    if samples is None:
        return mean_interval((by_cell[own] - by_cell[best]).tolist())
    apart = samples.values[own] - samples.values[best]
    variance = samples.variance(apart)
    if samples.yes_or_no:
        variance = max(variance, least_variance(apart))
    half = _Z * math.sqrt(variance)
    return float(apart.mean()), float(apart.mean()) - half, float(apart.mean()) + half


def _turned(apart: tuple[float, float, float], sign: float) -> tuple[float, float, float]:
    middle, low, high = apart
    return (middle, low, high) if sign > 0 else (-middle, -high, -low)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
