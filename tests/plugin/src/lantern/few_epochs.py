"""A finding: training was short."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding


def check(evidence: Evidence) -> Finding | None:
    """Fewer than three epochs."""
    epochs = evidence.train.epochs
    if epochs >= 3:
        return None
    return Finding(
        severity="note",
        title="Lantern finds the training short",
        seen=f"{epochs} epochs were trained.",
        meaning="The model has hardly seen its data.",
        advice="Train longer.",
        settings=("train.epochs=10",),
    )
