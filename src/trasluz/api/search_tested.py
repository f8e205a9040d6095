"""Judges the winner of a search that has ended on test data, once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trasluz.api.run import Run, open_run
from trasluz.draw.names import higher_is_better
from trasluz.errors import DataError, RequestError, RunError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.out_of_fold import FoldOf, gather
from trasluz.messages import _
from trasluz.metrics.over_seeds import bounds_of, over_seeds
from trasluz.reading import read_json
from trasluz.reporting import Reporter
from trasluz.search.folder import StudyFolder
from trasluz.search.tested import Tested, load_tested

if TYPE_CHECKING:
    from trasluz.api.searching import SearchResult, Trial

TEST = "test"


def judge_winner(folder: StudyFolder, found: SearchResult, speaker: Reporter) -> Tested:
    """What the best trial of ``found`` gives on test data; where these were read before, what was read then.

    Raises:
        RequestError: the search has not ended, has no best trial, or chose by test data.
        RunError: the trial's runs lie on another host.
        DataError: there are no test data.
    """
    writing = folder.writing
    writing.take(waiting=lambda _error: None)
    try:
        known = load_tested(folder.path)
        if known is not None:
            _say_known(known, found, speaker)
            return known
        if not found.ended:
            message = _(
                "{path}: this search has not ended, and test data are for the one that it chooses; go on with it first:"
                " trasluz search {path}"
            )
            raise RequestError(message.format(path=folder.path))
        tested = _judged(folder, found, speaker)
        tested.save(folder.path)
        return tested
    finally:
        writing.release()


def _judged(folder: StudyFolder, found: SearchResult, speaker: Reporter) -> Tested:
    best = found.best
    if best is None or best.value is None:
        raise RequestError(_("{path}: no trial is complete, so there is none to test.").format(path=folder.path))
    if folder.study().split == TEST:
        message = _("{path}: this search chose by test data, which tell nothing more of what was chosen.")
        raise RequestError(message.format(path=folder.path))
    runs = _runs(folder, best)
    evaluations = [run.evaluations().get(TEST) or run.evaluate(TEST, reporter=speaker) for run in runs]
    prints = {str((run.info.get("split_fingerprints") or {}).get(TEST, "")) for run in runs}
    numbers = _together(evaluations)
    if found.metric not in numbers.scores:
        message = _("{metric}: test data have no such number; measured are {known}.")
        raise DataError(message.format(metric=found.metric, known=", ".join(numbers.scores)))
    low, high = numbers.intervals.get(found.metric, (None, None))
    return Tested(
        trial=best.name,
        values=dict(best.values),
        metric=found.metric,
        rises=higher_is_better(found.metric),
        chosen_by=best.value,
        score=numbers.scores[found.metric],
        low=low,
        high=high,
        by="samples" if found.metric in numbers.by_samples else "trainings",
        samples=numbers.samples,
        runs=tuple(run.path.name for run in runs),
        scores=numbers.scores,
        intervals=numbers.intervals,
        read=datetime.now(UTC).isoformat(timespec="seconds"),
        mixed=len(prints) > 1,
        **_expected(folder.path, best.name),
    )


@dataclass(frozen=True)
class _Numbers:
    """The numbers of all trainings together; ``by_samples``: those whose interval is taken over samples."""

    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    by_samples: frozenset[str]
    samples: int


def _together(evaluations: Sequence[Evaluation]) -> _Numbers:
    """Of one training what it scored; of several their means.

    Intervals are taken over samples, each of which counts as one however many trainings judged it; of numbers that no
    sample has alone they are Student's over the trainings.
    """
    first = evaluations[0]
    if len(evaluations) == 1:
        finite = {name: value for name, value in first.metrics.items() if math.isfinite(value)}
        return _Numbers(finite, _known(first.intervals), frozenset(first.intervals), first.count)
    pooled = gather([FoldOf(str(i), 0, 1, str(i), one) for i, one in enumerate(evaluations)]).evaluation
    scores: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    for name in first.metrics:
        if all(math.isfinite(one.metrics.get(name, math.nan)) for one in evaluations):
            scores[name], *bounds = over_seeds([one.metrics[name] for one in evaluations], bounds_of(name))
            intervals[name] = (bounds[0], bounds[1])
    by_samples = {name for name in pooled.intervals if name in scores}
    intervals |= {name: pooled.intervals[name] for name in by_samples}
    rows = {int(row) for one in evaluations for row in one.arrays.get("rows", ())}
    return _Numbers(scores, _known(intervals), frozenset(by_samples), len(rows) or first.count)


def _known(intervals: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {name: ends for name, ends in intervals.items() if all(map(math.isfinite, ends))}


def _runs(folder: StudyFolder, best: Trial) -> list[Run]:
    names = [str(cell["run"]) for cell in best.cells]
    away = [cell for cell, name in zip(best.cells, names, strict=True) if not (folder.runs / name).is_dir()]
    if away:
        message = _("{path}: the run {run} of {trial} is not here; it was trained on {host}, so test it there.")
        told = {"run": away[0]["run"], "trial": best.name, "host": away[0].get("host", "–")}
        raise RunError(message.format(path=folder.path, **told))
    return [open_run(folder.runs / name) for name in names]


def _expected(folder: Path, trial: str) -> dict[str, float | None]:
    """What the score by which was chosen is worth on new samples, as ``winner.json`` says, if that is of this trial."""
    try:
        told = read_json(folder / "winner.json")
    except (OSError, ValueError):
        return {}
    if not isinstance(told, dict) or told.get("best") != trial:
        return {}
    ends = (told.get("expected"), told.get("low"), told.get("high"))
    if not all(isinstance(value, (int, float)) for value in ends):
        return {}  # nothing could be told beyond the score itself
    return dict(zip(("expected", "expected_low", "expected_high"), ends, strict=True))


def _say_known(known: Tested, found: SearchResult, speaker: Reporter) -> None:
    message = _("Test data were read on {day}, for {trial}; they are not read again.")
    speaker.say(message.format(day=known.read[:10], trial=known.trial))
    if found.best is not None and found.best.name != known.trial:
        message = _(
            "The best trial is {best} by now: what test data say is of {trial}, which was the best when they were read."
        )
        speaker.warn(message.format(best=found.best.name, trial=known.trial))
