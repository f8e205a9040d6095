from __future__ import annotations

import numpy as np

from tests.findings.made import evidence, found, not_found, rebuilt

VAE = {"model": {"family": "vae", "latent": 32}}


def test_half_of_the_code_idle() -> None:
    finding = found("latent-too-large", evidence(VAE, evaluation=rebuilt({"active_units": 10, "effective_beta": 1})))
    assert finding.severity == "note"
    assert finding.settings == ("model.latent=13",)


def test_a_code_in_use_and_a_collapsed_one_are_none() -> None:
    not_found("latent-too-large", evidence(VAE, evaluation=rebuilt({"active_units": 20, "effective_beta": 1})))
    not_found("latent-too-large", evidence(VAE, evaluation=rebuilt({"active_units": 0, "effective_beta": 1})))
    not_found("latent-too-large", evidence())


def test_dimensions_that_only_tremble_are_not_in_use() -> None:
    kl = np.full((200, 32), 0.03, np.float32)
    kl[:, :4] = 0.7
    for active in (20, 12):  # by the variance of their means
        rebuilding = rebuilt({"active_units": active, "effective_beta": 1}, arrays={"kl": kl})
        finding = found("latent-too-large", evidence(VAE, evaluation=rebuilding))
        assert finding.numbers["used"] == 4
        assert finding.settings == ("model.latent=5",)
    kl[:, 4:20] = 0.2
    not_found(
        "latent-too-large",
        evidence(VAE, evaluation=rebuilt({"active_units": 12, "effective_beta": 1}, arrays={"kl": kl})),
    )
