"""Section about the outer folds of a search: what this way of choosing gives on samples that it has not seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trasluz.draw.names import integer, is_share, metric_amount, metric_value
from trasluz.report.page import fill
from trasluz.report.phrase import NOTHING, Phrase, both, both_n, join, metric_phrase, plain
from trasluz.report.sections.base import Section
from trasluz.search.outer_score import OuterChoice, OuterScore

_FEWEST = 2  # folds that can agree


@dataclass(frozen=True)
class _Row:
    fold: Phrase
    chosen: Phrase
    fields: tuple[str, ...]
    inner: str
    outer: str
    apart: str
    samples: str


def outer_section(found: OuterScore) -> Section:
    """What all outer folds gave together, how much too good the inner scores were, and what each fold chose."""
    html = fill(
        "sections/outer.html",
        lead=[worth_of_choosing(found), too_good(found), agreement(found)],
        rows=[_row(found, one) for one in found.choices],
        notes=how_judged(found),
        metric=metric_phrase(found.metric),
    )
    return Section(both("What is this way of choosing worth?"), "outer", html, answer=worth_of_choosing(found))


def worth_of_choosing(found: OuterScore) -> Phrase:
    """The outer score with its interval."""
    words = {
        "metric": metric_phrase(found.metric),
        "value": metric_value(found.metric, found.score),
        "samples": integer(found.samples),
    }
    if not math.isfinite(found.low) or not math.isfinite(found.high):
        return both_n(
            "Searched anew without {n} outer fold and judged on it, {metric} is {value} ({samples} samples).",
            "Searched anew without each of {n} outer folds and judged on it, {metric} is {value} ({samples} samples).",
            found.done,
            **words,
        )
    words |= {"low": metric_value(found.metric, found.low), "high": metric_value(found.metric, found.high)}
    return both_n(
        "Searched anew without {n} outer fold and judged on it, {metric} is {value} ({low} to {high}, {samples} "
        "samples).",
        "Searched anew without each of {n} outer folds and judged on it, {metric} is {value} ({low} to {high}, "
        "{samples} samples).",
        found.done,
        **words,
    )


def too_good(found: OuterScore) -> Phrase:
    """The inner best scores against what they gave."""
    middle, low, high = found.optimism
    words = {"inner": metric_value(found.metric, found.inner), "middle": metric_amount(found.metric, middle)}
    if not math.isfinite(low):
        return both("By the inner scores, which chose, it seemed {inner}.", **words)
    words |= {"low": metric_amount(found.metric, low), "high": metric_amount(found.metric, high)}
    if is_share(found.metric):
        return both(
            "By the inner scores, which chose, it seemed {inner}: {middle} points too good ({low} to {high}).", **words
        )
    return both("By the inner scores, which chose, it seemed {inner}: too good by {middle} ({low} to {high}).", **words)


def agreement(found: OuterScore) -> Phrase:
    """How often the outer folds chose the same."""
    count = len(found.choices)
    if count < _FEWEST:
        return NOTHING
    words = {"agree": integer(found.agree), "whole": integer(found.as_whole)}
    if found.agree == 1:
        return join(
            [
                both("Each of the {n} outer folds chose another setting.", n=integer(count)),
                both("One of them chose what the search on all samples did.") if found.as_whole else NOTHING,
            ]
        )
    return both(
        "{agree} of {n} outer folds chose the same setting; {whole} chose what the search on all samples did.",
        n=integer(count),
        **words,
    )


def how_judged(found: OuterScore) -> list[Phrase]:
    """How these numbers were had, and what they leave out."""
    notes = [
        both(
            "Nested cross-validation: each outer fold was left out of a whole search, and judged once what that chose, "
            "trained on all other samples. So the score is of the way of choosing, not of one setting."
        )
    ]
    if found.by == "samples":
        notes.append(
            both(
                "Its interval is taken over all judged samples, and over the folds (Student's t) where that reaches "
                "further, because the samples of one fold chose for the others."
            )
        )
    else:
        notes.append(both("Its interval is taken over the folds' scores (Student's t), because samples' are not here."))
    notes.append(
        both("How much the inner scores were too good is taken over outer folds (Student's t), which are few.")
    )
    missing = found.wanted - found.done
    if missing:
        notes.append(
            both_n("{n} outer fold is not judged.", "{n} outer folds are not judged.", missing),
        )
    return notes


def _row(found: OuterScore, one: OuterChoice) -> _Row:
    sign = 1.0 if found.rises else -1.0
    outer = one.outer
    return _Row(
        plain(one.fold),
        plain(one.trial),
        tuple(f"{field} = {value}" for field, value in one.values.items()),
        metric_value(found.metric, one.inner),
        "–" if outer is None else metric_value(found.metric, outer),
        "–" if outer is None else metric_amount(found.metric, sign * (one.inner - outer)),
        integer(one.samples) if one.samples else "–",
    )
