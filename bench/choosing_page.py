"""The table of ``docs/choosing.md`` and the program's own (``measured.json``), from the cells of ``bench.choosing``."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.choosing_data import CASES
from trasluz.choosing.measured import FILE

PAGE = Path(__file__).parent.parent / "docs" / "choosing.md"
MARKER = "<!-- Below, everything is written by `python -m bench.choosing`. -->"
COMMAND = "python -m bench.choosing"
_KEPT = ("data", "candidate", "samples", "minutes", "metric")


def write(cells: Path) -> None:
    """Writes both from the cells that are there; leaves them alone where there are none."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(cells.glob("*.json"))]
    if not found:
        return
    table = summary(found)
    text = {"command": COMMAND, "machine": found[-1]["machine"], "cells": table}
    FILE.write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")


def summary(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row per data set, candidate and minutes: the mean over seeds."""
    groups: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for cell in found:
        groups[tuple(cell[name] for name in _KEPT)].append(cell["score"])
    rows = [{**dict(zip(_KEPT, key, strict=True)), "score": round(statistics.fmean(s), 5)} for key, s in groups.items()]
    return sorted(rows, key=lambda row: (list(CASES).index(row["data"]), row["candidate"], row["minutes"]))


def page(now: str, found: list[dict[str, Any]]) -> str:
    """The page with the table below its marker."""
    rows = summary(found)
    minutes = sorted({row["minutes"] for row in rows})
    head = ["data", "candidate", *(f"{each:g} min" for each in minutes), "epochs", "seconds"]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _name in head)} |"]
    for name, candidate in dict.fromkeys((row["data"], row["candidate"]) for row in rows):
        of_row = [cell for cell in found if (cell["data"], cell["candidate"]) == (name, candidate)]
        scores = [_score(rows, name, candidate, each) for each in minutes]
        epochs = ", ".join(_each(of_row, each, lambda c: "+".join(map(str, c["epochs"].values()))) for each in minutes)
        seconds = ", ".join(_each(of_row, each, _seconds) for each in minutes)
        lines.append(f"| {CASES[name].told} | `{candidate}` | {' | '.join(scores)} | {epochs} | {seconds} |")
    told = (
        "On held-out data that nothing else was measured on: accuracy, of the unlabelled photographs the mean squared "
        "error. Means over seeds where there are several. Seconds with ≈ are those that were expected, of epochs that "
        "were fixed while nothing else ran and trained later, which gives the same bits. "
        f"`{COMMAND}`, {found[-1]['machine']}"
    )
    return now.split(MARKER)[0] + MARKER + "\n\n" + told + "\n\n" + "\n".join(lines) + "\n"


def _seconds(cell: dict[str, Any]) -> str:
    return ("≈ " if cell.get("planned") else "") + f"{cell['seconds']:.0f}"


def _score(rows: list[dict[str, Any]], name: str, candidate: str, minutes: float) -> str:
    found = [r for r in rows if (r["data"], r["candidate"], r["minutes"]) == (name, candidate, minutes)]
    return f"{found[0]['score']:.4f}" if found else ""


def _each(cells: list[dict[str, Any]], minutes: float, told: Any) -> str:
    found = [cell for cell in cells if cell["minutes"] == minutes]
    return told(found[0]) if found else "–"
