"""The page and the program's table come from the cells that are there, whatever is still missing."""

from __future__ import annotations

from typing import Any

from bench.choosing_page import MARKER, page, summary


def _cell(minutes: float, seed: int, score: float) -> dict[str, Any]:
    return {
        "data": "digits",
        "candidate": "small-signs",
        "samples": 1258,
        "minutes": minutes,
        "seed": seed,
        "metric": "accuracy",
        "score": score,
        "epochs": {"train": 40},
        "seconds": 27.0,
        "machine": "a machine",
    }


def test_seeds_become_their_mean_and_minutes_columns() -> None:
    cells = [_cell(2, 0, 0.98), _cell(2, 1, 0.96), _cell(5, 0, 0.99)]
    assert [(row["minutes"], row["score"]) for row in summary(cells)] == [(2, 0.97), (5, 0.99)]
    text = page(f"# Choosing\n\n{MARKER}\nold", cells)
    assert "| `small-signs` | 0.9700 | 0.9900 | 40, 40 | 27, 27 |" in text
    assert "old" not in text
