from __future__ import annotations

from tests.findings.made import evidence, found, not_found, rebuilt
from trasluz.findings.base import check_all

VAE = {"model": {"family": "vae", "latent": 20}}
MMD = {"model": {"family": "vae", "latent": 20, "divergence": {"name": "mmd", "bandwidths": [1.0], "weight": 50.0}}}


def test_a_code_that_says_nothing() -> None:
    finding = found("posterior-collapse", evidence(VAE, evaluation=rebuilt({"active_units": 1, "effective_beta": 1})))
    assert finding.severity == "bad"
    assert finding.settings == ("model.divergence={name: kl, beta: 0.1, warmup: 0.3}",)


def test_a_weight_far_above_the_bounds_is_taken_back_to_it_and_told_once() -> None:
    heavy = {"model": {"family": "vae", "latent": 20, "divergence": {"name": "kl", "beta": 1000.0}}}
    made = evidence(heavy, evaluation=rebuilt({"active_units": 0, "effective_beta": 1000.0}))
    assert found("posterior-collapse", made).settings == ("model.divergence={name: kl, beta: 1, warmup: 0.3}",)
    assert [finding.rule for finding in check_all(made)] == ["posterior-collapse"]


def test_what_an_mmd_is_told_keeps_its_kernel() -> None:
    finding = found("posterior-collapse", evidence(MMD, evaluation=rebuilt({"active_units": 0, "effective_beta": 50})))
    assert finding.settings == ("model.divergence={name: mmd, bandwidths: [1], weight: 5}",)


def test_a_code_in_use_and_models_without_one_are_none() -> None:
    not_found("posterior-collapse", evidence(VAE, evaluation=rebuilt({"active_units": 12, "effective_beta": 1})))
    not_found("posterior-collapse", evidence(evaluation=rebuilt({"mse": 0.1})))


def test_an_mmd_is_told_the_weight_that_the_image_is_worth() -> None:
    heavy = {"model": {"family": "vae", "latent": 20, "divergence": {"name": "mmd", "weight": 1e6}}}
    measured = {"active_units": 0, "effective_beta": 1e6, "reconstruction": 27.07}
    finding = found("posterior-collapse", evidence(heavy, evaluation=rebuilt(measured)))
    assert finding.settings == ("model.divergence={name: mmd, weight: 27}",)
    light = {"model": {"family": "vae", "latent": 20, "divergence": {"name": "mmd", "weight": 10.0}}}
    finding = found("posterior-collapse", evidence(light, evaluation=rebuilt({**measured, "effective_beta": 10})))
    assert finding.settings == ("model.divergence={name: mmd, weight: 1}",)


def test_a_few_numbers_that_rebuild_as_well_as_several_directions_are_no_collapse() -> None:
    measured = {"active_units": 2, "effective_beta": 1}
    for components, there in ((5, False), (0, True)):
        pca = {"pca": {"components_for_same_error": float(components)}}
        of = evidence(VAE, evaluation=rebuilt(measured, baselines=pca))
        (found if there else not_found)("posterior-collapse", of)
    assert (
        found(
            "latent-too-large",
            evidence(VAE, evaluation=rebuilt(measured, baselines={"pca": {"components_for_same_error": 5.0}})),
        ).numbers["used"]
        == 2
    )


def test_where_active_units_are_not_counted_the_divergence_says_it() -> None:
    joint = {"model": {"family": "joint", "latent": 8, "divergence": {"name": "kl", "beta": 50.0}}}
    finding = found("posterior-collapse", evidence(joint, evaluation=rebuilt({"divergence": 0.001})))
    assert finding.numbers == {"nats": 0.001, "size": 8}
    not_found("posterior-collapse", evidence(joint, evaluation=rebuilt({"divergence": 3.0})))
    not_found("posterior-collapse", evidence({"model": {"family": "joint"}}, evaluation=rebuilt({"mse": 0.1})))
