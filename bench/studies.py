"""The claims of the notebooks' discussions (rows 0.12 and 2.2), tested: every built-in study, trained and compared.

A study that was stopped goes on where it was when the same ``--runs`` is given.

    python -m bench.studies [--only NAME ...] [--seeds N] [--runs DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import trasluz as tz
from bench.machine import machine
from bench.page import RESULTS, render
from trasluz.cli.console import Console
from trasluz.recipe.study import load_study, study_names

KEPT = RESULTS / "studies"


def begun(name: str, runs: Path) -> Path | None:
    """The folder in ``runs`` in which the study of that name was begun."""
    found = sorted(path for path in runs.glob(f"*-study-{name}-*") if (path / "study.yaml").exists())
    return found[-1] if found else None


def measure(name: str, seeds: int | None, runs: Path) -> None:
    """Trains a study, or the rest of it, and keeps its table of the metrics that it names."""
    folder = begun(name, runs)
    result = tz.study(folder or name, seeds=seeds, runs=runs, reporter=Console())
    asked = load_study(name)
    table = result.table.to_dict()
    for row in table["rows"]:
        row.pop("runs")
        for part in ("scores", "differences"):
            row[part] = {metric: row[part][metric] for metric in asked.metrics if metric in row[part]}
    KEPT.mkdir(parents=True, exist_ok=True)
    text = {
        "machine": machine(),
        "command": f"python -m bench.studies --only {name}",
        "asks": asked.description["en"],
        "metrics": list(asked.metrics),
        "reference": table["reference"],
        "rows": table["rows"],
    }
    (KEPT / f"{name}.json").write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    render()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=study_names(), default=study_names())
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--runs", type=Path)
    asked = parser.parse_args()
    runs = asked.runs or Path(tempfile.mkdtemp(prefix="trasluz-studies-"))
    for name in asked.only:
        measure(name, asked.seeds, runs)
    if asked.runs is None:
        shutil.rmtree(runs)


if __name__ == "__main__":
    main()
