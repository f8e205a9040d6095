"""list_runs(): one line about each run of a folder, from ``run.json`` and the end of ``metrics.jsonl``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trasluz.errors import RunError
from trasluz.runs.folder import RunFolder
from trasluz.runs.folder import list_runs as list_folders
from trasluz.runs.half import half_runs


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
    """The runs under a folder, oldest first; one whose ``run.json`` or last record cannot be read has the status
    ``damaged``, one that was stopped while its folder was made ``half-written``."""
    return sorted([*_summaries(runs), *_halves(Path(runs))], key=lambda summary: (summary.created, summary.path.name))


def _summaries(runs: str | Path) -> Iterator[RunSummary]:
    for folder in list_folders(runs):
        name, status, created, metrics = folder.path.name, "damaged", "", {}
        try:
            info = folder.info()
            name, created = str(info.get("name", "")), str(info.get("created", ""))
            metrics = _scores(folder)
            status = str(info["status"])
        except FileNotFoundError:
            continue  # deleted by somebody meanwhile
        except (RunError, OSError):
            pass  # damaged: what could be read of it is shown
        yield RunSummary(folder.path, name, status, created, metrics, folder.size())


def _halves(runs: Path) -> Iterator[RunSummary]:
    for path in half_runs(runs):
        yield RunSummary(path, path.name, "half-written", "", {}, RunFolder(path).size())


def _scores(folder: RunFolder) -> dict[str, float]:
    return {
        k: v
        for k, v in folder.last_metrics().items()
        if k.startswith(("train/", "train_eval/", "valid/")) and v is not None
    }
