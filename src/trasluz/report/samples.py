"""The example images of an evaluation with what the model said of each: what galleries and confusion cells show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.evaluation.evaluation import Evaluation


@dataclass(frozen=True)
class Sample:
    """One example: its place in ``examples``, its row in the data, and what is known of it.

    ``rank`` is the share of all evaluated samples with a smaller error; ``file`` its name, empty where not known.
    """

    index: int
    row: int
    label: int | None = None
    predicted: int | None = None
    confidence: float = 0.0
    error: float | None = None
    rank: float = 0.0
    file: str = ""


def has_images(evaluation: Evaluation | None) -> bool:
    """Whether example images were kept."""
    return (
        evaluation is not None and len(evaluation.examples.get("images", ())) > 0 and "positions" in evaluation.examples
    )


def classified(evaluation: Evaluation) -> list[Sample]:
    """Examples with a label and a prediction, most confident first; empty for evaluations without."""
    labels, probabilities = evaluation.arrays.get("labels"), evaluation.arrays.get("probabilities")
    if labels is None or probabilities is None or labels.ndim != 1 or not has_images(evaluation):
        return []
    samples = []
    for index, position in enumerate(evaluation.examples["positions"]):
        said = int(np.argmax(probabilities[position]))
        certain = float(probabilities[position, said])
        row, file = _row(evaluation, position), _file(evaluation, index)
        samples.append(Sample(index, row, int(labels[position]), said, certain, file=file))
    return sorted((s for s in samples if s.label is not None and s.label >= 0), key=lambda s: -s.confidence)


def reconstructed(evaluation: Evaluation) -> list[Sample]:
    """Examples with a reconstruction and its error, smallest error first; empty for evaluations without."""
    error = evaluation.arrays.get("error")
    if error is None or "reconstructions" not in evaluation.examples or not has_images(evaluation):
        return []
    positions = evaluation.examples["positions"]
    ranks = np.argsort(np.argsort(error, kind="stable")) / max(len(error) - 1, 1)
    samples = [
        Sample(i, _row(evaluation, p), error=float(error[p]), rank=float(ranks[p]), file=_file(evaluation, i))
        for i, p in enumerate(positions)
    ]
    return sorted(samples, key=lambda s: s.error or 0.0)


def _row(evaluation: Evaluation, position: int) -> int:
    rows = evaluation.arrays.get("rows")
    return int(rows[position]) if rows is not None else int(position)


def _file(evaluation: Evaluation, index: int) -> str:
    files = evaluation.examples.get("files")
    fits = files is not None and files.dtype.kind == "U" and files.ndim == 1 and index < len(files)
    return str(files[index]) if fits and files is not None else ""
