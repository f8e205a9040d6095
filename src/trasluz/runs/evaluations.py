"""The evaluations of data and of samples that a run keeps under ``looks/``: those of the weights asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trasluz.errors import RunError
from trasluz.evaluation import sample_evaluation
from trasluz.evaluation.evaluation import MODEL, Evaluation, load_evaluation, load_summary
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.files import read_arrays, whole_folder
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
        found = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))[MODEL]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if found is None else str(found)


def load_samples(weights: Weights) -> SampleEvaluation | None:
    """What ``SampleEvaluation.save`` wrote; ``None`` when the samples of these weights were not judged yet.

    Raises:
        RunError: files are missing or damaged.
    """

    def read(folder: Path) -> SampleEvaluation | None:
        return _samples_in(folder, weights) if folder.is_dir() else None

    return whole_folder(read)(weights.looks / sample_evaluation.FOLDER)


def _samples_in(folder: Path, weights: Weights) -> SampleEvaluation | None:
    try:
        plain = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
        if not weights.made(plain.pop(sample_evaluation.MODEL, None)):
            return None
        arrays, examples = read_arrays(folder / "arrays.npz"), read_arrays(folder / "examples.npz")
        plain["intervals"] = {name: (low, high) for name, (low, high) in plain["intervals"].items()}
        for name in ("classes", "shares", "real_shares", "notes"):
            plain[name] = tuple(plain[name])
        return SampleEvaluation(**plain, arrays=arrays, examples=examples)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = _(
            "{path}: what is known of the samples is damaged ({reason}); run `trasluz evaluate --classifier` again."
        )
        raise RunError(message.format(path=folder, reason=error)) from None
