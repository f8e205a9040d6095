"""The page of a made study: a grid with trials that failed or were pruned, and one batch size too many."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from tests.search.made_trials import grid, made_trials
from trasluz.draw.resting import StudyResting
from trasluz.recipe.study import Study
from trasluz.report.study import Shown, write_study_page
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
    return write_study_page(folder, study, table, shown, language)
