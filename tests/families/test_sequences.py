"""The autoencoder on sequences, with noise, and with a sparse code: what is measured, and that nothing leaks in."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError
from trasluz.families import base
from trasluz.families._sparsity import SparsitySection
from trasluz.families.base import Keep, Progress
from trasluz.objectives.sparsity import kl_to_target
from trasluz.rng import Rng, StepRng

START = Progress("train", 0, 0, torch.tensor(0.0))
RECURRENT = {
    "encoder": {"name": "recurrent", "hidden": [6], "code": 4},
    "decoder": {"name": "recurrent", "hidden": [6]},
}
DENSE = {
    "encoder": {"name": "dense", "hidden": [9], "code": 7, "code_activation": "sigmoid"},
    "decoder": {"name": "dense", "hidden": [9]},
}


class Records(dict[str, Tensor]):
    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        self[name] = values


def rng(n: int, epoch: int = 0) -> StepRng:
    return Rng(0).at(epoch, 0, torch.arange(n))


def make(kind: Any, shape: tuple[int, ...], **settings: Any) -> tuple[Any, nn.ModuleDict]:
    family = base.create({"family": "autoencoder", **settings}, DataSpec(kind, shape))
    torch.manual_seed(0)
    return family, family.build()


def sequences(steps: int = 7, beyond: float = 0.0) -> Batch:
    values = torch.randn(4, 7, 3, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([7, 1, 4, 2])
    padded = torch.cat([values, torch.zeros(4, steps - 7, 3)], 1)
    padded[torch.arange(steps) >= lengths.unsqueeze(1)] = beyond
    return Batch(padded, padded, torch.arange(4), lengths=lengths)


def judge(family: Any, networks: nn.ModuleDict, batch: Batch, records: Records | None = None) -> dict[str, float]:
    with torch.no_grad():
        sums = family.evaluate(networks, batch, rng(len(batch)), records)
        found: dict[str, float] = family.metrics(sums, networks)
    return found


def losses(family: Any, networks: nn.ModuleDict, batch: Batch) -> dict[str, float]:
    terms = family.losses(networks, batch, rng(len(batch)), START, "main")
    _total, logged = family.total(networks, terms, START, "main")
    return {name: value.item() for name, value in logged.terms.items()}


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_more_padding_changes_no_loss_code_metric_or_real_step(cell: str) -> None:
    settings = {part: {**values, "cell": cell} for part, values in RECURRENT.items()}
    family, networks = make("sequence", (7, 3), **settings)
    lengths = sequences().lengths
    found = []
    for batch in (sequences(), sequences(12, beyond=1e3)):
        records = Records()
        measured = judge(family, networks, batch, records)
        rebuilt = family.reconstruct(networks, batch.inputs, batch.lengths)
        real = [step for row, length in zip(rebuilt, lengths.tolist(), strict=True) for step in row[:length]]
        found.append((losses(family, networks, batch), measured, records, torch.stack(real)))
    (loss, metrics, records, real), (loss2, metrics2, records2, real2) = found
    assert loss2 == pytest.approx(loss, rel=1e-5)
    assert metrics2 == pytest.approx(metrics, rel=1e-5)
    torch.testing.assert_close(records2["code"], records["code"])
    torch.testing.assert_close(records2["error"], records["error"])
    torch.testing.assert_close(real2, real)


def test_loss_of_sequences_is_the_mean_square_over_features_and_real_steps() -> None:
    family, networks = make("sequence", (7, 3), **RECURRENT)
    batch = sequences()
    rebuilt = family.reconstruct(networks, batch.inputs, batch.lengths)
    errors = [
        (rebuilt[i, :n] - batch.targets[i, :n]).square().mean().item() for i, n in enumerate(batch.lengths.tolist())
    ]
    logged = losses(family, networks, batch)
    assert logged["loss"] == pytest.approx(sum(errors) / 4, rel=1e-5)
    assert logged["squared_error"] == pytest.approx(3 * logged["loss"], rel=1e-5)
    metrics = judge(family, networks, batch)
    assert metrics["loss"] == pytest.approx(logged["loss"], rel=1e-5)
    assert metrics["mse"] == pytest.approx(logged["loss"], rel=1e-5)


def test_a_gaussian_of_sequences_weighs_real_steps_alike() -> None:
    family, networks = make("sequence", (7, 3), likelihood={"name": "gaussian"}, **RECURRENT)
    first, second = (losses(family, networks, batch) for batch in (sequences(), sequences(9, beyond=-50.0)))
    assert second == pytest.approx(first, rel=1e-5)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 33, 47), (4, 128, 96), (1, 1, 1)])
def test_a_recurrent_autoencoder_takes_images_of_any_size(shape: tuple[int, ...]) -> None:
    family, networks = make("image", shape, **RECURRENT)
    images = torch.rand(2, *shape)
    assert family.reconstruct(networks, images).shape == images.shape
    assert family.encode(networks, images).shape == (2, 4)
    assert next(iter(family.layers(networks))).startswith("encoder.layers.lstm1")


NOISE = {"name": "dropout", "amount": 0.5}


def images(n: int = 5) -> Batch:
    values = torch.rand(n, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    return Batch(values, values, torch.arange(n))


def test_training_sees_noise_and_evaluation_judges_clean_and_noisy_apart() -> None:
    family, networks = make("image", (1, 8, 8), noise=NOISE, **DENSE)
    clean, _same = make("image", (1, 8, 8), **DENSE)
    batch, records = images(), Records()
    assert losses(family, networks, batch)["loss"] != losses(clean, networks, batch)["loss"]
    metrics, plain = judge(family, networks, batch, records), judge(clean, networks, batch)
    assert {name: metrics[name] for name in plain} == pytest.approx(plain)
    noisy = records["noisy_inputs"]
    assert metrics["noisy_input_mse"] == pytest.approx((noisy - batch.targets).square().mean().item(), rel=1e-5)
    rebuilt = family.reconstruct(networks, noisy)
    assert metrics["noisy_mse"] == pytest.approx((rebuilt - batch.targets).square().mean().item(), rel=1e-5)
    torch.testing.assert_close(records["noisy_reconstructions"], rebuilt)


def test_noisy_metrics_do_not_depend_on_the_batches_and_another_unit_has_no_baseline() -> None:
    family, networks = make("image", (1, 8, 8), noise=NOISE, **DENSE)
    with torch.no_grad():
        whole = family.evaluate(networks, images(), rng(5))
    values, parts = images().inputs, []
    for first, last in ((0, 2), (2, 5)):
        part = values[first:last]
        positions = rng(last - first, epoch=first)
        parts.append(family.evaluate(networks, Batch(part, part, torch.arange(first, last)), positions))
    for name in ("noisy_mse", "noisy_input_mse"):
        assert sum(part[name].item() for part in parts) == pytest.approx(whole[name].item(), rel=1e-5)
    scaled = Batch(values * 255, values, torch.arange(5))
    assert "noisy_input_mse" not in judge(family, networks, scaled)


def test_l1_is_kerass_activity_regularisation_beside_the_mean_squared_error() -> None:
    family, networks = make("image", (1, 8, 8), sparsity={"name": "l1", "weight": 0.01}, **DENSE)
    batch = images()
    code = family.encode(networks, batch.inputs)
    error = (family.reconstruct(networks, batch.inputs) - batch.targets).square().mean().item()
    activity = code.abs().sum(1).mean().item()
    logged = losses(family, networks, batch)
    assert logged["activity_l1"] == pytest.approx(activity, rel=1e-5)
    assert logged["loss"] == pytest.approx(error + 0.01 * activity, rel=1e-5)
    metrics = judge(family, networks, batch)
    assert {name: metrics[name] for name in logged} == pytest.approx(logged, rel=1e-5)
    assert metrics["mean_activity"] == pytest.approx(code.mean().item(), rel=1e-5)
    assert metrics["mse"] == pytest.approx(error, rel=1e-5)


def test_kl_of_an_evaluation_is_that_of_the_mean_activity_of_all_samples() -> None:
    sparsity = {"name": "kl", "weight": 0.01, "target": 0.1}
    family, networks = make("image", (1, 8, 8), sparsity=sparsity, **DENSE)
    batch = images()
    code = family.encode(networks, batch.inputs)
    expected = kl_to_target(code.mean(0), 0.1).item()
    values = batch.inputs
    parts = [
        family.evaluate(networks, Batch(values[a:b], values[a:b], torch.arange(a, b)), rng(b - a))
        for a, b in ((0, 1), (1, 5))
    ]
    sums = {name: (parts[0][name] + parts[1][name]).detach() for name in parts[0]}
    metrics = family.metrics(sums, networks)
    assert metrics["activity_kl"] == pytest.approx(expected, rel=1e-4)
    assert metrics["loss"] == pytest.approx(metrics["mse"] + 0.01 * expected, rel=1e-4)
    assert losses(family, networks, batch)["activity_kl"] == pytest.approx(expected, rel=1e-4)


def test_weights_of_samples_count_in_both_penalties() -> None:
    values = images().inputs
    weighted = Batch(values, values, torch.arange(5), weights=torch.tensor([0.0, 0.0, 1.0, 1.0, 0.0]))
    two = Batch(values[2:4], values[2:4], torch.arange(2, 4))
    for sparsity in ({"name": "l1", "weight": 0.1}, {"name": "kl", "weight": 0.1, "target": 0.2}):
        family, networks = make("image", (1, 8, 8), sparsity=sparsity, **DENSE)
        assert losses(family, networks, weighted) == pytest.approx(losses(family, networks, two), rel=1e-4)


def test_kl_needs_a_code_that_is_a_probability_and_a_target() -> None:
    sparsity = {"name": "kl", "weight": 0.1, "target": 0.2}
    with pytest.raises(RecipeError, match="code_activation: sigmoid"):
        make("image", (1, 8, 8), sparsity=sparsity, encoder={"name": "dense"}, decoder={"name": "dense"})
    for wrong in ({"name": "kl", "weight": 0.1}, {"name": "l1", "weight": 0.1, "target": 0.2}):
        with pytest.raises(ValueError, match="target"):
            SparsitySection.model_validate(wrong)


WIDE = {
    "rnn": {
        "encoder": {"name": "recurrent", "hidden": [48], "code": 24},
        "decoder": {"name": "recurrent", "hidden": [48]},
    },
    "dense": {
        "encoder": {"name": "dense", "hidden": [64], "code": 24, "code_activation": "sigmoid"},
        "decoder": {"name": "dense", "hidden": [64]},
    },
}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("sequence", WIDE["rnn"]),
        ("image", {**WIDE["rnn"], "likelihood": {"name": "squared-error", "linear": True}}),
        ("image", {**WIDE["dense"], "noise": {"name": "dropout", "amount": 0.3}}),
        ("image", {**WIDE["dense"], "sparsity": {"name": "l1", "weight": 1e-5}}),
        ("image", {**WIDE["dense"], "sparsity": {"name": "kl", "weight": 1e-5, "target": 0.2}}),
    ],
    ids=["sequences", "rows", "dropout", "l1", "kl"],
)
def test_eight_samples_are_learned_by_heart(kind: str, settings: dict[str, Any]) -> None:
    batch = sequences() if kind == "sequence" else images(8)
    family, networks = make(kind, tuple(batch.inputs.shape[1:]), **settings)
    before = judge(family, networks, batch)["mse"]
    optimiser = torch.optim.Adam(networks.parameters(), 0.01)
    for step in range(300):
        optimiser.zero_grad()
        terms = family.losses(networks, batch, rng(len(batch), epoch=step), START, "main")
        family.total(networks, terms, START, "main")[0].backward()
        optimiser.step()
    assert judge(family, networks, batch)["mse"] < (0.3 if "noise" in settings else 0.05) * before
