"""Records of a pretended run."""

from __future__ import annotations

from typing import Any


def records(epochs: int, phase: str = "train", first: float = 1.0) -> list[dict[str, Any]]:
    return [
        {
            "phase": phase,
            "epoch": e,
            "step": 10 * e,
            "train/loss": first / e,
            "valid/loss": first / e + 0.1 * (e > 3),
            "learning_rate": 0.1 / e,
        }
        for e in range(1, epochs + 1)
    ]
