"""The evaluations of data and of samples that a run keeps under ``looks/``: those of the weights asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from trasluz.errors import DamagedError
from trasluz.evaluation import sample_evaluation
from trasluz.evaluation.evaluation import MODEL, Evaluation, Held, load_evaluation, load_summary
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.evaluation.shapes import check_shapes
from trasluz.files import whole_folder
from trasluz.messages import _, told_again
from trasluz.reading import checked, read_arrays, read_json, read_sealed
from trasluz.runs.weights import Weights


def load_evaluations(weights: Weights) -> dict[str, Evaluation]:
    """The evaluations of these weights by split; those of weights that the run had before are left out.

    Raises:
        DamagedError: files are missing or damaged.
    """
    found = {}
    for folder in sorted(weights.looks.glob("evaluation-*")):
        if weights.made(_model_of(folder)):
            found[folder.name.removeprefix("evaluation-")] = load_evaluation(folder)
    return found


def load_evaluation_summary(weights: Weights, split: str) -> dict[str, Any] | None:
    """``Evaluation.summary`` of these weights on ``split``, ``None`` where there is none; reads no arrays.

    Raises:
        DamagedError: the file is damaged.
    """
    folder = weights.looks / f"evaluation-{split}"
    if not folder.is_dir():
        return None
    plain = load_summary(folder)
    return plain if weights.made(plain.pop(MODEL, None)) else None


def _model_of(folder: Path) -> str | None:
    """The digest of the weights that an evaluation is of, where it says so; what is damaged is told by reading it."""
    try:
        found = read_json(folder / "evaluation.json")
    except (OSError, ValueError):
        return None
    model = found.get(MODEL) if isinstance(found, dict) else None
    return model if isinstance(model, str) else None


def load_samples(weights: Weights) -> SampleEvaluation | None:
    """What ``SampleEvaluation.save`` wrote; ``None`` when the samples of these weights were not judged yet.

    Raises:
        DamagedError: files are missing or damaged.
    """

    def read(folder: Path) -> SampleEvaluation | None:
        return _samples_in(folder, weights) if folder.is_dir() else None

    return whole_folder(read)(weights.looks / sample_evaluation.FOLDER)


def _samples_in(folder: Path, weights: Weights) -> SampleEvaluation | None:
    try:
        plain = read_sealed(folder / "samples.json")
        found = checked(_Samples, plain)
        shares = {name: value for name, value in found.metrics.items() if name.endswith("_share")}
        checked(dict[str, Annotated[float, Field(ge=0, le=1)]], shares)
        if not weights.made(plain.pop(sample_evaluation.MODEL, None)):
            return None
        arrays, examples = read_arrays(folder / "arrays.npz"), read_arrays(folder / "examples.npz")
        check_shapes(arrays, _RECORDS, frozenset(_RECORDS))
        check_shapes(examples, _EXAMPLES, frozenset(_EXAMPLES))
        for name in ("intervals", "real_intervals"):
            plain[name] = {metric: (low, high) for metric, (low, high) in plain.get(name, {}).items()}
        for name in ("classes", "shares", "real_shares"):
            plain[name] = tuple(plain.get(name, ()))
        plain["notes"] = tuple(map(told_again, plain.get("notes", ())))
        return SampleEvaluation(**plain, arrays=arrays, examples=examples)
    except (OSError, ValueError) as error:
        message = _(
            "{path}: what is known of the samples is damaged ({reason}); run `trasluz evaluate --classifier` again."
        )
        raise DamagedError(message.format(path=folder, reason=str(error).rstrip("."))) from None


Count = Annotated[int, Field(ge=0, lt=2**53)]
Bounds = Annotated[list[float], Field(min_length=2, max_length=2)]
_RECORDS = {"predicted": "int n", "distances": "float n", "neighbours": "int n"}
_EXAMPLES = {"images": "uint8 s h w c", "closest": "uint8 m h w c", "positions": "int m", "neighbours": "uint8 m a b d"}


class _Samples(BaseModel):
    """``SampleEvaluation.summary`` as it comes out of a file."""

    model_config = ConfigDict(strict=True, extra="forbid")
    split: str
    classifier: str
    same_data: bool
    count: Count
    held_out: Count
    train: Count
    features: Count
    seed: int
    source: str
    metrics: dict[str, float]
    intervals: dict[str, Bounds]
    real_intervals: dict[str, Bounds] = {}
    real: dict[str, float]
    classes: list[str]
    shares: list[float]
    real_shares: list[float]
    notes: list[str | Held] = []
    model: str | None = None
