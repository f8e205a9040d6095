"""The evaluations of data and of samples that a run keeps under ``looks/``: those of the weights asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trasluz.errors import RunError
from trasluz.evaluation import sample_evaluation
from trasluz.evaluation.evaluation import MODEL, Evaluation, load_evaluation, load_summary
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.files import open_regular, read_json
from trasluz.messages import _
from trasluz.runs.weights import Weights


def load_evaluations(weights: Weights) -> dict[str, Evaluation]:
    """The evaluations of these weights by split; those of weights that the run had before are left out.

    Raises:
        RunError: files are missing or damaged.
    """
    found = {}
    for folder in sorted(weights.looks.glob("evaluation-*")):
        if weights.made(_model_of(folder)):
            found[folder.name.removeprefix("evaluation-")] = load_evaluation(folder)
    return found


def load_evaluation_summary(weights: Weights, split: str) -> dict[str, Any] | None:
    """``Evaluation.summary`` of these weights on ``split``, ``None`` where there is none; reads no arrays.

    Raises:
        RunError: the file is damaged.
    """
    folder = weights.looks / f"evaluation-{split}"
    if not folder.is_dir():
        return None
    plain = load_summary(folder)
    return plain if weights.made(plain.pop(MODEL, None)) else None


def _model_of(folder: Path) -> str | None:
    """The digest of the weights that an evaluation is of, where it says so; what is damaged is told by reading it."""
    try:
        found = read_json(folder / "evaluation.json")[MODEL]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if found is None else str(found)


def load_samples(weights: Weights) -> SampleEvaluation | None:
    """What ``SampleEvaluation.save`` wrote; ``None`` when the samples of these weights were not judged yet.

    Raises:
        RunError: files are missing or damaged.
    """
    folder = weights.looks / sample_evaluation.FOLDER
    if not folder.is_dir():
        return None
    try:
        plain = read_json(folder / "samples.json")
        if not weights.made(plain.pop(sample_evaluation.MODEL, None)):
            return None
        arrays, examples = _arrays(folder / "arrays.npz"), _arrays(folder / "examples.npz")
        plain["intervals"] = {name: (low, high) for name, (low, high) in plain["intervals"].items()}
        for name in ("classes", "shares", "real_shares", "notes"):
            plain[name] = tuple(plain[name])
        return SampleEvaluation(**plain, arrays=arrays, examples=examples)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = _(
            "{path}: what is known of the samples is damaged ({reason}); run `trasluz evaluate --classifier` again."
        )
        raise RunError(message.format(path=folder, reason=error)) from None


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with open_regular(path) as file, np.load(file, allow_pickle=False) as stored:
        return dict(stored)
