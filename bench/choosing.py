"""What each candidate reaches in 2, 5 and 15 minutes on eleven data sets: what ``trasluz train DATA`` chooses by.

A cell is a data set, a candidate and a number of minutes; it is trained as a user would, and the held-out part is read
once, at its end.  Cells are kept in ``--work``, so that the measurement can be stopped and gone on with; from those
there ``docs/choosing.md`` gets its table, and the program its sentence of what faster costs
(``src/trasluz/choosing/measured.json``).

    python -m bench.choosing [--only cats-dogs digits …] [--minutes 2 5 15] [--candidates NAME …] [--work DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from bench.choosing_data import CASES, made
from bench.choosing_page import write
from bench.machine import machine
from trasluz.api.choosing import _found
from trasluz.api.training import train_for
from trasluz.choosing.candidates.base import Case as Asked
from trasluz.choosing.choose import CANDIDATES
from trasluz.choosing.facts import Facts
from trasluz.choosing.look import look
from trasluz.recipe import DataSection
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


def measure(name: str, candidate: str, minutes: float, facts: Facts, work: Path, seed: int) -> dict[str, Any]:
    """One cell: trained, and judged once on what was held out."""
    train, held = made(name, work)
    runs, case = work / "runs" / f"{name}-{candidate}-{minutes:g}-{seed}", CASES[name]
    shutil.rmtree(runs, ignore_errors=True)
    started = time.perf_counter()
    run = train_for(train, runs, Reporter(), minutes=minutes, purpose=case.purpose, only=candidate, seed=seed)
    seconds = time.perf_counter() - started
    found = run.evaluate(data=held)
    told = run.info["choice"]
    return {
        "data": name,
        "candidate": candidate,
        "samples": facts.samples,
        "minutes": minutes,
        "seed": seed,
        "metric": case.metric,
        "score": found.metrics[case.metric],
        "interval": list(found.intervals.get(case.metric, ())),
        "baselines": {base: scores[case.metric] for base, scores in found.baselines.items() if case.metric in scores},
        "held_out": found.count,
        "epochs": {phase: epochs["count"] for phase, epochs in told["epochs"].items()},
        "seconds": round(seconds, 1),
        "seconds_expected": round(told["seconds_before"] + told["seconds_expected"], 1),
        "machine": machine(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=tuple(CASES), default=tuple(CASES))
    parser.add_argument("--candidates", nargs="+", help="only these; otherwise all that fit")
    parser.add_argument("--minutes", nargs="+", type=float, default=MINUTES)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "choosing", help="where data, runs and cells lie")
    parser.add_argument("--page", action="store_true", help="only write the page and the table from the cells there")
    asked = parser.parse_args()
    cells = asked.work / "cells"
    cells.mkdir(parents=True, exist_ok=True)
    for name in () if asked.page else asked.only:
        facts = look(DataSection(source=str(made(name, asked.work)[0])), Reporter())
        for candidate in asked.candidates or fitting(name, facts):
            for minutes in asked.minutes:
                for seed in range(asked.seeds):
                    cell = cells / f"{name}-{candidate}-{minutes:g}-{seed}.json"
                    if not cell.exists():
                        found = measure(name, candidate, minutes, facts, asked.work, seed)
                        cell.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
                        print(f"{cell.stem}: {found['score']:.4f} in {found['seconds']:.0f} s", file=sys.stderr)
                        write(cells)
    write(cells)


if __name__ == "__main__":
    main()
