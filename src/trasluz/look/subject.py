"""Subject: a trained model with its data, as looks see it. Made by ``api`` from a run; nothing here needs a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.preprocess import Preprocess
from trasluz.evaluation.evaluation import Evaluation
from trasluz.families.base import BaseFamily
from trasluz.families.capabilities import spoken
from trasluz.look.shown import Shown, few_of_each_class, from_rows
from trasluz.messages import _
from trasluz.model.model import Model

P = TypeVar("P")


@dataclass
class Subject:
    """``model`` is asked for what its capabilities name.  ``open_data`` is called when a look first needs data.

    ``split`` is the one that looks take images from when they are not shown any; ``history`` the records of
    ``metrics.jsonl``; ``evaluations`` what is known of each split; ``folder`` the run's, where there is one.
    ``split_codes``: the codes of whole splits, which looks at the same model and data share.
    """

    model: Model
    open_data: Callable[[], Data]
    split: str = "valid"
    history: Sequence[Mapping[str, Any]] = ()
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)
    folder: Path | None = None
    split_codes: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def family(self) -> BaseFamily:
        """The model's family."""
        return self.model.family

    @property
    def networks(self) -> nn.ModuleDict:
        """The calling thread's own networks, in evaluation mode on ``device``."""
        return self.model.networks

    @property
    def preprocess(self) -> Preprocess:
        """How a stored sample becomes an input."""
        return self.model.preprocess

    @property
    def spec(self) -> DataSpec:
        """The shape and classes of the data that the model is for."""
        return self.model.spec

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return self.model.device

    @cached_property
    def data(self) -> Data:
        """The data that the model was trained on, with its splits."""
        return self.open_data()

    @property
    def rows(self) -> np.ndarray:
        """The rows of ``split``."""
        return self.data.split(self.split)

    def groups(self, rows: np.ndarray) -> np.ndarray | None:
        """The groups of these rows of the data, int64 ``[n]``; ``None`` where each sample is by itself."""
        return None if self.data.groups is None else self.data.groups[rows]

    def can(self, *capabilities: str) -> bool:
        """Whether the model can do all of this."""
        return self.model.capabilities.issuperset(capabilities)

    def ask(self, protocol: type[P]) -> P:
        """The family, typed as one that has this capability of ``families/capabilities.py``.

        Raises:
            AssertionError: it has not; ask ``can`` or ``lacks`` first.
        """
        return self.model.ask(protocol)

    def lacks(self, *capabilities: str) -> str | None:
        """Why a look that needs ``capabilities`` cannot be had, in one sentence; ``None`` where it can."""
        missing = [name for name in capabilities if name not in self.model.capabilities]
        if not missing:
            return None
        can = ", ".join(spoken(name) for name in sorted(self.model.capabilities))
        return _("this model cannot {capability}; it can {can}").format(capability=spoken(missing[0]), can=can)

    def pick(self, count: int) -> Shown:
        """At most ``count`` samples of ``split``, classes in turns."""
        return from_rows(self.data, few_of_each_class(self.data, self.rows, count))

    def take(self, rows: np.ndarray) -> Shown:
        """These rows of the data."""
        return from_rows(self.data, rows)

    def pixels(self, samples: np.ndarray) -> Tensor:
        """Stored samples as float32 on the device: images ``[n, c, h, w]`` in [0, 1]."""
        return self.model.pixels(samples)

    def inputs(self, samples: np.ndarray) -> Tensor:
        """Stored samples as the networks see them, float32 on the device."""
        return self.model.inputs(samples)

    def over(self, samples: np.ndarray, compute: Callable[[Tensor, Tensor], Tensor]) -> np.ndarray:
        """``compute(inputs, pixels)`` over stored samples in large batches, in inference mode; float32 on the CPU."""
        return self.model.over(samples, compute)
