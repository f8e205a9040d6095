"""What several commands say of a run and of images: how it ended, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trasluz.cli.console import Console, columns
from trasluz.messages import N_, _

if TYPE_CHECKING:
    from trasluz.api import Run

_STATUS = {
    "created": N_("created"),
    "running": N_("running"),
    "interrupted": N_("interrupted"),
    "failed": N_("failed"),
    "finished": N_("finished"),
    "half-written": N_("half-written"),
    "damaged": N_("damaged"),
}


def status_name(status: str) -> str:
    """A run's status in the language in force."""
    return _(_STATUS.get(status, status))


def report_run(console: Console, run: Run, json: bool) -> None:
    """Where the run is, how it ended, its last scores, and what to do next."""
    seconds = run.info["timings"]["training_seconds"]
    if json:
        console.json({"run": str(run.path), "status": run.status, "metrics": run.metrics, "seconds": seconds})
        return
    console.result(
        _("{path}: {status} after {seconds:.1f} s of training.").format(
            path=run.path, status=status_name(run.status), seconds=seconds
        )
    )
    if run.metrics:
        console.result(columns([(f"  {name}", value) for name, value in run.metrics.items()]))
    console.say(_("Next: trasluz report {path}").format(path=run.path))


def name_unreadable(console: Console, unreadable: tuple[tuple[str, str], ...]) -> None:
    """A warning for each file that was left out, with the reason."""
    for file, reason in unreadable:
        console.warn(_("{file} was left out: {reason}").format(file=file, reason=reason))
