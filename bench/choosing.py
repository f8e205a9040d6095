"""What each candidate reaches in 2, 5 and 15 minutes on eleven data sets: what ``trasluz train DATA`` chooses by.

A cell is a data set, a candidate and a number of minutes; it is trained as a user would, and the held-out part is read
once, at its end.  Cells are kept in ``--work``, so that the measurement can be stopped and gone on with; from those
there ``docs/choosing.md`` gets its table, and the program its sentence of what faster costs
(``src/trasluz/choosing/measured.json``).

    python -m bench.choosing [--only cats-dogs digits …] [--minutes 2 5 15] [--candidates NAME …] [--work DIR]

All of it takes hours.  ``--plan`` only chooses: it measures the pace, which needs a machine that does nothing else for
a few minutes, and keeps each cell's recipe with the epochs that follow.  The same command without it then trains these
recipes, whatever else the machine does: they give the same bits, and their seconds are those that were expected.
Recipes of one data set that came out the same, because the candidate had its most epochs, are trained once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trasluz as tz
from bench.choosing_data import CASES, made
from bench.choosing_page import write
from bench.machine import machine
from trasluz.api.choosing import _found, choose_for
from trasluz.choosing.candidates.base import Case as Asked
from trasluz.choosing.choose import CANDIDATES
from trasluz.choosing.facts import Facts
from trasluz.choosing.look import look
from trasluz.recipe import DataSection, from_yaml
from trasluz.reporting import Reporter

ROOT = Path(__file__).parent.parent
MINUTES = (2.0, 5.0, 15.0)


def fitting(name: str, facts: Facts) -> list[str]:
    """The candidates that can be trained on a case."""
    purpose = CASES[name].purpose
    weights = _found(None) if facts.kind == "image" else ()
    asked = Asked(facts, purpose, weights)  # type: ignore[arg-type]  # cases name purposes that there are
    every = ((each, CANDIDATES.find(each).Candidate()) for each in CANDIDATES.names())
    return [each for each, candidate in every if candidate.purpose == purpose and candidate.fits(asked)]


@dataclass(frozen=True)
class Cell:
    """A data set, a candidate, minutes and a seed, with its files in ``work``."""

    data: str
    candidate: str
    minutes: float
    seed: int
    work: Path

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.data}-{self.candidate}-{self.minutes:g}-{self.seed}"

    @property
    def result(self) -> Path:
        """What came out."""
        return self.work / "cells" / f"{self.name}.json"

    @property
    def plan(self) -> Path:
        """The recipe that was chosen, and what the choice says, where it was planned before."""
        return self.work / "plans" / f"{self.name}.json"


def plan(cell: Cell) -> dict[str, Any]:
    """The recipe that is chosen on this machine, as it is now."""
    train, _held = made(cell.data, cell.work)
    asked: dict[str, Any] = {
        "minutes": cell.minutes,
        "purpose": CASES[cell.data].purpose,
        "only": cell.candidate,
        "seed": cell.seed,
    }
    with choose_for(train, reporter=Reporter(), **asked) as chosen:
        return {"recipe": chosen.recipe.to_yaml(), "choice": chosen.facts}


def measure(cell: Cell, facts: Facts) -> dict[str, Any]:
    """One cell: trained, and judged once on what was held out."""
    _train, held = made(cell.data, cell.work)
    runs, case = cell.work / "runs" / cell.name, CASES[cell.data]
    planned = cell.plan.exists()
    started = time.perf_counter()
    found = json.loads(cell.plan.read_text(encoding="utf-8")) if planned else plan(cell)
    twin = next(_twins(cell, found["recipe"]), None)
    if twin is not None:
        return {**twin, "minutes": cell.minutes}
    shutil.rmtree(runs, ignore_errors=True)
    run = tz.train(from_yaml(found["recipe"], cell.name), runs=runs, reporter=Reporter())
    seconds, told = time.perf_counter() - started, found["choice"]
    expected = told["seconds_before"] + told["seconds_expected"]
    judged = run.evaluate(data=held)
    return {
        "data": cell.data,
        "candidate": cell.candidate,
        "samples": facts.samples,
        "minutes": cell.minutes,
        "seed": cell.seed,
        "metric": case.metric,
        "score": judged.metrics[case.metric],
        "interval": list(judged.intervals.get(case.metric, ())),
        "baselines": {base: scores[case.metric] for base, scores in judged.baselines.items() if case.metric in scores},
        "held_out": judged.count,
        "epochs": {phase: epochs["count"] for phase, epochs in told["epochs"].items()},
        "planned": planned,
        "seconds": round(expected if planned else seconds, 1),
        "seconds_expected": round(expected, 1),
        "recipe": found["recipe"],
        "machine": machine(),
    }


def _twins(cell: Cell, recipe: str) -> Iterator[dict[str, Any]]:
    """What came out for other minutes by the same recipe, which gives the same bits."""
    for file in sorted((cell.work / "cells").glob(f"{cell.data}-{cell.candidate}-*-{cell.seed}.json")):
        known = json.loads(file.read_text(encoding="utf-8"))
        if known["candidate"] == cell.candidate and known.get("recipe") == recipe:
            yield known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=tuple(CASES), default=tuple(CASES))
    parser.add_argument("--candidates", nargs="+", help="only these; otherwise all that fit")
    parser.add_argument("--minutes", nargs="+", type=float, default=MINUTES)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "choosing", help="where data, runs and cells lie")
    parser.add_argument("--plan", action="store_true", help="only choose the recipes, while nothing else runs")
    parser.add_argument("--page", action="store_true", help="only write the page and the table from the cells there")
    asked = parser.parse_args()
    cells = asked.work / "cells"
    for folder in (cells, asked.work / "plans"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in () if asked.page else asked.only:
        facts = look(DataSection(source=str(made(name, asked.work)[0])), Reporter())
        for candidate in asked.candidates or fitting(name, facts):
            for minutes in asked.minutes:
                for seed in range(asked.seeds):
                    _do(Cell(name, candidate, minutes, seed, asked.work), facts, asked.plan)
    write(cells)


def _do(cell: Cell, facts: Facts, only_plan: bool) -> None:
    """Plans or measures what is not there yet."""
    if cell.result.exists() or (only_plan and cell.plan.exists()):
        return
    if only_plan:
        found = plan(cell)
        cell.plan.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{cell.name}: {found['choice']['epochs']}", file=sys.stderr)
        return
    measured = measure(cell, facts)
    cell.result.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{cell.name}: {measured['score']:.4f} in {measured['seconds']:.0f} s", file=sys.stderr)
    write(cell.result.parent)


if __name__ == "__main__":
    main()
