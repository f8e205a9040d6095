"""The trials of a study as plain values, read from the runs that it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from trasluz.draw.history import History
from trasluz.draw.names import has_better, higher_is_better
from trasluz.errors import RequestError
from trasluz.evaluation.evaluation import load_records
from trasluz.files import state_of
from trasluz.metrics.sample_scores import sample_scores
from trasluz.runs.evaluations import load_evaluation_summary
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import Weights
from trasluz.search.table import Result, Table
from trasluz.search.trial_results import CellResult, TrialResult
from trasluz.search.winner import Winner, find_winner


@dataclass(frozen=True)
class Tried:
    """A cell: its ``result``, its ``run``, its ``seed`` and, in cross-validation, its ``fold``, and its curves."""

    result: Result
    run: RunFolder
    seed: int
    history: History
    fold: int | None = None


def deciding_metric(table: Table) -> str | None:
    """The first metric of a table of which more or less is better."""
    return next((name for name in table.metrics if has_better(name)), None)


def trial_results(
    tried: Sequence[Tried],
    variants: Mapping[str, Mapping[str, Any]],
    metric: str,
    split: str,
    pruned: Collection[str] = (),
    failed: Collection[str] = (),
) -> list[TrialResult]:
    """The trials of ``variants`` (name → searched fields and their values) in their order, judged by ``metric``; those
    called in ``pruned`` were stopped early, of those in ``failed`` a training failed."""
    found = []
    by_name: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        by_name[one.result.variant].append(one)
    for name, fields in variants.items():
        own = by_name[name]
        if not own and name not in failed:
            continue
        done = [one.result for one in own if one.result.failure is None]
        found.append(
            TrialResult(
                name,
                dict(fields),
                tuple(_cell(one, metric, split) for one in own if one.result.failure is None),
                done[0].parameters if done else 0,
                float(np.mean([result.epochs for result in done])) if done else 0.0,
                "failed" if name in failed or not done else "pruned" if name in pruned else "done",
            )
        )
    return found


def winner_of(trials: Sequence[TrialResult], metric: str | None) -> Winner | None:
    """The winner, ``None`` where there are fewer than two trials to choose from, or none with a score."""
    scored = [trial for trial in trials if trial.status == "done" and trial.judged]
    return None if metric is None or len(scored) < 2 else find_winner(trials, metric, higher_is_better(metric))


def class_names(tried: Sequence[Tried], split: str) -> tuple[str, ...]:
    """The classes that all trainings tell apart; empty where they differ, or there are none."""
    known = {_classes(one.run, split) for one in tried if one.result.failure is None and one.run.path.is_dir()}
    return known.pop() if len(known) == 1 else ()


def _classes(run: RunFolder, split: str) -> tuple[str, ...]:
    found = _confused(run, split)
    return () if found is None else found[0]


def _confused(run: RunFolder, split: str) -> tuple[tuple[str, ...], np.ndarray] | None:
    """The classes of a run's evaluation with their confusion; ``None`` where there is none."""
    try:
        state = state_of(Weights(run.path).looks / f"evaluation-{split}" / "evaluation.json")
    except OSError:
        state = None
    return _read_confused(run.path, split, state)


@lru_cache(maxsize=4096)  # asked for by each trial, and by the page for the classes of all
def _read_confused(
    run: Path, split: str, _state: tuple[int, int, int] | None
) -> tuple[tuple[str, ...], np.ndarray] | None:
    summary = load_evaluation_summary(Weights(run), split)
    if summary is None or summary["confusion"] is None:
        return None
    return tuple(summary["classes"]), np.array(summary["confusion"], np.int64)


def _cell(one: Tried, metric: str, split: str) -> CellResult:
    scores, units = _samples(one.run, metric, split)
    return CellResult(
        one.seed,
        one.fold,
        one.result.scores.get(metric),
        one.result.judged_on,
        scores,
        units,
        _curve(one.history, metric),
        _confusion(one.run, split),
        one.result.run,
    )


def _curve(history: History, metric: str) -> tuple[tuple[int, float], ...]:
    return tuple(zip(*history.series(f"valid/{metric}"), strict=True))


def _confusion(run: RunFolder, split: str) -> np.ndarray | None:
    found = _confused(run, split)
    return None if found is None else found[1]


def _samples(run: RunFolder, metric: str, split: str) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Scores of samples and which samples (or groups) they are; nothing where a run keeps none, or they are damaged."""
    folder = Weights(run.path).looks / f"evaluation-{split}"
    if not (folder / "arrays.npz").is_file():
        return None, None
    try:
        records = load_records(folder)
    except RequestError:
        return None, None
    found = sample_scores(metric, records)
    units = records.get("groups", records.get("rows"))
    if found is None or units is None:
        return None, None
    at, scores = found
    return scores, units[at]
