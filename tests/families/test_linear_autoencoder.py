"""A linear autoencoder is PCA (Baldi & Hornik 1989): the same error and the same subspace, by full-batch descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from tests.families.test_autoencoder import START, batch_of, rng
from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.preprocess import fit_preprocess
from trasluz.data.opening import open_data
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.families import base
from trasluz.metrics.pca import Pixels, compare, fit
from trasluz.model.model import Model
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def table(features: int, rank: int, rows: int = 80) -> np.ndarray:
    rng = np.random.default_rng(1)
    strong = rng.normal(size=(rows, rank)) @ rng.normal(size=(rank, features))
    return (strong + 0.2 * rng.normal(size=(rows, features)) + rng.normal(size=features)).astype(np.float32)


def trained(samples: np.ndarray, shape: tuple[int, ...], code: int, **settings: Any) -> Any:
    linear = {"encoder": {"name": "dense", "hidden": [], "code": code}, "decoder": {"name": "dense", "hidden": []}}
    kind = "image" if len(shape) == 3 else "table" if len(shape) == 1 else "sequence"
    family = base.create({"family": "autoencoder", **linear, **settings}, DataSpec(kind, shape))
    torch.manual_seed(0)
    networks = family.build().double()
    inputs = torch.from_numpy(samples.astype(np.float64)).reshape(-1, *shape)
    optimiser = torch.optim.LBFGS(networks.parameters(), max_iter=400, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        terms = family.losses(networks, batch_of(inputs), rng(len(inputs)), START, "main")
        total, _logged = family.total(networks, terms, START, "main")
        total.backward()
        return total

    optimiser.step(closure)
    return family, networks, float(closure().detach())


@pytest.mark.parametrize(
    ("shape", "code", "settings"),
    [
        ((3,), 2, {}),
        ((3,), 2, {"tied": True}),
        ((1, 4, 3), 3, {"likelihood": {"name": "squared-error", "linear": True}}),
        ((5, 2), 3, {}),
    ],
    ids=["table", "tied", "images", "sequences"],
)
def test_a_linear_autoencoder_reaches_the_error_and_the_subspace_of_pca(
    shape: tuple[int, ...], code: int, settings: dict[str, Any]
) -> None:
    samples = table(int(np.prod(shape)), code)
    _family, networks, loss = trained(samples, shape, code, **settings)
    pca = PCA(code).fit(samples)
    rebuilt = pca.inverse_transform(pca.transform(samples))
    assert loss == pytest.approx(float(np.mean((rebuilt - samples) ** 2)), rel=0.01)
    with torch.no_grad():
        codes = torch.eye(code, dtype=torch.float64)
        raw = networks["decoder"](codes) - networks["decoder"](torch.zeros_like(codes))
    angles = subspace_angles(raw.flatten(1).T.numpy(), pca.components_.T)
    assert np.degrees(angles).max() < 2


def test_tied_linear_weights_become_orthonormal() -> None:
    _family, networks, _loss = trained(table(6, 2), (6,), 2, tied=True)
    kernel = networks.get_parameter("encoder.layer1.dense.weight").detach()
    assert torch.allclose(kernel @ kernel.t(), torch.eye(2, dtype=torch.float64), atol=0.02)


def opened(normalise: str) -> Data:
    raw = from_arrays(table(4, 2, rows=60) * np.array([1, 10, 0.1, 3], np.float32), None)
    return open_data(DataSection(source="arrays", valid=0.25, normalise=normalise), 0, arrays=raw)


@pytest.mark.parametrize("normalise", ["unit", "standard"])
def test_a_table_is_judged_beside_pca_in_the_units_that_the_network_sees(normalise: str) -> None:
    data = opened(normalise)
    assert data.kind == "table"
    preprocess = fit_preprocess(data, DataSection(normalise=normalise))
    seen = preprocess.normalise(preprocess.to_pixels(torch.from_numpy(data.samples))).numpy()
    train = data.split("train")
    family, networks, _loss = trained(seen[train], (4,), 2)
    found = evaluate_split(Model(family, networks.float(), preprocess, data.spec), data, "valid")
    beside = found.baselines["pca"]["mse"]
    reference = PCA(2).fit(seen[train])
    held_out = seen[data.split("valid")]
    error = float(np.mean((reference.inverse_transform(reference.transform(held_out)) - held_out) ** 2))
    assert beside == pytest.approx(error, rel=1e-3)
    assert found.metrics["mse"] == pytest.approx(error, rel=0.01)
    assert {"psnr", "rounded_accuracy", "ssim"}.isdisjoint(found.metrics)


def test_pca_of_what_is_not_bounded_is_not_clipped() -> None:
    samples = table(3, 2) * 5
    rows = np.arange(len(samples))
    pixels = Pixels(samples, rows, 0.0, 1.0, bounded=False)
    found = compare(fit(pixels, Reporter()), pixels, 2, 0.0, Reporter())
    reference = PCA(2).fit(samples)
    error = float(np.mean((reference.inverse_transform(reference.transform(samples)) - samples) ** 2))
    assert found.mse == pytest.approx(error, rel=1e-3)
