"""What several commands say of a run and of images: how it stands, what was left out."""

from __future__ import annotations

from trasluz.cli.console import Console
from trasluz.messages import N_, _

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


def name_unreadable(console: Console, unreadable: tuple[tuple[str, str], ...]) -> None:
    """A warning for each file that was left out, with the reason."""
    for file, reason in unreadable:
        console.warn(_("{file} was left out: {reason}").format(file=file, reason=reason))
