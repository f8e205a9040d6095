from __future__ import annotations

from tests.findings.made import evidence, found, not_found, rebuilt

VAE = {"model": {"family": "vae", "latent": 20}}
OFF = {"prior_mmd": (0.02, 0.04)}


def test_a_divergence_that_decides_alone() -> None:
    metrics = {"effective_beta": 100.0, "active_units": 4}
    finding = found("beta-out-of-balance", evidence(VAE, evaluation=rebuilt(metrics)))
    assert finding.settings == ("model.divergence={name: kl, beta: 0.01}",)


def test_a_divergence_that_hardly_counts() -> None:
    evaluation = rebuilt({"effective_beta": 0.001, "active_units": 20}, intervals=OFF)
    finding = found("beta-out-of-balance", evidence(VAE, evaluation=evaluation))
    assert finding.settings == ("model.divergence={name: kl, beta: 1000}",)


def test_the_bounds_own_weight_a_beta_vae_and_codes_on_the_prior_are_none() -> None:
    for beta, active, interval in ((1.0, 12, OFF), (100.0, 18, OFF), (0.001, 20, {"prior_mmd": (-0.001, 0.001)})):
        evaluation = rebuilt({"effective_beta": beta, "active_units": active}, intervals=interval)
        not_found("beta-out-of-balance", evidence(VAE, evaluation=evaluation))


def test_the_weight_of_an_mmd_is_on_another_scale() -> None:
    mmd = {"model": {"family": "vae", "latent": 20, "divergence": {"name": "mmd"}}}
    evaluation = rebuilt({"effective_beta": 1000.0, "active_units": 1})
    not_found("beta-out-of-balance", evidence(mmd, evaluation=evaluation))
