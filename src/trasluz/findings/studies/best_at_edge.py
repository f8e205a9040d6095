"""The best value lies at the edge of what was tried, so that a better one may lie beyond it.

Of listed values the best one is compared with its neighbour; of a range that was drawn from, its outer tenth with what
lies next to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from trasluz.findings.finding import Finding
from trasluz.findings.study_evidence import DrawnRange, StudyEvidence, setting_text
from trasluz.messages import _
from trasluz.metrics.concentrated import rank_chance
from trasluz.metrics.intervals import students_quantile
from trasluz.numerals import integer
from trasluz.search.trial_results import TrialResult

_MOST_LISTED = 12  # different values of one field; more of them were drawn from a range
_CONFIDENCE = 0.997  # three standard errors, because the edge is looked at where the best of many lies there
_BEST, _FEWEST = 0.1, 5  # of drawn values the best tenth is looked at, and no fewer than five
_OUTER, _MOST_OF_THEM = 0.1, 0.6  # by chance one in ten lies there: three of five come once in 120 studies
_BESIDE = 0.4  # of the range: what lies nearer than this, and not in the outer tenth, is next to it
_CHANCE = 0.05  # that the outer tenth of any range is better than what is next to it, all ends taken together


def check(evidence: StudyEvidence) -> Finding | None:
    """The first field whose best value is the smallest or largest, and better than the next beyond its noise."""
    winner = evidence.winner
    best = next((trial for trial in evidence.compared if winner and trial.name == winner.best), None)
    for name in evidence.fields if best is not None else ():
        assert best is not None, "the loop above is empty without it"
        values = evidence.numbers(name)
        if len(values) < 3 or name not in best.fields:
            continue
        found = _of_range if name in evidence.ranges or len(values) > _MOST_LISTED else _of_list
        finding = found(evidence, name, values, best)
        if finding is not None:
            return finding
    return None


def _of_list(evidence: StudyEvidence, name: str, values: Sequence[float], best: TrialResult) -> Finding | None:
    upper = _edge(evidence, name, values, best)
    if upper is None:
        return None
    seen = (
        _("Of the values of `{field}` that were tried, from {low} to {high}, the largest is the best.")
        if upper
        else _("Of the values of `{field}` that were tried, from {low} to {high}, the smallest is the best.")
    )
    words = {"field": name, "low": setting_text(values[0]), "high": setting_text(values[-1])}
    return _finding(evidence, name, values, upper, seen.format(**words), {})


def _edge(evidence: StudyEvidence, name: str, values: Sequence[float], best: TrialResult) -> bool | None:
    """Whether the best value is the upper edge of those listed; ``None`` where it lies at none, or may by chance."""
    own = float(best.fields[name])
    if own not in (values[0], values[-1]):
        return None
    upper = own == values[-1]
    return upper if _better(evidence, name, own, values[-2] if upper else values[1], best) else None


def _better(evidence: StudyEvidence, name: str, edge: float, inner: float, best: TrialResult) -> bool:
    """Whether the edge is better than the value next to it beyond the noise: the best trial than the one that differs
    in that field alone, or all such pairs together."""
    rows = {(evidence.others(trial, name), float(trial.fields[name])): i for i, trial in enumerate(evidence.compared)}
    pairs = [
        (i, rows[others, inner]) for (others, value), i in rows.items() if value == edge and (others, inner) in rows
    ]
    own = [pair for pair in pairs if evidence.compared[pair[0]] is best]
    return any(_sure(evidence, some) for some in (own, pairs) if some)


def _sure(evidence: StudyEvidence, pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether the first of each pair is better in the mean, outside the noise of samples, or of trainings."""
    first, second = ([pair[i] for pair in pairs] for i in (0, 1))
    samples = evidence.samples
    if samples is not None:
        apart = samples.values[first].mean(0) - samples.values[second].mean(0)
        reach = students_quantile(len(samples.sizes), _CONFIDENCE)
        return bool(apart.mean() > reach * math.sqrt(samples.variance(apart)))
    scores = np.array([[cell.score for cell in trial.judged] for trial in evidence.compared], np.float64)
    by_cell = evidence.sign * (scores[first] - scores[second]).mean(0)
    noise = by_cell if len(by_cell) > 1 else evidence.sign * (scores[first] - scores[second])[:, 0]
    if len(noise) < 3:  # of two numbers nobody knows the spread
        return False
    reach = students_quantile(len(noise), _CONFIDENCE)
    return bool(noise.mean() > reach * noise.std(ddof=1) / math.sqrt(len(noise)))


def _of_range(evidence: StudyEvidence, name: str, values: Sequence[float], _best: TrialResult) -> Finding | None:
    """The outer tenth of a range: most of the best trials lie there, and it is better than what lies next to it, by
    ranks: a sampler that learned where good values are draws more of them, which alone says nothing."""
    ranked = sorted(
        (trial for trial in evidence.compared if name in trial.fields and trial.score is not None),
        key=lambda trial: -evidence.sign * float(trial.score or 0.0),
    )
    count = max(_FEWEST, round(_BEST * len(ranked)))
    if len(ranked) < 2 * count:
        return None
    known = evidence.ranges.get(name) or DrawnRange(values[0], values[-1])
    places = _places(_of(ranked, name), known, evidence.on_a_log_scale(name))
    scores = evidence.sign * np.array([trial.score for trial in ranked], np.float64)
    for upper in (False, True):
        inwards = 1 - places if upper else places
        there = int((inwards[:count] < _OUTER).sum())
        beside = (inwards >= _OUTER) & (inwards < _BESIDE)
        chance = rank_chance(scores[inwards < _OUTER], scores[beside]) * 2 * len(evidence.fields)
        if there >= _MOST_OF_THEM * count and chance <= _CHANCE:
            seen = (
                _(
                    "Of the {count} best trials {there} have `{field}` in the upper tenth of its range from {low} to "
                    "{high}, where trials are better than next to it."
                )
                if upper
                else _(
                    "Of the {count} best trials {there} have `{field}` in the lower tenth of its range from {low} to "
                    "{high}, where trials are better than next to it."
                )
            )
            words = {"field": name, "low": setting_text(known.low), "high": setting_text(known.high)}
            told = seen.format(count=integer(count), there=integer(there), **words)
            ends = [known.low, *values[1:-1], known.high]
            return _finding(evidence, name, ends, upper, told, {"best": float(count), "there": float(there)})
    return None


def _places(values: Sequence[float], known: DrawnRange, log: bool) -> np.ndarray:
    """Where values lie in a range, 0 at its lower end to 1 at its upper."""
    low, high = (math.log(end) if log else end for end in (known.low, known.high))
    own = np.log(values) if log else np.array(values)
    return np.asarray((own - low) / (high - low), np.float64)


def _of(trials: Sequence[TrialResult], name: str) -> list[float]:
    return [float(trial.fields[name]) for trial in trials]


def _finding(
    evidence: StudyEvidence, name: str, values: Sequence[float], upper: bool, seen: str, numbers: Mapping[str, float]
) -> Finding | None:
    """``None`` where nothing lies beyond that the recipe takes."""
    edge, further = values[-1] if upper else values[0], _further(evidence, name, values, upper)
    if edge <= 0 and not upper:  # nothing lies below none
        return None
    further = [edge, *(value for value in further[1:] if evidence.takes(name, value))]
    if len(set(further)) < 2:
        return None
    listed = ",".join(f"{value:g}" for value in further)
    return Finding(
        severity="warn",
        title=_("The best value lies at the edge of what was tried"),
        seen=seen,
        meaning=_("What lies beyond was not tried, and may be better still."),
        advice=_("Search on in that direction: {values}.").format(values=", ".join(map(setting_text, further))),
        numbers={"edge": edge, "low": values[0], "high": values[-1], **numbers},
        settings=(f"{name}={listed}",),
        refuted_by=_("values beyond the edge give no better score."),
    )


def _further(evidence: StudyEvidence, name: str, values: Sequence[float], upper: bool) -> list[float]:
    """The edge and two values beyond it, in steps or factors like those that were tried."""
    edge, inner = (values[-1], values[-2]) if upper else (values[0], values[1])
    if name in evidence.ranges or len(values) > _MOST_LISTED:
        inner = edge / 2 if upper else edge * 2
    by_factors = evidence.on_a_log_scale(name) or (not upper and 2 * edge - inner <= 0)
    found = [edge * (edge / inner) ** n if by_factors else edge + n * (edge - inner) for n in range(3)]
    whole = all(value == int(value) for value in values)
    return [float(max(round(value), 1)) if whole else value for value in found]
