"""Evidence of made runs: small records in which a fault is there, or is not, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.findings.spoken import check_advice
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.findings.base import check_all, find
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.findings.trying import effective
from trasluz.recipe import Recipe

SPLITS = {"train": 4000, "valid": 1000}


def history(rate: float | Iterable[float] = 0.001, **series: Sequence[float]) -> list[dict[str, Any]]:
    """One record per epoch; ``train_loss`` becomes ``train/loss``."""
    count = len(next(iter(series.values())))
    rates = [rate] * count if isinstance(rate, float) else list(rate)
    keys = {
        name: name.replace("train_eval_", "train_eval/") if "_eval_" in name else name.replace("_", "/", 1)
        for name in series
    }
    return [
        {
            "phase": "train",
            "epoch": i + 1,
            "learning_rate": rates[i],
            **{keys[n]: float(v[i]) for n, v in series.items()},
        }
        for i in range(count)
    ]


def audit(**changes: Any) -> dict[str, Any]:
    """Of clean data, unless changed."""
    none = {"within": {}, "across": {"train/valid": 0}, "examples": []}
    clean = {"kind": "image", "shape": [8, 8, 1], "splits": SPLITS, "exact_duplicates": none, "near_duplicates": none}
    return {**clean, "classes": {}, "imbalance": 1.0, **changes}


def evidence(
    set: Mapping[str, Any] | None = None,
    *,
    records: Sequence[Mapping[str, Any]] = (),
    evaluation: Evaluation | None = None,
    samples: SampleEvaluation | None = None,
    **info: Any,
) -> Evidence:
    """A finished run of a recipe that ``set`` changes."""
    recipe = Recipe().override(dict(set or {}))
    known = {"status": "finished", "splits": SPLITS, "audit": audit(), **info}
    found = {} if evaluation is None else {evaluation.split: evaluation}
    return Evidence(recipe, known, records, found, samples)


def classified(confusion: Sequence[Sequence[int]], **more: Any) -> Evaluation:
    """An evaluation of validation out of a confusion matrix, with its accuracy, recalls and majority class."""
    matrix = np.array(confusion, np.int64)
    there, count = matrix.sum(1), int(matrix.sum())
    classes = tuple("abcdefghij"[: len(matrix)])
    recall = {
        name: {"recall": float(matrix[i, i] / max(there[i], 1)), "support": float(there[i])}
        for i, name in enumerate(classes)
    }
    metrics = {"accuracy": float(np.trace(matrix) / count), **more.pop("metrics", {})}
    majority = {"majority class": {"accuracy": float(there.max() / count)}}
    given = {"baselines": majority, "classes": classes, "per_class": recall, "confusion": matrix, **more}
    return Evaluation("valid", count, metrics, **given)


def rebuilt(metrics: Mapping[str, float], **more: Any) -> Evaluation:
    """An evaluation of reconstructions or samples on validation."""
    return Evaluation("valid", 1000, dict(metrics), **more)


def judged(shares: Sequence[float] = (0.25, 0.25, 0.25, 0.25), count: int = 2000, **metrics: float) -> SampleEvaluation:
    """Samples of four classes; real ones are even, cover 0.9 and have 1 % beside training images."""
    real = {"coverage": 0.9, "copies_share": 0.01}
    return SampleEvaluation(
        split="valid",
        classifier="judge",
        same_data=True,
        count=count,
        held_out=1000,
        train=4000,
        features=64,
        seed=0,
        source="prior",
        metrics={**real, **metrics},
        intervals={},
        real=real,
        classes=("a", "b", "c", "d"),
        shares=tuple(shares),
        real_shares=(0.25,) * 4,
    )


def found(rule: str, of: Evidence) -> Finding:
    """What ``rule`` finds, which ``check_all`` finds too; its words are whole, each setting changes something, and the
    advice speaks of what the settings change."""
    finding = find(rule).check(of)
    assert finding is not None
    assert rule in {each.rule for each in check_all(of)}
    for text in (finding.title, finding.seen, finding.meaning, finding.advice, finding.refuted_by):
        assert text
        assert "{" not in text
    assert effective(of.recipe, finding.settings) == finding.settings  # each changes the recipe, and can be set
    check_advice(finding)
    return finding


def not_found(rule: str, of: Evidence) -> None:
    """``rule`` finds nothing."""
    assert find(rule).check(of) is None
