from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.training.harness import Killed, Session, assert_same, outcome
from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError, RequestError
from trasluz.families import base
from trasluz.families.base import Keep, Progress
from trasluz.families.vae import Family
from trasluz.recipe import from_dict
from trasluz.rng import Rng, StepRng
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop

SMALL: dict[str, Any] = {
    "family": "vae",
    "encoder": {"name": "strided", "channels": [4, 6], "hidden": [12], "dropout": 0.1},
    "decoder": {"name": "strided", "channels": [6, 4]},
    "latent": 3,
}
START = Progress("train", 0, 0, torch.tensor(0.0))
END = Progress("train", 9, 0, torch.tensor(1.0))
MMD = {"name": "mmd", "bandwidths": [1.0, 2.0]}


class Records(dict[str, Tensor]):
    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        self[name] = values


def rng(n: int, epoch: int = 0) -> StepRng:
    return Rng(0).at(epoch, 0, torch.arange(n))


def batch_of(images: Tensor, weights: Tensor | None = None) -> Batch:
    return Batch(images, images, torch.arange(len(images)), weights=weights)


def make(shape: tuple[int, int, int] = (1, 8, 8), **settings: Any) -> tuple[Family, nn.ModuleDict]:
    family = base.create({**SMALL, **settings}, DataSpec("image", shape))
    assert isinstance(family, Family)
    torch.manual_seed(0)
    return family, family.build()


def test_notebooks_vae_has_its_layers_shapes_and_parameter_counts() -> None:
    family = base.create(recipe.load("vae").model, DataSpec("image", (1, 28, 28)))
    networks = family.build()
    shapes = family.layers(networks)
    assert [shapes[f"encoder.{name}"] for name in ("conv1", "conv2", "dense1")] == [(32, 14, 14), (64, 7, 7), (128,)]
    assert [shapes[f"head.{name}"] for name in ("mean", "log_variance")] == [(10,), (10,)]
    assert [shapes[f"decoder.deconv{i}"] for i in (1, 2, 3)] == [(64, 14, 14), (32, 28, 28), (1, 28, 28)]
    encoder = (9 * 32 + 32) + 2 * 32 + (32 * 9 * 64 + 64) + 2 * 64 + (3136 * 128 + 128)
    decoder = (10 * 3136 + 3136) + (64 * 9 * 64 + 64) + 2 * 64 + (64 * 9 * 32 + 32) + 2 * 32 + (32 * 9 + 1)
    assert sum(p.numel() for p in networks.parameters()) == encoder + 2 * (128 * 10 + 10) + decoder
    assert {(m.momentum, m.eps) for m in networks.modules() if isinstance(m, nn.BatchNorm2d)} == {(0.01, 0.001)}
    bound = math.sqrt(6 / (3136 + 128))
    largest = networks["encoder"].dense1.weight.detach().abs().max().item()
    assert 0.99 * bound < largest <= bound


@pytest.mark.parametrize(("name", "beta"), [("vae", 0.784 / 0.6), ("vae-tuned", 0.784 / 0.6), ("vae-mse", 1.0)])
def test_effective_beta_of_the_recipes_is_told(name: str, beta: float) -> None:
    family = base.create(recipe.load(name).model, DataSpec("image", (1, 28, 28)))
    networks = family.build()
    with torch.inference_mode():
        sums = family.evaluate(networks.eval(), batch_of(torch.rand(3, 1, 28, 28)), rng(3))
    assert family.metrics(sums, networks)["effective_beta"] == pytest.approx(beta)


def test_loss_of_the_notebooks_vae_is_its_weighted_sum_of_two_means() -> None:
    """0.6·mean binary cross-entropy of pixels + 0.01·mean KL of batch and dimensions."""
    family, networks = make(
        latent=10, likelihood={"name": "weighted-cross-entropy", "weight": 0.6},
        divergence={"name": "kl", "beta": 0.01 * 64 / 10}, scale="mean",
    )  # fmt: skip
    networks.eval()
    images = torch.rand(5, 1, 8, 8)
    terms = family.losses(networks, batch_of(images), rng(5), END, "main")
    total, _logged = family.total(networks, terms, END, "main")
    mean, log_variance = family.posterior(networks, images)
    latents = mean + (log_variance / 2).exp() * rng(5).normal("posterior", 10)
    crossed = F.binary_cross_entropy(family.decode(networks, latents), images)
    kl = -0.5 * (log_variance - mean.square() - log_variance.exp() + 1).mean()
    assert total.item() == pytest.approx((0.6 * crossed + 0.01 * kl).item(), rel=1e-4)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 8, 8), (3, 33, 47), (4, 16, 12), (3, 128, 96)])
@pytest.mark.parametrize("divergence", ["kl", MMD], ids=["kl", "mmd"])
def test_any_size_trains_evaluates_and_generates(shape: tuple[int, int, int], divergence: Any) -> None:
    family, networks = make(shape, divergence=divergence)
    images = torch.rand(3, *shape)
    total, _logged = family.total(
        networks, family.losses(networks, batch_of(images), rng(3), START, "main"), START, "main"
    )
    total.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in networks.parameters())
    networks.eval()
    with torch.inference_mode():
        records = Records()
        found = family.metrics(family.evaluate(networks, batch_of(images), rng(3), records), networks)
        made = family.generate(networks, 3, rng(3))
        assert made.shape == family.reconstruct(networks, images).shape == (3, *shape)
        assert family.encode(networks, images).shape == records["latents"].shape == records["kl"].shape == (3, 3)
    assert made.min() >= 0
    assert made.max() <= 1
    assert next(iter(found)) == "mse"
    assert ("kernel_similarity" in found) == (divergence == MMD)


def test_bits_of_values_that_were_rounded_are_not_told_as_bits_of_the_images() -> None:
    family, networks = make(likelihood="discretised-logistic")
    networks.eval()
    eight = (torch.rand(4, 1, 8, 8) * 255).round()
    sixteen = eight * 257
    sixteen[2, 0, 0, 0] += 1 if sixteen[2, 0, 0, 0] < 65535 else -1  # a single value between two of the 256
    found = []
    for images in (eight / 255, (eight.double() / 255).float(), eight * (1.0 / 255.0), sixteen * (1.0 / 65535)):
        with torch.inference_mode():
            found.append(family.metrics(family.evaluate(networks, batch_of(images), rng(4)), networks))
    assert all("bits_per_dim" in f and "bits_per_dim_rounded" not in f for f in found[:3])
    assert "bits_per_dim" not in found[3]
    assert found[3]["bits_per_dim_rounded"] == pytest.approx(found[0]["bits_per_dim"], rel=1e-3)
    assert "rounded_samples" not in found[3]


@pytest.mark.parametrize(
    "likelihood",
    [
        "squared-error", "bernoulli", "continuous-bernoulli", "gaussian", {"name": "gaussian", "sigma": "decoder"},
        "discretised-logistic", {"name": "bernoulli", "pixels": "dynamic"}, "weighted-cross-entropy",
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("divergence", ["kl", MMD], ids=["kl", "mmd"])
def test_any_likelihood_goes_with_any_divergence_and_bounds_are_told_only_where_they_mean_something(
    likelihood: Any, divergence: Any
) -> None:
    family, networks = make(likelihood=likelihood, divergence=divergence)
    images = (torch.rand(6, 1, 8, 8) * 255).round() / 255
    optimiser = torch.optim.Adam(networks.parameters(), 1e-2)
    values = []
    for step in range(12):
        terms = family.losses(networks, batch_of(images), rng(6, step), END, "main")
        total, _logged = family.total(networks, terms, END, "main")
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        values.append(total.item())
    assert values[-1] < values[0]
    networks.eval()
    with torch.inference_mode():
        found = family.metrics(family.evaluate(networks, batch_of(images), rng(6)), networks)
    assert ("elbo" in found) == family.likelihood.normalised
    assert ("bits_per_dim" in found) == family.likelihood.discrete
    if "elbo" in found:
        assert found["elbo"] == pytest.approx(-(found["reconstruction"] + found["kl"]), rel=1e-5)
    if family.likelihood.normalised:
        family.need_evidence()
        with torch.inference_mode():
            weights = family.log_weights(networks, batch_of(images), rng(6), 0, 400)
        assert weights.shape == (400, 6)
        assert weights.mean().item() == pytest.approx(found["elbo"], abs=0.2 * abs(found["elbo"]) + 2)
    else:
        with pytest.raises(RequestError, match="no evidence to bound"):
            family.need_evidence()


@pytest.mark.parametrize("name", ["vae-tuned", "mmd-vae-tuned", "vae-mse", "vae-mnist"])
def test_tuned_recipes_overfit_eight_images(name: str) -> None:
    family = base.create(recipe.load(name).model, DataSpec("image", (1, 12, 12)))
    torch.manual_seed(0)
    networks = family.build()
    ramp = torch.linspace(0, 3, 12)
    images = torch.stack([(torch.sin(ramp * k)[:, None] * torch.cos(ramp)[None] > 0.2).float() for k in range(1, 9)])
    images = images[:, None]
    optimiser = torch.optim.Adam(networks.parameters(), 3e-3)
    for step in range(150):
        terms = family.losses(networks, batch_of(images), rng(8, step), START, "main")
        total = terms["reconstruction"] + 0.001 * terms["divergence"]
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    networks.eval()
    with torch.inference_mode():
        found = family.metrics(family.evaluate(networks, batch_of(images), rng(8)), networks)
    assert found["rounded_accuracy"] > 0.97


def test_augmented_inputs_change_what_the_encoder_sees_while_training_and_never_the_target() -> None:
    changes = {"augment_inputs": {"flip_horizontal": True, "contrast": 0.2}}
    family, networks = make(**changes)
    plain, _same = make()
    networks.eval()
    images = torch.rand(40, 1, 8, 8)
    seen: list[Tensor] = []
    networks["encoder"].register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    family.losses(networks, batch_of(images), rng(40), START, "main")
    flipped = [
        bool((image - image.mean() - (old.flip(2) - old.mean())).abs().max() < 0.25)
        for image, old in zip(seen[0], images, strict=True)
    ]
    assert 8 < sum(flipped) < 32
    with torch.inference_mode():
        first = family.evaluate(networks, batch_of(images), rng(40))
        second = plain.evaluate(networks, batch_of(images), rng(40))
    assert torch.equal(seen[1], images)
    assert_same(first, second)


def test_dynamic_pixels_are_seen_by_the_encoder_and_compared_with_by_the_likelihood_only() -> None:
    family, networks = make(likelihood={"name": "bernoulli", "pixels": "dynamic"})
    networks.eval()
    images = torch.rand(4, 1, 8, 8)
    seen: list[Tensor] = []
    networks["encoder"].register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    with torch.inference_mode():
        sums = family.evaluate(networks, batch_of(images), rng(4))
    observed = family.likelihood.observe(images, rng(4))
    assert torch.equal(seen[0], observed)
    assert set(observed.unique().tolist()) == {0.0, 1.0}
    mean = family.decode(networks, base_mean(networks, observed))
    assert float(sums["squared_error"]) == pytest.approx((mean - images).square().sum().item(), rel=1e-4)


def base_mean(networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
    return networks["head"](networks["encoder"](inputs)).chunk(2, 1)[0]


def test_evaluation_sums_agree_whatever_the_batches() -> None:
    family, networks = make(divergence="kl", likelihood="gaussian")
    networks.eval()
    images = torch.rand(5, 1, 8, 8)
    with torch.inference_mode():
        whole = family.evaluate(networks, batch_of(images), rng(5))
        parts = [
            family.evaluate(networks, batch_of(images[i:j]), Rng(0).at(0, 0, torch.arange(i, j)))
            for i, j in ((0, 2), (2, 5))
        ]
    for name, value in whole.items():
        torch.testing.assert_close(value, parts[0][name] + parts[1][name], rtol=1e-4, atol=1e-4)


def test_weights_of_samples_weigh_both_terms() -> None:
    family, networks = make()
    networks.eval()
    images = torch.rand(3, 1, 8, 8)
    weighted = family.losses(networks, batch_of(images, weights=torch.tensor([0.0, 2.0, 0.0])), rng(3), START, "main")
    alone = family.losses(networks, batch_of(images[1:2]), Rng(0).at(0, 0, torch.tensor([1])), START, "main")
    for name, value in weighted.terms.items():
        assert value.item() == pytest.approx(alone[name].item(), rel=1e-4)


def test_bfloat16_leaves_posteriors_terms_and_images_in_float32() -> None:
    family, networks = make(likelihood="gaussian")
    images = torch.rand(3, 1, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        terms = family.losses(networks, batch_of(images), rng(3), START, "main")
        assert {value.dtype for value in terms.terms.values()} == {torch.float32}
        assert {part.dtype for part in family.posterior(networks, images)} == {torch.float32}
        assert family.reconstruct(networks, images).dtype == torch.float32


def test_a_learned_width_is_among_the_networks_and_moves() -> None:
    _family, networks = make(likelihood="gaussian")
    assert "likelihood.free_width" in networks.state_dict()
    assert "likelihood" not in make()[1]


def test_wrong_requests_are_told_with_their_place() -> None:
    with pytest.raises(RecipeError, match=r"model.divergence: there is no 'kll'.*Did you mean kl"):
        make(divergence="kll")
    with pytest.raises(RecipeError, match=r"model.latent: 0 is not allowed"):
        make(latent=0)
    family, networks = make()
    with pytest.raises(RequestError, match="trained without classes"):
        family.generate(networks, 2, rng(2), torch.zeros(2, dtype=torch.int64))


@pytest.mark.parametrize(
    "changes", [{"augment_inputs": {"contrast": 0.2}}, {"likelihood": {"name": "bernoulli", "pixels": "threshold"}}]
)
def test_what_is_done_to_images_in_zero_to_one_refuses_other_inputs(changes: Any, tmp_path: Path) -> None:
    settings = {"name": "vae", "model": {**SMALL, **changes}, "data": {"normalise": "standard"}}
    with pytest.raises(RecipeError, match=r"data.normalise: standard does not go with this model.*set it to unit"):
        Session(from_dict(settings), tmp_path / "run").run()


class KillAt(Callback):
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step == self.step:
            raise Killed


CASES = {
    "kl": {"likelihood": {"name": "bernoulli", "pixels": "dynamic"}, "divergence": {"name": "kl", "warmup": 0.7}},
    "mmd": {"likelihood": "gaussian", "divergence": MMD, "augment_inputs": {"flip_horizontal": True}},
}


@pytest.mark.parametrize("name", CASES)
def test_a_killed_run_ends_as_the_uninterrupted_one_and_as_a_second_one(name: str, tmp_path: Path) -> None:
    train = {"epochs": 3, "batch": 20, "optimiser": {"learning_rate": 3e-3}, "ema": 0.9, "checkpoint_minutes": 0}
    model, compute = {**SMALL, **CASES[name]}, {"threads": 1, "device": "cpu"}
    chosen = from_dict({"name": "vae", "model": model, "train": train, "compute": compute, "seed": 5})
    expected = outcome(Session(chosen, tmp_path / "whole").run())
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [KillAt(7)]).run()
    assert_same(expected, outcome(Session(chosen, tmp_path / "killed").run(resumed=True)))
    assert_same(expected, outcome(Session(chosen, tmp_path / "second").run()))
