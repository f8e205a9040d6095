"""Section about the winner of a study: what the best of so many is worth, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trasluz.draw.names import integer, is_share, metric_amount, metric_difference, metric_value, percent
from trasluz.findings.finding import Finding, severity_name
from trasluz.findings.study_evidence import DrawnRange, StudyEvidence, takes_any
from trasluz.findings.study_rules import check_study_in
from trasluz.messages import LANGUAGES
from trasluz.numerals import significant
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, join, metric_phrase, plain
from trasluz.report.sections.base import Section
from trasluz.report.variants import short
from trasluz.search.trial_results import TrialResult
from trasluz.search.winner import Winner

_CONTENDERS = 10
_BADGES = {"bad": "failed", "warn": "running", "note": ""}


@dataclass(frozen=True)
class _Row:
    name: str
    tags: tuple[Phrase, ...]
    fields: tuple[str, ...]
    score: str
    apart: Phrase
    often: str
    parameters: str


def winner_section(
    winner: Winner,
    trials: Sequence[TrialResult],
    ranges: Mapping[str, DrawnRange] | None = None,
    takes: Callable[[str, float], bool] = takes_any,
) -> Section:
    """What the best is worth, the contenders, and what the rules about studies find; ``ranges``: field → the range that
    its values were drawn from; ``takes``: whether the best one's recipe would take a value of a field."""
    evidence = StudyEvidence(tuple(trials), winner.metric, winner.rises, winner, ranges or {}, takes)
    found = check_study_in(LANGUAGES, evidence)
    rows = contenders(winner, trials)
    html = fill(
        "sections/winner.html",
        lead=[worth(winner), rival(winner), simplest(winner), again(winner)],
        notes=how_known(winner),
        rows=rows,
        metric=metric_phrase(winner.metric),
        rises=winner.rises,
        often=winner.known and any(row.often for row in rows),
        findings=[_told(i, found) for i in range(len(found[LANGUAGES[0]]))],
    )
    return Section(both("Can the winner be believed?"), "winner", html, answer=worth(winner))


def worth(winner: Winner) -> Phrase:
    """What the best scored, and what it is worth on new samples."""
    metric = winner.metric
    first = both(
        "By {metric} the best of {n} is {best} with {value}.",
        metric=metric_phrase(metric),
        n=integer(winner.trials),
        best=winner.best,
        value=metric_value(metric, winner.observed),
    )
    if not winner.known:
        return join([first, both("How much of that is luck cannot be told from what was kept of it.")])
    middle, low, high = winner.optimism
    words = {
        "expected": metric_value(metric, winner.expected),
        "least": metric_value(metric, winner.low),
        "most": metric_value(metric, winner.high),
        "middle": metric_amount(metric, middle),
        "low": metric_amount(metric, low),
        "high": metric_amount(metric, high),
    }
    second = (
        both(
            "The best of many is also the luckiest: on new samples expect {expected} ({least} to {most}), which is "
            "{middle} points less good ({low} to {high}).",
            **words,
        )
        if is_share(metric)
        else both(
            "The best of many is also the luckiest: on new samples expect {expected} ({least} to {most}), which is "
            "less good by {middle} ({low} to {high}).",
            **words,
        )
    )
    return join([first, second])


def rival(winner: Winner) -> Phrase:
    """Whether it beats the runner-up."""
    if not winner.second or not winner.known:
        return plain("")
    return both(
        "The probability that it is really better than the second, {second}, is {share}.",
        second=winner.second,
        share=percent(winner.beats, 0),
    )


def simplest(winner: Winner) -> Phrase:
    """The simplest that is as good within one standard error."""
    if not math.isfinite(winner.error):
        return plain("")
    if winner.simplest == winner.best:
        return both("No simpler one is as good within one standard error.")
    return both(
        "The simplest that is as good within one standard error is {simplest} with {value}.",
        simplest=winner.simplest,
        value=metric_value(winner.metric, winner.scores[winner.simplest]),
    )


def again(winner: Winner) -> Phrase:
    """Whether another look would choose the same."""
    found = winner.again
    if found is None:
        return plain("")
    words = {
        "common": significant(found.common, 2),
        "chance": significant(found.chance, 2),
        "rank": integer(found.rank),
        "count": integer(winner.trials),
    }
    if winner.by == "samples":
        return both_n(
            "Chosen by one half of the samples and again by the other, {common} of {n} best is the same in the mean "
            "({chance} by chance); the best of one half stands at place {rank} of {count} in the other.",
            "Chosen by one half of the samples and again by the other, {common} of the {n} best are the same in the "
            "mean ({chance} by chance); the best of one half stands at place {rank} of {count} in the other.",
            found.top,
            **words,
        )
    return both_n(
        "Chosen by one training of each and again by another, {common} of {n} best is the same in the mean ({chance} "
        "by chance); the best by one stands at place {rank} of {count} by the other.",
        "Chosen by one training of each and again by another, {common} of the {n} best are the same in the mean "
        "({chance} by chance); the best by one stands at place {rank} of {count} by the other.",
        found.top,
        **words,
    )


def how_known(winner: Winner) -> list[Phrase]:
    """How these numbers were had, and what they leave out."""
    said = {
        "samples": both_n(
            "Chosen again on 1000 resamples of {n} sample, each time judged by the samples that were not drawn "
            "(Tsamardinos and others, 2018).",
            "Chosen again on 1000 resamples of {n} samples, each time judged by the samples that were not drawn "
            "(Tsamardinos and others, 2018).",
            winner.samples,
        ),
        "folds": both_n(
            "Chosen again without each of {n} fold, and judged by that fold.",
            "Chosen again without each of {n} folds, and judged by that fold.",
            winner.cells,
        ),
        "trainings": both(
            "All trainings were judged on the same samples, of which only the mean is known: how much of the score is "
            "the luck of these samples is not in these numbers."
        ),
    }
    notes = [said[winner.by]]
    if winner.cells == 1:
        notes.append(both("Each was trained once: what another seed would change is not in these numbers."))
    if winner.left_out:
        notes.append(
            both_n(
                "{n} trial was left out, because it was not judged in the same trainings on the same samples.",
                "{n} trials were left out, because they were not judged in the same trainings on the same samples.",
                len(winner.left_out),
            )
        )
    return notes


def contenders(winner: Winner, trials: Sequence[TrialResult]) -> list[_Row]:
    """The best ones and the simplest, each with how far it is from the best."""
    by_name = {trial.name: trial for trial in trials}
    ranked = sorted(winner.scores, key=lambda name: winner.scores[name], reverse=winner.rises)
    shown = ranked[:_CONTENDERS] + [winner.simplest] * (winner.simplest not in ranked[:_CONTENDERS])
    return [_row(name, winner, by_name[name]) for name in shown]


def _row(name: str, winner: Winner, trial: TrialResult) -> _Row:
    tags = [both("best")] * (name == winner.best) + [both("simplest")] * (name == winner.simplest)
    share = winner.often.get(name, 0.0)
    return _Row(
        name,
        tuple(tags),
        tuple(f"{field} = {short(value)}" for field, value in trial.fields.items()),
        metric_value(winner.metric, winner.scores[name]),
        _apart(winner, name),
        percent(share, 0) if winner.known else "",
        integer(trial.parameters),
    )


def _apart(winner: Winner, name: str) -> Phrase:
    if name not in winner.apart:
        return plain("")
    middle, low, high = (metric_difference(winner.metric, value) for value in winner.apart[name])
    if not math.isfinite(winner.apart[name][1]):
        return plain(middle)
    return both("{value} ({low} to {high})", value=middle, low=low, high=high)


def _told(index: int, found: Mapping[str, Sequence[Finding]]) -> dict[str, Any]:
    spoken = {name: findings[index] for name, findings in found.items()}
    first = spoken[LANGUAGES[0]]
    said = {
        field: Phrase.of_texts({name: getattr(finding, field) for name, finding in spoken.items()})
        for field in ("title", "seen", "meaning", "advice", "refuted_by")
    }
    options = " ".join(f"--over {setting}" for setting in first.settings)
    return {
        **said,
        "badge": _BADGES[first.severity],
        "severity": Phrase.of(lambda: severity_name(first.severity)),
        "command": options,
    }
