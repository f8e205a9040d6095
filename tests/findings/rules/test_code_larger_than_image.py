from __future__ import annotations

from tests.findings.made import evidence, found, not_found, rebuilt

LARGER = {"pca": {"code": 100.0, "components": 64.0, "code_larger_than_image": 1.0, "mse": 0.0}}
SMALLER = {"pca": {"code": 8.0, "components": 8.0, "code_larger_than_image": 0.0, "mse": 0.0}}
MODEL = {"model": {"family": "autoencoder"}}


def test_a_code_that_need_not_compress() -> None:
    finding = found("code-larger-than-image", evidence(MODEL, evaluation=rebuilt({"mse": 0.1}, baselines=LARGER)))
    assert finding.numbers == {"code": 100.0, "values": 64.0}
    assert finding.settings == ("model.noise={name: gaussian, amount: 0.2}",)
    assert finding.advice.startswith("Hold the code back with noise")


def test_a_flat_code_can_be_made_smaller() -> None:
    flat = {"model": {"family": "autoencoder", "encoder": {"name": "conv", "code": 100}}}
    made = evidence(flat, evaluation=rebuilt({"mse": 0.1}, baselines=LARGER))
    assert found("code-larger-than-image", made).settings == ("model.encoder.code=8",)


def test_a_small_code_and_one_held_back_otherwise_are_none() -> None:
    not_found("code-larger-than-image", evidence(MODEL, evaluation=rebuilt({"mse": 0.1}, baselines=SMALLER)))
    noisy = {"model": {"family": "autoencoder", "noise": {"name": "gaussian", "amount": 0.1}}}
    not_found("code-larger-than-image", evidence(noisy, evaluation=rebuilt({"mse": 0.1}, baselines=LARGER)))
    not_found("code-larger-than-image", evidence())
