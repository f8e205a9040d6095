from __future__ import annotations

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
