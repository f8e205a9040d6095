"""Attacks Trasluz at length and writes docs/reliability.md: what was tried, how often, what happened.

    python -m attack.run [--only hostile_inputs …] [--seed 0] [--count N]

Each part (``attack/parts``) keeps its numbers in docs/reliability/, from which the page is made; ends with 1 when an
attempt went wrong.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from attack import parts
from attack.attempt import Attempt
from bench.machine import machine

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs" / "reliability"
PAGE = ROOT / "docs" / "reliability.md"
_MOST_ROWS = 40  # of a table on the page
_LEAD = """# Reliability

What was done to Trasluz on purpose, how often, and what came of it: `make attack` runs all of it again. An attempt goes
wrong when something is executed that nobody allowed, a command hangs, grows beyond 2 GB, shows a traceback or says
"unexpected", or when a run is lost, stuck, written twice or differs by a bit.
"""


def names() -> list[str]:
    """The parts there are."""
    return sorted(info.name for info in pkgutil.iter_modules(parts.__path__) if not info.name.startswith("_"))


def attack(name: str, seed: int, count: int | None) -> dict[str, Any]:
    """Runs one part and gives its numbers: attempts and faults by door and kind, seconds, memory, machine and date."""
    part = importlib.import_module(f"attack.parts.{name}")
    started, found = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="trasluz-attack-") as folder:
        for attempt in part.attempts(seed, count or part.COUNT, Path(folder)):
            found.append(attempt)
            if attempt.fault:
                print(f"  WRONG {attempt.door} · {attempt.kind}: {attempt.fault}", flush=True)
    rows = _rows(found)
    told = {"title": part.TITLE, "seed": seed, "minutes": round((time.monotonic() - started) / 60, 1)}
    return {**told, "machine": machine(), "rows": rows}


def _rows(found: list[Attempt]) -> list[dict[str, Any]]:
    groups: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in found:
        groups[attempt.door, attempt.kind].append(attempt)
    return [
        {
            "door": door,
            "kind": kind,
            "attempts": len(group),
            "faults": [attempt.fault for attempt in group if attempt.fault],
            "slowest": round(max(attempt.seconds for attempt in group), 1),
            "largest": round(max(attempt.memory for attempt in group) / 2**20),
        }
        for (door, kind), group in groups.items()
    ]


def page() -> str:
    """docs/reliability.md from what is kept."""
    lines = [_LEAD]
    for path in sorted(KEPT.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        tried = sum(row["attempts"] for row in told["rows"])
        wrong = sum(len(row["faults"]) for row in told["rows"])
        lines += [f"## {told['title']}", ""]
        lines += [
            f"{tried} attempts, {wrong} went wrong. `python -m attack.run --only {path.stem}`, seed {told['seed']},"
        ]
        lines += [f"{told['minutes']} minutes, {told['machine']}.", ""]
        if "note" in told:
            lines += [told["note"], ""]
        rows = told["rows"] if len(told["rows"]) <= _MOST_ROWS else _by_door(told["rows"])
        lines += ["| where | what | attempts | went wrong | slowest (s) | most memory (MB) |"]
        lines += ["| --- | --- | ---: | ---: | ---: | ---: |"]
        for row in rows:
            memory = row["largest"] or "not measured"
            cells = [row["door"], row["kind"], row["attempts"], len(row["faults"]), row["slowest"], memory]
            lines += ["| " + " | ".join(map(str, cells)) + " |"]
        lines += [""]
    return "\n".join(lines)


def _by_door(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per door, where a table of every kind would be pages long; the JSON beside the page has them all."""
    doors: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        doors[row["door"]].append(row)
    return [
        {
            "door": door,
            "kind": f"{len(group)} kinds",
            "attempts": sum(row["attempts"] for row in group),
            "faults": [fault for row in group for fault in row["faults"]],
            "slowest": max(row["slowest"] for row in group),
            "largest": max(row["largest"] for row in group),
        }
        for door, group in sorted(doors.items())
    ]


def main() -> None:
    """Runs the parts asked for, keeps their numbers, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=names())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int)
    asked = parser.parse_args()
    wrong = 0
    for name in asked.only or names():
        print(f"{name} …", flush=True)
        told = attack(name, asked.seed, asked.count)
        wrong += sum(len(row["faults"]) for row in told["rows"])
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(page(), encoding="utf-8")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
