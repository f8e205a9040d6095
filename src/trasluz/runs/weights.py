"""Which of a run's weights are meant: the final ones, or those of the epoch that scored best.

Training ends with the final ones in ``model/`` and leaves the best of its last phase in ``checkpoints/best``
(``training/callbacks/early_stopping.py``).  They differ where training went on after its best epoch.  What is found
with the final weights lies in the run's folder itself; what is found with the best ones lies in ``best/``, by the
same names, so that the two are never mixed up.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trasluz.errors import DamagedError, RequestError, RunError
from trasluz.messages import _
from trasluz.reading import check_regular, checked
from trasluz.recipe import EarlyStoppingSection
from trasluz.runs.folder import RunFolder
from trasluz.runs.state import load_plain

FINAL, BEST = "final", "best"
NAMES = (FINAL, BEST)


@dataclass(frozen=True)
class BestEpoch:
    """When the best weights were: ``epoch`` (from 1) of ``phase``, by ``monitor``, which was ``value`` then."""

    phase: str
    epoch: int
    monitor: str
    value: float


class _Best(BaseModel):
    """What is written beside the best weights."""

    model_config = ConfigDict(strict=True, extra="allow")
    epoch: Annotated[int, Field(ge=0, lt=2**53)]
    value: float
    phase: str = ""
    monitor: str = ""


@dataclass(frozen=True)
class Weights:
    """The weights ``name`` (``final`` or ``best``) of the run in the folder ``run``."""

    run: Path
    name: str = FINAL

    @staticmethod
    def choose(run: Path, name: str) -> Weights:
        """The weights of that name.

        Raises:
            RequestError: there are none of that name anywhere.
            RunError: this run kept none of its best epoch.
        """
        if name not in NAMES:
            message = _("weights: there are no {name!r} weights; allowed: {allowed}.")
            raise RequestError(message.format(name=name, allowed=", ".join(NAMES)))
        chosen = Weights(run, name)
        if name == BEST and not (run / "checkpoints" / BEST).is_dir():
            message = _(
                "{path}: no weights of a best epoch were kept; a training keeps them when it ends, if it has a "
                "validation split. Open the run with its final weights."
            )
            raise RunError(message.format(path=run))
        return chosen

    @property
    def final(self) -> bool:
        """Whether they are what training ended with."""
        return self.name == FINAL

    @property
    def file(self) -> Path:
        """The safetensors file that holds them."""
        return self.run / "model" / "weights.safetensors" if self.final else self._best / "state.safetensors"

    @property
    def found(self) -> Path:
        """The folder of what is found with them: ``looks/``, ``report.html``, ``findings.json``."""
        return self.run if self.final else self.run / BEST

    @property
    def looks(self) -> Path:
        """The folder of evaluations and looks made with them."""
        return self.found / "looks"

    @property
    def label(self) -> str:
        """How pages and pictures name them: the run's folder, with ``/best`` where they are not the final ones."""
        return self.run.name if self.final else f"{self.run.name}/{BEST}"

    def stored(self) -> bool:
        """Whether the run has a model with these weights."""
        return self.file.is_file() and (self.run / "model" / "config.json").is_file()

    def digest(self) -> str:
        """Sixteen hexadecimal digits by which these weights are told from others.

        Raises:
            DamagedError: there is no such file.
        """
        try:
            check_regular(self.file)
            stat = self.file.stat()
        except (OSError, ValueError) as error:
            raise DamagedError(_("{path}: damaged ({reason}).").format(path=self.file, reason=error)) from None
        return _digest(self.file, stat.st_mtime_ns, stat.st_size)

    def made(self, digest: str | None) -> bool:
        """Whether what was found with the weights of this ``digest`` was found with these.

        Older results do not say what they were found with, and are believed.
        """
        return digest is None or not self.file.is_file() or digest == self.digest()

    def epoch(self) -> BestEpoch | None:
        """When they were, of the best ones; ``None`` of the final ones.

        Raises:
            RunError: what is written beside them is damaged.
        """
        if self.final:
            return None
        phase, train = RunFolder(self.run).recipe().resolved_phases()[-1]  # older runs say no more than the epoch
        watched = (train.early_stopping or EarlyStoppingSection()).monitor
        try:
            plain = checked(_Best, load_plain(self._best))
        except (OSError, ValueError) as error:
            raise DamagedError(_("{path}: damaged ({reason}).").format(path=self._best, reason=error)) from None
        return BestEpoch(plain.phase or phase.name, plain.epoch, plain.monitor or watched, plain.value)

    @property
    def _best(self) -> Path:
        return self.run / "checkpoints" / BEST


@lru_cache(maxsize=4096)  # more than a study has runs
def _digest(file: Path, _changed: int, _size: int) -> str:
    """Read once for each state of the file: a report asks a hundred times."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
