"""Model: a family with its trained networks and its preprocessing. Immutable, and safe for many threads.

    model = load_model(Path("runs/20260101-digits-cnn-ab12cd/model"))
    classifier = model.ask(Classifies)
    probabilities = model.over(samples, lambda inputs, pixels: classifier.classify(model.networks, inputs))

It needs no run folder: ``training/fit.py`` gives one from memory.  ``networks`` are a skeleton of the calling thread's
own over the one set of weights (``model/private.py``), in evaluation mode and asking for no gradients, so that what a
look does to them (hooks, modes) happens to nobody else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families.base import BaseFamily
from trasluz.families.capabilities import Encodes, HasPrior, ask
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.model.memory import kept_memory
from trasluz.model.private import private_copy
from trasluz.networks.layout import are_plain
from trasluz.rng import Rng

P = TypeVar("P")


class Model:
    """``family`` with ``networks`` for data of the shape ``spec``, which ``preprocess`` prepares, on ``device``.

    The weights are those of ``networks``, not a copy of them: whoever goes on training hands over a copy.
    """

    def __init__(
        self,
        family: BaseFamily,
        networks: nn.ModuleDict,
        preprocess: Preprocess,
        spec: DataSpec,
        device: torch.device | None = None,
    ) -> None:
        self.family, self.preprocess, self.spec = family, preprocess, spec
        self.device = device or torch.device("cpu")
        self._shared = private_copy(networks).eval()
        self._threads = threading.local()

    @property
    def networks(self) -> nn.ModuleDict:
        """The calling thread's own networks over the model's weights, in evaluation mode."""
        own: nn.ModuleDict | None = getattr(self._threads, "networks", None)
        if own is None:
            own = self._threads.networks = private_copy(self._shared)
        return own

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do: encode, decode, reconstruct, classify, generate…"""
        return self.family.capabilities

    @property
    def layout(self) -> str:
        """How images lie in memory for its networks: ``channels-last``, or ``contiguous`` where they need planes."""
        return "contiguous" if are_plain(self._shared) else "channels-last"

    def ask(self, protocol: type[P]) -> P:
        """The family, typed as one that has this capability of ``families/capabilities.py``.

        Raises:
            AssertionError: it has not; look into ``capabilities`` first.
        """
        return ask(self.family, protocol)

    def with_networks(self, networks: nn.ModuleDict) -> Model:
        """The same family and preprocessing over other networks of the same shape, on the same device."""
        return Model(self.family, networks, self.preprocess, self.spec, self.device)

    def to(self, device: torch.device) -> Model:
        """The same model with its weights on ``device``; this one where they are there already."""
        if device == self.device:
            return self
        return Model(self.family, private_copy(self._shared).to(device), self.preprocess, self.spec, device)

    def pixels(self, samples: np.ndarray) -> Tensor:
        """Stored samples as float32 on the device: images ``[n, c, h, w]`` in [0, 1]."""
        return self.preprocess.to_pixels(torch.from_numpy(np.ascontiguousarray(samples)).to(self.device))

    def inputs(self, samples: np.ndarray) -> Tensor:
        """Stored samples as the networks see them, float32 on the device."""
        return self.preprocess.normalise(self.pixels(samples))

    def over(
        self, samples: np.ndarray, compute: Callable[..., Tensor], lengths: np.ndarray | None = None
    ) -> np.ndarray:
        """``compute(inputs, pixels)`` over stored samples in large batches, in inference mode; float32 on the CPU.

        With ``lengths``, int64 ``[n]``, it is ``compute(inputs, pixels, lengths)``.
        """
        size = batch_size_for(samples)
        found = []
        with torch.inference_mode(), kept_memory(self.device.type):
            for start in range(0, len(samples), size):
                pixels = self.pixels(samples[start : start + size])
                more = () if lengths is None else (torch.from_numpy(lengths[start : start + size]).to(self.device),)
                found.append(compute(self.preprocess.normalise(pixels), pixels, *more).float().cpu().numpy())
        return np.concatenate(found)

    @cached_property
    def code_size(self) -> int:
        """How many numbers a code has, of a model that encodes or draws codes from a prior."""
        with self.inference():
            if "encode" in self.capabilities:
                blank = torch.zeros(1, *self.spec.shape, device=self.device)
                return self.ask(Encodes).encode(self.networks, blank).flatten(1).shape[1]
            rng = Rng(0).at(0, 0, torch.arange(1, device=self.device))
            return self.ask(HasPrior).prior(self.networks, 1, rng).shape[1]

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Without gradients, and with fixed draws for networks of the user's own that draw even in use."""
        with torch.inference_mode(), Rng(0).ambient("evaluation", device=self.device):
            yield
