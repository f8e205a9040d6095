"""What the winner of a search gave on test data, which are read once: the study's folder keeps the answer.

Whoever asks again is shown what was read.  A better trial that was found later is not judged by test data: these would
begin to choose.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from trasluz.errors import DamagedError
from trasluz.files import write_json
from trasluz.messages import _
from trasluz.reading import checked, read_json

FILE = "test.json"
By = Literal["samples", "trainings"]


@dataclass(frozen=True)
class Tested:
    """The winner on test data. ``trial`` with its ``values`` was the best by ``metric`` (more is better if it
    ``rises``) with ``chosen_by`` on the split that decided; ``expected`` (``expected_low`` to ``expected_high``): what
    that was worth on new samples, without the luck of the best of many, where it could be told.

    ``score``: on test data, the mean over its ``runs``, with its 95 % interval from ``low`` to ``high`` (``None`` where
    unknown), taken over ``by``; ``samples``: different test samples.  ``scores`` and ``intervals``: all other numbers.
    ``read``: when test data were read, in UTC.  ``mixed``: whether samples that tested one training chose by another.
    """

    trial: str
    values: Mapping[str, Any]
    metric: str
    rises: bool
    chosen_by: float
    score: float
    low: float | None
    high: float | None
    by: By
    samples: int
    runs: tuple[str, ...]
    scores: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    read: str
    expected: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    mixed: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval of the score, infinite where it is unknown."""
        return (-math.inf if self.low is None else self.low), (math.inf if self.high is None else self.high)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def save(self, folder: Path) -> None:
        """Keeps it with the study.

        Raises:
            StorageError: the folder cannot be written.
        """
        write_json(folder / FILE, self.to_dict())


def load_tested(folder: Path) -> Tested | None:
    """What a study's folder keeps of it, ``None`` where test data were not read yet.

    Raises:
        DamagedError: it cannot be read; so nobody reads test data again because of it.
    """
    try:
        return checked(Tested, read_json(folder / FILE))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        message = _("{path}: what test data gave was read before and cannot be read now ({reason}).")
        raise DamagedError(message.format(path=folder / FILE, reason=error)) from None
