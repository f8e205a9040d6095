from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError
from trasluz.families import base
from trasluz.families.base import Keep, Progress
from trasluz.rng import Rng, StepRng

NOTEBOOK = recipe.load("conv-autoencoder").model
START = Progress("train", 0, 0, torch.tensor(0.0))


class Records(dict[str, Tensor]):
    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        self[name] = values


def rng(n: int) -> StepRng:
    return Rng(0).at(0, 0, torch.arange(n))


def batch_of(images: Tensor, inputs: Tensor | None = None, weights: Tensor | None = None) -> Batch:
    return Batch(images if inputs is None else inputs, images, torch.arange(len(images)), weights=weights)


def make(shape: tuple[int, int, int], **settings: Any) -> tuple[base.BaseFamily, nn.ModuleDict]:
    small = {"encoder": {"name": "conv", "channels": [4, 8]}, "decoder": {"name": "conv-transpose", "channels": [4]}}
    family = base.create({"family": "autoencoder", **small, **settings}, DataSpec("image", shape))
    torch.manual_seed(0)
    return family, family.build()


def test_notebooks_autoencoder_has_its_layers_shapes_and_parameter_counts() -> None:
    family = base.create(NOTEBOOK, DataSpec("image", (1, 28, 28)))
    networks = family.build()
    shapes = family.layers(networks)
    stage = ["conv", "activation", "dropout", "norm", "pool"]
    expected = [f"encoder.{part}{i}" for i in (1, 2, 3) for part in stage]
    expected += ["encoder.pointwise", "encoder.pointwise_activation"]
    expected += [f"decoder.{part}{i}" for i in (1, 2) for part in ["deconv", *stage[1:4]]] + ["decoder.deconv3"]
    assert list(shapes) == expected
    pools = [shapes[f"encoder.pool{i}"] for i in (1, 2, 3)]
    assert pools == [(16, 14, 14), (32, 7, 7), (64, 3, 3)]
    assert shapes["encoder.pointwise"] == (128, 3, 3)
    assert [shapes[f"decoder.deconv{i}"] for i in (1, 2, 3)] == [(32, 7, 7), (16, 14, 14), (1, 28, 28)]
    counts = {
        n: sum(p.numel() for p in m.parameters())
        for n, m in networks.named_modules()
        if n.split(".")[-1][:2] in ("co", "po", "de") and "." in n
    }
    kernels = {name: count for name, count in counts.items() if "pool" not in name}
    assert kernels == {
        "encoder.conv1": 160, "encoder.conv2": 4640, "encoder.conv3": 18496, "encoder.pointwise": 64 * 128 + 128,
        "encoder.pointwise_activation": 0, "decoder.deconv1": 128 * 32 * 9 + 32, "decoder.deconv2": 32 * 16 * 9 + 16,
        "decoder.deconv3": 16 * 9 + 1,
    }  # fmt: skip
    norms = 2 * (16 + 32 + 64 + 32 + 16)
    assert sum(p.numel() for p in networks.parameters()) == sum(kernels.values()) + norms


def test_notebooks_settings_are_those_of_keras() -> None:
    networks = base.create(NOTEBOOK, DataSpec("image", (1, 28, 28))).build()
    norms = [m for m in networks.modules() if isinstance(m, nn.BatchNorm2d)]
    assert {(m.momentum, m.eps) for m in norms} == {(0.01, 0.001)}
    assert all(not m.bias.any() for m in networks.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)))
    pointwise = networks["encoder"].pointwise.weight.detach()
    assert pointwise.abs().max() <= math.sqrt(6 / (64 + 128))


def test_penalty_is_keras_l2_of_the_five_regularised_kernels_only() -> None:
    family = base.create(NOTEBOOK, DataSpec("image", (1, 28, 28)))
    networks = family.build()
    names = ["encoder.conv1", "encoder.conv2", "encoder.conv3", "decoder.deconv1", "decoder.deconv2"]
    kernels = [networks.get_parameter(f"{name}.weight") for name in names]
    penalty = family.penalty(networks, "main")
    assert penalty is not None
    assert penalty.item() == pytest.approx(sum(0.01 * float((w.detach() ** 2).sum()) for w in kernels), rel=1e-5)
    penalty.backward()
    for name, parameter in networks.named_parameters():
        if name.removesuffix(".weight") in names and name.endswith("weight"):
            assert torch.allclose(parameter.grad, 0.02 * parameter.detach())
        else:
            assert parameter.grad is None


def test_loss_of_scale_mean_is_kerass_mean_squared_error() -> None:
    images = torch.rand(3, 2, 9, 11)
    for scale, divisor in (("mean", 2 * 9 * 11), ("sum", 1)):
        family, networks = make((2, 9, 11), scale=scale, l2=0.03)
        networks.eval()
        terms = family.losses(networks, batch_of(images), rng(3), START, "main")
        total, logged = family.total(networks, terms, START, "main")
        error = (family.reconstruct(networks, images) - images).square().flatten(1).sum(1).mean()
        assert logged["squared_error"].item() == pytest.approx(error.item(), rel=1e-5)
        penalty = 0.03 * sum(float((p.detach() ** 2).sum()) for p in networks.parameters() if p.ndim > 1)
        assert total.item() == pytest.approx(error.item() / divisor + penalty, rel=1e-5)


def test_bernoulli_loss_is_binary_cross_entropy_of_the_reconstruction() -> None:
    images = torch.rand(3, 1, 8, 8)
    family, networks = make((1, 8, 8), likelihood="bernoulli", scale="sum")
    networks.eval()
    terms = family.losses(networks, batch_of(images), rng(3), START, "main")
    expected = F.binary_cross_entropy(family.reconstruct(networks, images), images, reduction="sum") / 3
    assert terms["cross_entropy"].item() == pytest.approx(expected.item(), rel=1e-4)
    with torch.inference_mode():
        sums = family.evaluate(networks, batch_of(images), rng(3))
    assert family.metrics(sums, networks)["loss"] == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize("settings", [{}, {"encoder": {"name": "conv", "channels": [4, 8], "code": 5}}])
def test_decode_of_encode_is_the_reconstruction_in_zero_to_one(settings: dict[str, Any]) -> None:
    family, networks = make((3, 10, 13), **settings)
    networks.eval()
    inputs = torch.randn(4, 3, 10, 13) * 3
    code = family.encode(networks, inputs)
    reconstruction = family.reconstruct(networks, inputs)
    assert code.ndim == 2
    assert torch.equal(family.decode(networks, code), reconstruction)
    assert reconstruction.min() >= 0
    assert reconstruction.max() <= 1


def test_evaluation_records_and_sums_agree_whatever_the_batches() -> None:
    family, networks = make((1, 12, 9))
    networks.eval()
    images, inputs = torch.rand(5, 1, 12, 9), torch.randn(5, 1, 12, 9)
    records = Records()
    with torch.inference_mode():
        whole = family.evaluate(networks, batch_of(images, inputs), rng(5), records)
        parts = [family.evaluate(networks, batch_of(images[i:j], inputs[i:j]), rng(j - i)) for i, j in ((0, 2), (2, 5))]
    for name, value in whole.items():
        assert value.item() == pytest.approx(sum(part[name].item() for part in parts), rel=1e-5)
    metrics = family.metrics(whole, networks)
    assert metrics["mse"] == pytest.approx(F.mse_loss(records["reconstruction"], images).item(), rel=1e-5)
    assert metrics["mse"] == pytest.approx(records["error"].mean().item(), rel=1e-5)
    assert metrics["psnr"] == pytest.approx(-10 * math.log10(metrics["mse"]), rel=1e-5)
    assert metrics["loss"] == pytest.approx(metrics["mse"], rel=1e-5)
    agree = (records["reconstruction"] > 0.5) == (images > 0.5)
    assert metrics["rounded_accuracy"] == pytest.approx(agree.float().mean().item(), rel=1e-5)
    assert records["code"].shape == (5, 8 * 3 * 2)


def test_weights_of_samples_weigh_the_loss() -> None:
    family, networks = make((1, 8, 8))
    networks.eval()
    images = torch.rand(3, 1, 8, 8)
    weighted = family.losses(networks, batch_of(images, weights=torch.tensor([0.0, 2.0, 0.0])), rng(3), START, "main")
    alone = family.losses(networks, batch_of(images[1:2]), rng(1), START, "main")
    assert weighted["squared_error"].item() == pytest.approx(alone["squared_error"].item(), rel=1e-5)


@pytest.mark.parametrize("name", ["conv-autoencoder-tuned", "conv-autoencoder-fast", "digits-autoencoder"])
def test_built_in_recipes_overfit_eight_images(name: str) -> None:
    shape = (1, 8, 8) if "digits" in name else (1, 12, 12)
    family = base.create(recipe.load(name).model, DataSpec("image", shape))
    torch.manual_seed(0)
    networks = family.build().to(memory_format=torch.channels_last)
    ramp = torch.linspace(0, 3, shape[1])
    images = torch.stack([(torch.sin(ramp * k)[:, None] * torch.cos(ramp)[None] + 1) / 2 for k in range(1, 9)])[:, None]
    optimiser = torch.optim.Adam(networks.parameters(), 1e-2)
    for _step in range(60):
        terms = family.losses(networks, batch_of(images), rng(8), START, "main")
        total, _logged = family.total(networks, terms, START, "main")
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    assert total.item() < 0.006


def test_bfloat16_gives_float32_results_and_losses() -> None:
    family, networks = make((1, 8, 8))
    images = torch.rand(3, 1, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        assert family.losses(networks, batch_of(images), rng(3), START, "main")["squared_error"].dtype == torch.float32
        assert family.encode(networks, images).dtype == torch.float32
        assert family.reconstruct(networks, images).dtype == torch.float32


def test_listing_layers_and_decoding_leave_modes_and_statistics_alone() -> None:
    family, networks = make((1, 8, 8))
    before = {name: value.clone() for name, value in networks.state_dict().items()}
    family.layers(networks)
    family.decode(networks.eval(), torch.zeros(1, 8 * 2 * 2))
    networks.train()
    family.layers(networks)
    assert all(torch.equal(value, before[name]) for name, value in networks.state_dict().items())
    assert networks["encoder"].training
    assert not networks["encoder"]._forward_hooks


def test_images_too_small_are_refused_in_one_sentence() -> None:
    family = base.create(NOTEBOOK, DataSpec("image", (1, 7, 28)))
    with pytest.raises(RecipeError, match="images of 7×28 pixels vanish at stage 3 of 3"):
        family.build()


def test_unknown_field_of_the_model_is_told_with_its_place() -> None:
    with pytest.raises(RecipeError, match=r"model.likelyhood: no such field.*Did you mean likelihood"):
        base.create({"family": "autoencoder", "likelyhood": "bernoulli"}, DataSpec("image", (1, 8, 8)))
