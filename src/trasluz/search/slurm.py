"""A script for SLURM's ``sbatch``: an array of jobs, each a worker of one search.

A job that is about to be stopped (preemption, the end of its time) is told by SIGTERM; the worker gives its trial back
and ends, and the job asks to be queued again, outside of the worker.  A job that is killed loses at most its cell.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from trasluz.errors import RequestError
from trasluz.files import write_bytes
from trasluz.messages import _
from trasluz.search.folder import StudyFolder

_SCRIPT = """\
#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
#SBATCH --output={folder}/slurm-%a.log
# Add what your cluster asks for: partition, account, time, memory, --gres=gpu:1.
# The password of the database, where it has one, belongs into ~/.pgpass.
export OMP_NUM_THREADS="${{SLURM_CPUS_PER_TASK:-1}}"
cd {here}
{command} &
worker=$!
trap 'kill -TERM "$worker" 2>/dev/null' TERM
wait "$worker"; status=$?
if [ "$status" -gt 128 ]; then wait "$worker"; status=$?; fi  # the first wait ended with the signal
if [ "$status" -eq 130 ] && [ -n "$SLURM_ARRAY_JOB_ID" ]; then
  exec scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}"
fi
exit "$status"
"""


def check_slurm(script: Path | None, storage: str | None, what: Path) -> None:
    """Whether workers of many hosts could share the search.

    Raises:
        RequestError: its trials would be kept in a file, which hosts that share it by NFS write at once.
    """
    known = StudyFolder.is_one(what) and (what / "storage.json").is_file()
    if script is not None and storage is None and not known:
        message = _(
            "--slurm {path}: jobs run on several hosts, whose writing into one file of a shared folder is not safe; "
            "give --storage postgresql://… as well."
        )
        raise RequestError(message.format(path=script))


def slurm_script(folder: Path, name: str, workers: int, allow: Sequence[str]) -> str:
    """The script for ``workers`` jobs that work on the search in ``folder``, which all hosts see."""
    words = [sys.executable, "-m", "trasluz", "search", "worker", str(folder.absolute())]
    words += [word for package in allow for word in ("--allow", package)]
    return _SCRIPT.format(
        name=f"trasluz-{name}",
        last=workers - 1,
        folder=shlex.quote(str(folder.absolute())),
        here=shlex.quote(str(Path.cwd())),
        command=shlex.join(words),
    )


def write_slurm_script(path: Path, folder: Path, name: str, workers: int, allow: Sequence[str]) -> None:
    """Writes it.

    Raises:
        StorageError: it cannot be written.
    """
    write_bytes(path, slurm_script(folder, name, workers, allow).encode())
