"""list_runs(): one line about each run of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trasluz.api.run import Run
from trasluz.errors import RunError
from trasluz.runs.folder import list_runs as list_folders


@dataclass(frozen=True)
class RunSummary:
    """One line about a run."""

    path: Path
    name: str
    status: str
    created: str
    metrics: dict[str, float]
    bytes: int


def list_runs(runs: str | Path = "runs") -> list[RunSummary]:
    """The runs under a folder, oldest first; one whose ``run.json`` cannot be read has the status ``damaged``."""
    found = []
    for folder in list_folders(runs):
        run = Run(folder)
        try:
            info = run.info
        except RunError:
            info = {"name": folder.path.name, "status": "damaged"}
        name, status, created = info.get("name", ""), info["status"], info.get("created", "")
        found.append(RunSummary(run.path, name, status, created, run.metrics, folder.size()))
    return found
