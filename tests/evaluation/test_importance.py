from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.harness import digits
from trasluz.data.feed.preprocess import fit_preprocess
from trasluz.errors import RequestError
from trasluz.evaluation import importance
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.families import base
from trasluz.model.model import Model
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

DATA = digits(20)
MODEL: dict[str, Any] = {
    "family": "vae",
    "encoder": {"name": "dense", "hidden": [], "code": 16},
    "decoder": {"name": "dense", "hidden": [8]},
    "latent": 3,
    "likelihood": {"name": "bernoulli", "pixels": "dynamic"},
}


def make(**settings: Any) -> Model:
    family = base.create({**MODEL, **settings}, DATA.spec)
    torch.manual_seed(0)
    return Model(family, family.build(), fit_preprocess(DATA, DataSection()), DATA.spec)


def bounds(samples: int, **settings: Any) -> np.ndarray:
    return importance.bounds(make(**settings), DATA, DATA.split("train"), samples, Reporter())


def test_bound_rises_with_more_samples_from_the_evidence_lower_bound_and_draws_are_the_same_again() -> None:
    found = [bounds(k).mean() for k in (1, 50, 400)]
    assert found[0] < found[1] < found[2]
    np.testing.assert_array_equal(bounds(120), bounds(120))


def test_memory_changes_the_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bounds(120)
    monkeypatch.setattr(importance, "_VALUES", 50 * 64 * 2)
    np.testing.assert_allclose(bounds(120), whole, rtol=1e-6)


def test_evaluation_gains_the_bound_its_interval_and_its_records() -> None:
    model = make()
    before = evaluate_split(model, DATA, "valid", baselines=False)
    after = importance.add_importance_bound(before, model, DATA, 60)
    nll = after.metrics["importance_weighted_nll"]
    assert nll < -before.metrics["elbo"]
    assert nll == pytest.approx(-after.arrays["importance_weighted_bound"].mean())
    assert after.metrics["bits_per_dim"] == pytest.approx(nll / (64 * math.log(2)))
    assert after.metrics["importance_samples"] == 60
    low, high = after.intervals["importance_weighted_nll"]
    assert low < nll < high
    assert before.metrics.items() - after.metrics.items() == {("bits_per_dim", before.metrics["bits_per_dim"])}
    assert after.arrays["kl"].shape == after.arrays["latents"].shape == (5, 3)
    assert "prior_mmd" in before.metrics
    assert before.intervals["prior_mmd"][0] <= before.intervals["prior_mmd"][1]


def test_what_has_no_bound_is_refused_with_the_reason() -> None:
    family = make(likelihood="bernoulli").family
    with pytest.raises(RequestError, match="bernoulli is no probability of the pixels"):
        importance.check_importance(family, 10)
    plain = base.create({"family": "autoencoder"}, DATA.spec)
    with pytest.raises(RequestError, match="needs a model with posteriors"):
        importance.check_importance(plain, 10)
    for samples in (0, 5001):
        with pytest.raises(RequestError, match="give a number from 1 to 5000"):
            importance.check_importance(make().family, samples)
