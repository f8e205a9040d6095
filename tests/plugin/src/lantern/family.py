"""A small autoencoder: an encoder chosen by name, and one linear layer back to the image."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field
from torch import Tensor, nn

from trasluz.data.feed.batch import Batch
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms, mean_over_samples
from trasluz.metrics import reconstruction as quality
from trasluz.networks.choose import build_encoder
from trasluz.recipe.base import Section
from trasluz.rng import StepRng


class Config(Section):
    """``encoder``: a name of an encoder, with its settings."""

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "pooled"})


class Family(BaseFamily):
    """Networks: ``encoder`` (image → code) and ``decoder`` (code → image)."""

    Config = Config
    config: Config
    capabilities: ClassVar[frozenset[str]] = frozenset({"encode", "reconstruct"})

    def build(self) -> nn.ModuleDict:
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        width = math.prod(self.spec.shape)
        decoder = nn.Sequential(
            nn.Flatten(), nn.Linear(math.prod(code), width), nn.Sigmoid(), nn.Unflatten(1, self.spec.shape)
        )
        return nn.ModuleDict({"encoder": encoder, "decoder": decoder})

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        error = quality.per_sample(self.reconstruct(networks, batch.inputs), batch.targets)["error"]
        return Losses({"squared_error": mean_over_samples(error, batch.weights)})

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        reconstruction = self.reconstruct(networks, batch.inputs)
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code", self.encode(networks, batch.inputs))
            collector.add("error", quality.per_sample(reconstruction, batch.targets)["error"])
        return quality.statistics(reconstruction, batch.targets)

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        found = quality.numbers(sums)
        return {**found, "loss": found["mse"]}

    def encode(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        codes: Tensor = networks["encoder"](inputs).float().flatten(1)
        return codes

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        images: Tensor = networks["decoder"](networks["encoder"](inputs))
        return images.float()
