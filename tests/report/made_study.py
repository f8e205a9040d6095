"""The page of a made study: a grid with trials that failed or were pruned, and one batch size too many."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from tests.search.made_trials import grid, made_trials
from trasluz.draw.resting import StudyResting
from trasluz.reading import checked
from trasluz.recipe.study import Study
from trasluz.report.study import Shown, write_study_page
from trasluz.search import tested
from trasluz.search.outer_score import OuterChoice, OuterScore, Pooled, outer_score
from trasluz.search.table import Result, make_table
from trasluz.search.trial_results import CellResult, TrialResult
from trasluz.search.winner import find_winner

RATE, HIDDEN = "train.optimiser.learning_rate", "model.network.hidden"
CLASSES = tuple(f"digit {i}" for i in range(10))


def study_trials() -> list[TrialResult]:
    """45 trials of two seeds each: of the largest rate all failed, and five were pruned."""
    settings = grid(
        train__optimiser__learning_rate=[0.001, 0.01, 0.1],
        model__network__hidden=[50, 80, 100],
        train__epochs=[50, 100, 150, 200, 250],
    )
    quality = {0.001: 0.9, 0.01: 0.84, 0.1: 0.2}
    trials = made_trials(settings, lambda one: quality[one[RATE]] + one[HIDDEN] / 5000, seeds=2)
    return [_changed(i, trial) for i, trial in enumerate(trials)]


def _changed(number: int, trial: TrialResult) -> TrialResult:
    if trial.fields[RATE] == 0.1:
        return dataclasses.replace(trial, cells=(), status="failed")
    cells = tuple(_with_confusion(cell, number) for cell in trial.cells)
    if number % 6 == 5:
        cells = tuple(dataclasses.replace(cell, curve=cell.curve[:2]) for cell in cells)
        return dataclasses.replace(trial, cells=cells, status="pruned")
    return dataclasses.replace(trial, cells=cells)


def _with_confusion(cell: CellResult, number: int) -> CellResult:
    generator = np.random.default_rng(number)
    counts = generator.poisson(0.3, (10, 10)) + np.diag(generator.poisson(18, 10))
    return dataclasses.replace(cell, confusion=counts)


def write_made_study(folder: Path, language: str = "en", trials: list[TrialResult] | None = None) -> Path:
    """The page of ``trials``."""
    trials = study_trials() if trials is None else trials
    variants = {trial.name: dict(trial.fields) for trial in trials}
    study = Study(name="made", base="mnist-mlp", variants=variants, seeds=2, metrics=("accuracy",))
    results = [
        Result(trial.name, i, cell.run, {"accuracy": float(cell.score or 0)}, 1.0, 3, trial.parameters)
        for trial in trials
        for i, cell in enumerate(trial.cells)
    ]
    table = make_table(results, variants, study.compared_with, study.metrics)
    winner = find_winner(trials, "accuracy", rises=True)
    resting = StudyResting(study.compared_with, None, (), few=False)
    shown = Shown({}, {}, {}, resting, len(results), tuple(trials), winner, "accuracy", CLASSES)
    shown = dataclasses.replace(shown, outer=_outer(trials), tested=_tested(winner.best))
    return write_study_page(folder, study, table, shown, language)


def _outer(trials: list[TrialResult]) -> OuterScore | None:
    done = [trial for trial in trials if trial.score is not None][:5]
    choices = [
        OuterChoice(f"outer-{i}", one.name, one.fields, float(one.score or 0), 0.88 + i / 100, 40, (f"run-{i}",))
        for i, one in enumerate(done)
    ]
    pooled = Pooled(0.9, 0.85, 0.94, 200)
    return outer_score(choices, 5, "accuracy", True, folds=5, pooled=pooled, whole=done[0].fields if done else None)


def _tested(best: str) -> tested.Tested:
    numbers = {"score": 0.9, "low": 0.88, "high": 0.92, "expected": 0.91, "expected_low": 0.89, "expected_high": 0.93}
    told = {"values": {RATE: 0.001}, "runs": ["a", "b"], "scores": {"accuracy": 0.9}, "intervals": {}, **numbers}
    told |= {"trial": best, "metric": "accuracy", "rises": True, "chosen_by": 0.93, "by": "samples", "samples": 1000}
    return checked(tested.Tested, {**told, "read": "2026-11-29T12:00:00+00:00", "mixed": True})
