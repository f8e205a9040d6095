from __future__ import annotations

from tests.findings.made import evidence, found, not_found, rebuilt
from trasluz.findings.evidence import Evidence

MODEL = {"model": {"family": "autoencoder"}}
VAE = {"model": {"family": "vae", "divergence": "kl"}}


def _run(mse: float, *, model: dict[str, object] = MODEL, metrics: dict[str, float] | None = None) -> Evidence:
    pca = {"code": 8.0, "components": 8.0, "code_larger_than_image": 0.0, "mse": 0.02}
    interval = {"mse": (mse - 0.001, mse + 0.001)}
    return evidence(
        model, evaluation=rebuilt({"mse": mse, **(metrics or {})}, intervals=interval, baselines={"pca": pca})
    )


def test_worse_and_no_better() -> None:
    assert found("worse-than-pca", _run(0.03)).severity == "warn"
    assert found("worse-than-pca", _run(0.0195)).numbers["pca"] == 0.02


def test_of_a_model_that_also_follows_a_prior_it_is_a_remark() -> None:
    assert found("worse-than-pca", _run(0.03, model=VAE)).severity == "note"


LINEAR = {
    "family": "autoencoder",
    "encoder": {"name": "dense", "hidden": []},
    "decoder": {"name": "dense", "hidden": []},
    "likelihood": {"name": "squared-error", "linear": True},
}


def test_a_linear_network_at_pcas_optimum_is_done_and_one_above_it_is_not() -> None:
    not_found("worse-than-pca", _run(0.02, model={"model": LINEAR}))
    finding = found("worse-than-pca", _run(0.03, model={"model": LINEAR}))
    assert "PCA is where a linear network ends" in finding.advice
    found("worse-than-pca", _run(0.02, model={"model": {**LINEAR, "likelihood": "squared-error"}}))  # bent into [0, 1]
    found("worse-than-pca", _run(0.02, model={"model": {**LINEAR, "encoder": {"name": "dense", "hidden": [9]}}}))


def test_better_and_denoisers_are_none() -> None:
    not_found("worse-than-pca", _run(0.015))
    not_found("worse-than-pca", _run(0.03, metrics={"noisy_mse": 0.04}))
    not_found("worse-than-pca", evidence())


def test_a_code_of_words_is_not_compared_with_numbers() -> None:
    pca = {"pca": {"mse": 0.01, "components": 8.0, "code": 8.0}}
    numbers = evidence({"model": {"family": "autoencoder"}}, evaluation=rebuilt({"mse": 0.02}, baselines=pca))
    found("worse-than-pca", numbers)
    words = rebuilt({"mse": 0.02, "bits_per_image": 96.0}, baselines=pca)
    not_found("worse-than-pca", evidence({"model": {"family": "vq-vae"}}, evaluation=words))
