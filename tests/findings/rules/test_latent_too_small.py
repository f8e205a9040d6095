from __future__ import annotations

import numpy as np

from tests.findings.made import evidence, found, not_found, rebuilt
from trasluz.findings.evidence import Evidence

VAE = {"model": {"family": "vae", "latent": 2, "divergence": "kl"}}


def _run(*nats: float, count: int = 400) -> Evidence:
    kl = np.random.default_rng(0).gamma(4.0, np.array(nats) / 4, (count, len(nats))).astype(np.float32)
    return evidence(VAE, evaluation=rebuilt({"active_units": 2, "effective_beta": 1}, arrays={"kl": kl}))


def test_no_dimension_to_spare() -> None:
    finding = found("latent-too-small", _run(4.0, 3.0))
    assert 2.7 < finding.numbers["nats"] < 3
    assert finding.settings == ("model.latent=4",)


def test_a_spare_dimension_doubt_and_few_images_are_none() -> None:
    not_found("latent-too-small", _run(4.0, 0.5))
    not_found("latent-too-small", _run(4.0, 1.51))
    not_found("latent-too-small", _run(4.0, 3.0, count=10))
    not_found("latent-too-small", evidence())
