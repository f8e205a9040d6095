"""Trials of made studies: their fields, and answers whose true accuracies are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np

from tests.metrics.made_scores import made_scores
from trasluz.search.trial_results import CellResult, TrialResult


def grid(**fields: list[Any]) -> list[dict[str, Any]]:
    """Every setting of ``fields`` (double underscores are dots)."""
    names = [name.replace("__", ".") for name in fields]
    return [dict(zip(names, values, strict=True)) for values in product(*fields.values())]


def made_trials(
    settings: list[dict[str, Any]],
    truth: Callable[[Mapping[str, Any]], float],
    *,
    count: int = 200,
    seeds: int = 1,
    alike: float = 0.6,
    samples: bool = True,
    number: int = 0,
) -> list[TrialResult]:
    """A trial for each of ``settings``; without ``samples`` only the scores of cells are known."""
    generator = np.random.default_rng(number)
    answers = made_scores(np.array([truth(one) for one in settings]), count * seeds, alike, generator)
    trials = []
    for i, (own, right) in enumerate(zip(settings, answers, strict=True)):
        cells = tuple(_cell(seed, right[seed * count : (seed + 1) * count], samples) for seed in range(seeds))
        trials.append(TrialResult(f"trial-{i}", own, cells, parameters=100 + i, epochs=3.0))
    return trials


def _cell(seed: int, right: np.ndarray, samples: bool) -> CellResult:
    score = float(right.mean())
    curve = tuple((epoch, score * epoch / 3) for epoch in (1, 2, 3))
    wrong = int((1 - right).sum())
    confusion = np.array([[len(right) // 2 - wrong // 2, wrong // 2], [wrong - wrong // 2, len(right) // 2]])
    kept = (right, np.arange(len(right)) + 1000 * seed) if samples else (None, None)
    return CellResult(seed, None, score, f"split-{seed}", *kept, curve, confusion, f"run-{seed}")
