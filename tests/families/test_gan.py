from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError, RequestError
from trasluz.families import base
from trasluz.families.base import Progress
from trasluz.model.evaluation_mode import evaluation_mode
from trasluz.model.hardware import Hardware
from trasluz.recipe import TrainSection
from trasluz.rng import Rng, StepRng
from trasluz.training.engine import Engine, make_fabric

START = Progress("train", 0, 0, torch.tensor(0.0))
CPU = Hardware("cpu", 1, 1, "fp32", "channels-last", 1)
BF16 = Hardware("cpu", 1, 1, "bf16", "channels-last", 1)
CLASSES = ("a", "b", "c")


def rng(n: int, step: int = 0) -> StepRng:
    return Rng(0).at(0, step, torch.arange(n) + 1000 * step)


def make(shape: tuple[int, int, int] = (1, 16, 16), **settings: Any) -> tuple[base.BaseFamily, nn.ModuleDict]:
    discriminator = {"name": "dcgan", "width": 8, **settings.pop("discriminator", {})}
    tree = {
        "family": "gan",
        "generator": {"name": "dcgan", "width": 8, **settings.pop("generator", {})},
        "discriminator": discriminator,
        "latent": 6,
        **settings,
    }
    family = base.create(tree, DataSpec("image", shape, CLASSES))
    torch.manual_seed(0)
    return family, family.build().to(memory_format=torch.channels_last)


def batch_of(n: int = 8, shape: tuple[int, int, int] = (1, 16, 16), labels: Tensor | None = None) -> Batch:
    images = torch.rand(n, *shape, generator=torch.Generator().manual_seed(2))
    labels = torch.arange(n) % 3 if labels is None else labels
    return Batch(images * 3 - 1, images, torch.arange(n), labels=labels)


def engine_for(family: base.BaseFamily, networks: nn.ModuleDict, hardware: Hardware = CPU, **train: Any) -> Engine:
    settings = {"optimiser": {"learning_rate": 2e-3, "betas": (0.5, 0.99)}, **train}
    return Engine(make_fabric(hardware), networks, family.updates(), TrainSection(**settings))


def take(family: base.BaseFamily, engine: Engine, batch: Batch, steps: int) -> list[dict[str, Tensor]]:
    engine.networks.train()
    logged = []
    for step in range(steps):
        engine.begin_step(step, 0.0, 1.0)
        with Rng(1).ambient("dropout", step):
            logged.append(family.step(engine, engine.networks, batch, rng(len(batch), step), START))
        engine.end_step()
    return logged


def weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.named_parameters()}


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return all(torch.equal(value, second[name]) for name, value in first.items())


def test_a_step_folds_no_key_for_masks_that_nobody_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = StepRng.of_step

    def heard(self: StepRng, purpose: str) -> Rng:
        asked.append(purpose)
        return real(self, purpose)

    monkeypatch.setattr(StepRng, "of_step", heard)
    family, networks = make()
    take(family, engine_for(family, networks), batch_of(), 1)
    assert not [purpose for purpose in asked if purpose.startswith("masks/")]


def test_each_update_moves_its_own_network_and_leaves_no_gradient_anywhere() -> None:
    family, networks = make(r1=1.0, generator_every=2)
    engine, batch = engine_for(family, networks), batch_of()
    assert [(u.name, u.networks, u.every) for u in family.updates()] == [
        ("discriminator", ("discriminator",), 1),
        ("generator", ("generator",), 2),
    ]
    engine.begin_step(1, 0.0, 1.0)  # the generator rests
    before = weights(networks["generator"])
    discriminator = weights(networks["discriminator"])
    family.step(engine, networks, batch, rng(8), START)
    assert same(before, weights(networks["generator"]))
    assert not any(
        torch.equal(v, dict(networks["discriminator"].named_parameters())[n]) for n, v in discriminator.items()
    )
    discriminator = weights(networks["discriminator"])
    terms = family.losses(networks, batch, rng(8), START, "generator")
    engine.backward(family.updates()[1], family.total(networks, terms, START, "generator")[0], 1.0)
    assert all(p.grad is None for p in networks["discriminator"].parameters())
    assert all(p.grad is not None for p in networks["generator"].parameters())
    engine.apply(family.updates()[1])
    assert same(discriminator, weights(networks["discriminator"]))
    assert not same(before, weights(networks["generator"]))
    assert all(p.grad is None for p in networks.parameters())


@pytest.mark.parametrize("loss", ["non-saturating", "hinge"])
def test_terms_are_the_losses_of_the_scores(loss: str) -> None:
    family, networks = make(loss=loss)
    networks.eval()
    batch = batch_of()
    terms = family.losses(networks, batch, rng(8), START, "discriminator")
    real = family.discriminate(networks, batch.targets)
    made = family.decode(networks, rng(8).normal("latent/discriminator", 6))
    generated = family.discriminate(networks, made)
    if loss == "hinge":
        expected = [(1 - real).clamp_min(0).mean(), (1 + generated).clamp_min(0).mean()]
    else:
        expected = [-real.sigmoid().log().mean(), -(1 - generated.sigmoid()).log().mean()]
    assert [terms["real"].item(), terms["generated"].item()] == pytest.approx([e.item() for e in expected], rel=1e-4)
    total, _logged = family.total(networks, terms, START, "discriminator")
    assert total.item() == pytest.approx(sum(e.item() for e in expected), rel=1e-4)
    own = family.losses(networks, batch, rng(8), START, "generator")["adversarial"]
    others = family.discriminate(networks, family.decode(networks, rng(8).normal("latent/generator", 6)))
    expected_own = -others.mean() if loss == "hinge" else -others.sigmoid().log().mean()
    assert own.item() == pytest.approx(expected_own.item(), rel=1e-4, abs=1e-8)


def test_generators_gradient_reaches_it_through_the_discriminator_alone() -> None:
    family, networks = make()
    first = family.losses(networks, batch_of(), rng(8), START, "generator")["adversarial"]
    other = Batch(torch.zeros(8, 1, 16, 16), torch.zeros(8, 1, 16, 16), torch.arange(8))
    networks.eval()
    assert family.losses(networks, other, rng(8), START, "generator")["adversarial"].item() == pytest.approx(
        family.losses(networks, batch_of(), rng(8), START, "generator")["adversarial"].item()
    )
    assert first.requires_grad


class Linear(nn.Module):
    """A discriminator whose gradient with respect to an image is its weight."""

    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(256, 1)

    def forward(self, images: Tensor) -> Tensor:
        scores: Tensor = self.line(images.flatten(1))
        return scores


def test_penalty_of_a_linear_discriminator_is_analytic_and_counts_for_the_steps_between() -> None:
    family, networks = make(r1=0.3, r1_every=4)
    networks["discriminator"] = Linear()
    weight = networks["discriminator"].line.weight
    terms = family.losses(networks, batch_of(), rng(8), START, "r1")
    assert terms["r1"].item() == pytest.approx(weight.square().sum().item(), rel=1e-5)
    total, _logged = family.total(networks, terms, START, "r1")
    assert total.item() == pytest.approx(0.3 / 2 * 4 * weight.square().sum().item(), rel=1e-5)
    total.backward()
    torch.testing.assert_close(weight.grad, 0.3 * 4 * weight.detach())


def test_penalty_comes_at_every_nth_step_of_the_phase_and_joins_the_discriminators_update() -> None:
    family, networks = make(r1=0.3, r1_every=4)
    logged = take(family, engine_for(family, networks), batch_of(), 9)
    assert [step for step, terms in enumerate(logged) if "discriminator/r1" in terms.terms] == [0, 4, 8]
    first = logged[4]
    parts = first["discriminator/real"] + first["discriminator/generated"] + 0.3 / 2 * 4 * first["discriminator/r1"]
    assert first["discriminator/loss"].item() == pytest.approx(parts.item(), rel=1e-5)
    assert set(logged[1].terms) == {f"discriminator/{t}" for t in ("real", "generated", "loss")} | {
        "generator/adversarial",
        "generator/loss",
    }


def test_penalty_stays_in_float32_under_bfloat16() -> None:
    family, networks = make(r1=1.0, discriminator={"spectral_norm": True})
    twin, others = make(r1=1.0, discriminator={"spectral_norm": True})
    bf16 = take(family, engine_for(family, networks, BF16), batch_of(), 1)[0]
    fp32 = take(twin, engine_for(twin, others), batch_of(), 1)[0]
    assert bf16["discriminator/r1"].item() == pytest.approx(fp32["discriminator/r1"].item(), rel=1e-5)
    assert all(value.dtype == torch.float32 for value in bf16.terms.values())


def test_a_batch_in_parts_gives_the_same_step_where_no_norm_mixes_samples() -> None:
    found = []
    for accumulate in (1, 3):
        family, networks = make(r1=0.5, generator={"norm": None}, diff_augment=["translation", "colour"])
        engine = engine_for(family, networks, accumulate=accumulate, optimiser={"name": "sgd", "learning_rate": 0.1})
        take(family, engine, batch_of(), 2)
        found.append(weights(networks))
    for name, value in found[0].items():
        torch.testing.assert_close(found[1][name], value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(16, 16), (19, 28), (33, 47)])
@pytest.mark.parametrize("conditional", [False, True])
def test_every_size_trains_generates_and_is_judged(size: tuple[int, int], channels: int, conditional: bool) -> None:
    shape = (channels, *size)
    family, networks = make(
        shape, conditional=conditional, r1=0.1, diff_augment=["colour", "translation", "cutout"],
        discriminator={"spectral_norm": True, "dropout": 0.2},
    )  # fmt: skip
    batch = batch_of(4, shape)
    engine = engine_for(family, networks, BF16, ema=0.9)
    assert all(value.isfinite() for value in take(family, engine, batch, 1)[0].terms.values())
    with evaluation_mode(networks, torch.device("cpu")):
        images = family.generate(networks, 5, rng(5))
        assert images.shape == (5, *shape)
        assert images.dtype == torch.float32
        assert 0 <= float(images.min()) <= float(images.max()) <= 1
        assert family.discriminate(networks, images).shape == (5,)
        sums = family.evaluate(networks, batch, rng(4))
    metrics = family.metrics(sums, networks)
    assert all(math.isfinite(value) for value in metrics.values())
    assert family.layers(networks)["discriminator.head"] == (1,)


def test_one_image_of_one_class_trains() -> None:
    family, networks = make(conditional=True, r1=1.0)
    logged = take(family, engine_for(family, networks), batch_of(1), 2)
    assert all(value.isfinite() for terms in logged for value in terms.terms.values())


def test_classes_are_taken_in_turns_or_as_asked_and_change_the_image() -> None:
    family, networks = make(conditional=True, generator={"norm": None})
    networks.eval()
    with torch.no_grad():
        for parameter in networks.parameters():
            parameter.mul_(5)
        turns = family.generate(networks, 6, rng(6))
        asked = family.generate(networks, 6, rng(6), torch.tensor([0, 1, 2, 0, 1, 2]))
        other = family.generate(networks, 6, rng(6), torch.zeros(6, dtype=torch.int64))
        latents = family.prior(networks, 6, rng(6))
        assert torch.equal(turns, asked)
        assert torch.equal(other, family.decode(networks, latents, torch.zeros(6, dtype=torch.int64)))
        assert [torch.equal(a, b) for a, b in zip(asked, other, strict=True)] == [True, False, False] * 2


def test_labels_may_be_missing_mixed_or_several() -> None:
    family, _networks = make(conditional=True)
    shares = family._shares(torch.tensor([2, -1]))
    assert shares.tolist() == [[0, 0, 1], [0, 0, 0]]
    mixed = torch.tensor([[0.3, 0.7, 0.0]])
    assert torch.equal(family._shares(mixed), mixed)
    assert family._shares(None) is None


def test_generation_is_the_same_for_the_same_draws_and_differs_with_them() -> None:
    family, networks = make()
    networks.eval()
    first, again = family.generate(networks, 3, rng(3)), family.generate(networks, 3, rng(3))
    assert torch.equal(first, again)
    assert not torch.equal(first, family.generate(networks, 3, rng(3, step=1)))


def test_layers_come_in_order_and_spectral_norm_hides_nothing() -> None:
    family, networks = make(discriminator={"spectral_norm": True})
    before = {name: value.clone() for name, value in networks.state_dict().items()}
    shapes = family.layers(networks.train())
    assert [name for name in shapes if name.endswith(("deconv1", "deconv2", "conv1", "conv2", "head"))] == [
        "generator.body.deconv1", "generator.body.deconv2",
        "discriminator.body.conv1", "discriminator.body.conv2", "discriminator.head",
    ]  # fmt: skip
    assert shapes["discriminator.body.conv1"] == (8, 8, 8)
    assert shapes["generator.body.deconv2"] == (1, 16, 16)
    assert not any("parametrizations" in name for name in shapes)
    assert same(before, networks.state_dict())


def test_evaluation_sums_do_not_depend_on_batches() -> None:
    family, networks = make(conditional=True)
    networks.eval()
    batch = batch_of(6)
    with torch.no_grad():
        whole = family.evaluate(networks, batch, rng(6))
        parts = []
        for rows in (torch.arange(2), torch.arange(2, 6)):
            part = Batch(batch.inputs[rows], batch.targets[rows], rows, labels=batch.labels[rows])
            parts.append(family.evaluate(networks, part, Rng(0).at(0, 0, rows)))
    for name, value in whole.items():
        torch.testing.assert_close(parts[0][name] + parts[1][name], value, rtol=1e-4, atol=1e-4)
    found = family.metrics(whole, networks)
    assert next(iter(found)) == "real_accuracy"
    assert "loss" not in found


def test_l2_of_each_network_belongs_to_its_own_update() -> None:
    family, networks = make(generator={"l2": 0.5}, discriminator={"l2": 0.1})
    for name, factor in (("generator", 0.5), ("discriminator", 0.1)):
        kernels = [p for n, p in networks[name].named_parameters() if n.endswith("weight") and p.ndim > 1]
        expected = factor * sum(float(w.detach().square().sum()) for w in kernels)
        penalty = family.penalty(networks, name)
        assert penalty is not None
        assert penalty.item() == pytest.approx(expected, rel=1e-5)
    assert family.penalty(networks, "r1") is None
    assert make()[0].penalty(networks, "r1") is None


def eight_greys() -> Tensor:
    """Eight images of one grey each: a distribution along a line."""
    return torch.linspace(0.15, 0.85, 8)[:, None, None, None].expand(8, 1, 16, 16).contiguous()


@pytest.mark.parametrize("loss", ["non-saturating", "hinge"])
def test_samples_approach_the_distribution_of_eight_images(loss: str) -> None:
    family, networks = make(loss=loss, r1=1.0, r1_every=2)
    images = eight_greys().repeat(2, 1, 1, 1)
    batch = Batch(images, images, torch.arange(16))
    engine = engine_for(family, networks, ema=0.9)
    take(family, engine, batch, 100)
    with evaluation_mode(engine.evaluated, torch.device("cpu")):
        made = family.generate(engine.evaluated, 256, rng(256, step=9))
        metrics = family.metrics(family.evaluate(engine.evaluated, batch, rng(16, step=7)), networks)
    greys = made.mean((1, 2, 3))
    assert greys.mean().item() == pytest.approx(0.5, abs=0.08)
    assert greys.std().item() == pytest.approx(eight_greys().std().item(), rel=0.4)
    assert metrics["sample_std"] > 0.12


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"r1": 1.0, "discriminator": {"norm": {}}}, "model.r1: under batch normalisation"),
        ({"r1_every": 4}, "r1_every needs an r1 above 0"),
        ({"diff_augment": ["flip"]}, "model.diff_augment"),
        ({"loss": "wasserstein"}, "model.loss"),
        ({"latent": 0}, "model.latent"),
    ],
)
def test_wrong_settings_are_told_in_one_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        make(**settings)


def test_classes_that_are_not_there_are_told() -> None:
    with pytest.raises(RecipeError, match=r"model.conditional: these data have no labels"):
        base.create({"family": "gan", "conditional": True}, DataSpec("image", (1, 16, 16))).build()
    family, networks = make()
    with pytest.raises(RequestError, match="trained without classes"):
        family.generate(networks, 1, rng(1), torch.zeros(1, dtype=torch.int64))


def test_an_optimiser_for_an_update_that_is_not_there_is_refused() -> None:
    family, networks = make()
    with pytest.raises(RecipeError, match=r"train.optimisers.critic: .*allowed: discriminator, generator"):
        engine_for(family, networks, optimisers={"critic": {"learning_rate": 1e-4}})


def test_the_distance_of_samples_falls_while_a_generator_learns() -> None:
    family, networks = make(loss="non-saturating", r1=1.0, r1_every=2)
    images = eight_greys().repeat(4, 1, 1, 1)
    batch = Batch(images, images, torch.arange(32))
    engine = engine_for(family, networks, ema=0.9)

    def distance() -> float:
        with evaluation_mode(engine.evaluated, torch.device("cpu")):
            return family.metrics(family.evaluate(engine.evaluated, batch, rng(32, step=7)), networks)[
                "sample_distance"
            ]

    before = distance()
    take(family, engine, batch, 100)
    assert distance() < 0.5 * before
