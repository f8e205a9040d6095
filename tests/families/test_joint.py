from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from tests.training.harness import Killed, Session, assert_same, outcome
from trasluz import recipe
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, RecipeError, RequestError
from trasluz.evaluation.importance import check_importance
from trasluz.families import base
from trasluz.families.base import Keep, Progress
from trasluz.rng import Rng, StepRng
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop

START = Progress("train", 0, 0, torch.tensor(0.0))
PLAIN: dict[str, Any] = {
    "encoder": {"name": "conv", "channels": [4, 8]},
    "decoder": {"name": "conv-transpose", "channels": [4]},
    "classifier": {"name": "dense", "hidden": [12], "l2": 0.01},
}
GAUSSIAN: dict[str, Any] = {**PLAIN, "latent": 3, "divergence": {"name": "kl", "beta": 0.5}}
KINDS = {"plain": PLAIN, "gaussian": GAUSSIAN}


class Records(dict[str, Tensor]):
    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        self[name] = values


def rng(n: int) -> StepRng:
    return Rng(0).at(0, 0, torch.arange(n))


def batch_of(images: Tensor, labels: Tensor | None) -> Batch:
    return Batch(images, images, torch.arange(len(images)), labels=labels)


def make(
    settings: dict[str, Any], shape: tuple[int, int, int] = (1, 8, 8), classes: int = 3
) -> tuple[Any, nn.ModuleDict]:
    spec = DataSpec("image", shape, tuple(f"class {i}" for i in range(classes)))
    family = base.create({"family": "joint", **settings}, spec)
    torch.manual_seed(0)
    return family, family.build()


def drawn(n: int, shape: tuple[int, int, int] = (1, 8, 8)) -> Batch:
    generator = torch.Generator().manual_seed(1)
    return batch_of(torch.rand(n, *shape, generator=generator), torch.randint(3, (n,), generator=generator))


def test_notebooks_net_has_its_layers_shapes_and_parameter_count() -> None:
    spec = DataSpec("image", (1, 28, 28), tuple("0123456789"))
    family = base.create(recipe.load("classifier-reconstruction").model, spec)
    networks = family.build()
    shapes = family.layers(networks)
    sides = [(16, 28), (32, 14), (32, 14), (64, 7), (64, 7)]
    assert [shapes[f"encoder.conv{i}"] for i in range(1, 6)] == [(c, s, s) for c, s in sides]
    assert [name for name in shapes if "encoder.pool" in name] == ["encoder.pool1", "encoder.pool3", "encoder.pool5"]
    assert shapes["encoder.pool5"] == (64, 3, 3)
    assert shapes["decoder.deconv3"] == (1, 28, 28)
    assert [n.split(".")[-1] for n in shapes if n.startswith("classifier.layer1")] == [
        "dense", "activation", "dropout", "norm",
    ]  # fmt: skip
    encoder = 160 + 4640 + 9248 + 18496 + 36928 + 2 * (16 + 32 + 32 + 64 + 64)
    decoder = 64 * 32 * 9 + 32 + 32 * 16 * 9 + 16 + 16 * 9 + 1 + 2 * (32 + 16)
    classifier = 576 * 500 + 500 + 500 * 200 + 200 + 200 * 100 + 100 + 100 * 10 + 10 + 2 * (500 + 200 + 100)
    assert sum(p.numel() for p in networks.parameters()) == encoder + decoder + classifier


def test_notebooks_loss_is_cross_entropy_plus_mean_binary_cross_entropy_plus_kerass_l2() -> None:
    family, networks = make({**PLAIN, "l2": 0.02})
    networks.eval()
    batch = drawn(5)
    terms = family.losses(networks, batch, rng(5), START, "main")
    total, logged = family.total(networks, terms, START, "main")
    scores, image = family.logits(networks, batch.inputs), family.reconstruct(networks, batch.inputs)
    loss = F.cross_entropy(scores, batch.labels) + F.binary_cross_entropy(image, batch.targets)
    kernels = {name: float((p.detach() ** 2).sum()) for name, p in networks.named_parameters() if p.ndim > 1}
    penalty = sum((0.01 if name.startswith("classifier") else 0.02) * value for name, value in kernels.items())
    assert total.item() == pytest.approx(loss.item() + penalty, rel=1e-4)
    assert logged["penalty"].item() == pytest.approx(penalty, rel=1e-4)
    assert {"cross_entropy", "reconstruction"} <= logged.terms.keys()
    assert logged.watched.keys() == {"accuracy"}


def test_all_three_terms_with_a_gaussian_code() -> None:
    family, networks = make({**GAUSSIAN, "classification": 2.0, "reconstruction": 3.0, "reconstruction_scale": "sum"})
    networks.eval()
    batch = drawn(6)
    terms = family.losses(networks, batch, rng(6), START, "main")
    mean, log_variance = family.posterior(networks, batch.inputs)
    kl = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum(1).mean()
    assert terms["divergence"].item() == pytest.approx(kl.item(), rel=1e-4)
    code = mean + (0.5 * log_variance).exp() * rng(6).normal("posterior", 3)
    expected = F.binary_cross_entropy(family.decode(networks, code), batch.targets, reduction="sum") / 6
    assert terms["reconstruction"].item() == pytest.approx(expected.item(), rel=1e-4)
    penalty = family.penalty(networks, "main")
    assert penalty is not None
    total, _logged = family.total(networks, terms, START, "main")
    weighted = 2 * terms["cross_entropy"] + 3 * terms["reconstruction"] + 0.5 * terms["divergence"]
    assert total.item() == pytest.approx((weighted + penalty).item(), rel=1e-5)


@pytest.mark.parametrize(
    ("weight", "idle", "term"),
    [("reconstruction", "decoder", "reconstruction"), ("classification", "classifier", "cross_entropy")],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_term_of_weight_zero_is_logged_and_reaches_no_weight(kind: str, weight: str, idle: str, term: str) -> None:
    family, networks = make({**KINDS[kind], weight: 0.0, "l2": 0.1})
    terms = family.losses(networks, drawn(6), rng(6), START, "main")
    total, _logged = family.total(networks, terms, START, "main")
    total.backward()
    moved = {name for name, part in networks.items() if any(p.grad is not None for p in part.parameters())}
    assert moved == networks.keys() - {idle}
    assert terms[term].item() > 0
    assert not terms[term].requires_grad


@pytest.mark.parametrize("kind", KINDS)
def test_evaluation_agrees_whatever_the_batches_and_its_loss_is_the_training_loss(kind: str) -> None:
    family, networks = make(KINDS[kind])
    networks.eval()
    batch = drawn(7)
    records = Records()
    with torch.inference_mode():
        whole = family.evaluate(networks, batch, rng(7), records)
        parts = []
        for i, j in ((0, 3), (3, 7)):
            own = Rng(0).at(0, 0, torch.arange(i, j))
            parts.append(family.evaluate(networks, batch_of(batch.inputs[i:j], batch.labels[i:j]), own))
        total, _logged = family.total(networks, family.losses(networks, batch, rng(7), START, "main"), START, "main")
    for name, value in whole.items():
        assert torch.allclose(value, sum(part[name] for part in parts), rtol=1e-4), name
    found = family.metrics(whole, networks)
    assert next(iter(found)) == "accuracy"
    assert found["loss"] == pytest.approx(total.item(), rel=1e-4)
    assert found["mse"] == pytest.approx(F.mse_loss(records["reconstruction"], batch.targets).item(), rel=1e-4)
    with torch.inference_mode():
        assert torch.allclose(records["probabilities"], family.classify(networks, batch.inputs))
        assert torch.allclose(records["code"], family.encode(networks, batch.inputs))
        assert torch.allclose(records["reconstruction"], family.decode(networks, records["code"]), atol=1e-6)


def test_the_bound_on_the_evidence_is_that_of_a_vae_with_the_same_networks() -> None:
    likelihood = {"likelihood": "continuous-bernoulli"}
    family, networks = make({**GAUSSIAN, **likelihood})
    parts = {name: GAUSSIAN[name] for name in ("encoder", "decoder", "latent", "divergence")}
    vae: Any = base.create({"family": "vae", **parts, **likelihood}, DataSpec("image", (1, 8, 8)))
    batch = drawn(5)
    family.need_evidence()
    with torch.inference_mode():
        found = family.log_weights(networks.eval(), batch, rng(5), 2, 7)
        assert torch.equal(found, vae.log_weights(networks, batch, rng(5), 2, 7))
    check_importance(family, 50)
    with pytest.raises(RequestError, match="a model with posteriors and a prior"):
        check_importance(make({**PLAIN, **likelihood})[0], 50)


@pytest.mark.parametrize(
    "changes", [{"augment_inputs": {"contrast": 0.2}}, {"likelihood": {"name": "bernoulli", "pixels": "threshold"}}]
)
def test_what_is_done_to_images_in_zero_to_one_refuses_other_inputs(changes: Any, tmp_path: Path) -> None:
    tree = {"name": "joint", "model": {"family": "joint", **PLAIN, **changes}, "data": {"normalise": "standard"}}
    with pytest.raises(RecipeError, match=r"data.normalise: standard does not go with this model.*set it to unit"):
        Session(recipe.from_dict(tree), tmp_path / "run").run()


def test_only_a_gaussian_code_can_generate() -> None:
    plain, _networks = make(PLAIN)
    family, networks = make(GAUSSIAN)
    assert family.capabilities - plain.capabilities == {"posterior", "prior", "generate", "evidence"}
    images = family.generate(networks.eval(), 4, rng(4))
    assert images.shape == (4, 1, 8, 8)
    assert images.min() >= 0
    assert images.max() <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(3, 33, 47), (4, 8, 8), (1, 128, 96)])
def test_images_of_any_size_and_channels(kind: str, shape: tuple[int, int, int]) -> None:
    family, networks = make(KINDS[kind], shape)
    terms = family.losses(networks, drawn(2, shape), rng(2), START, "main")
    assert all(bool(torch.isfinite(value).all()) for value in terms.terms.values())
    assert family.layers(networks)
    assert family.reconstruct(networks.eval(), torch.rand(2, *shape)).shape == (2, *shape)


def test_images_without_a_label_teach_the_reconstruction_alone() -> None:
    family, networks = make(PLAIN)
    batch = drawn(4)
    unlabelled = batch_of(batch.inputs, torch.full((4,), -1))
    terms = family.losses(networks.eval(), unlabelled, rng(4), START, "main")
    assert terms["cross_entropy"].item() == 0
    assert terms["reconstruction"].item() > 0
    assert family.uses_unlabelled
    with torch.inference_mode(), pytest.raises(DataError, match="None of these images has a label"):
        family.metrics(family.evaluate(networks, unlabelled, rng(4)), networks)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"divergence": "kl"}, "a divergence compares Gaussian codes with the prior; give latent"),
        ({"classification": 0, "reconstruction": 0}, "both weigh 0, so nothing would be learned"),
        ({"classifier": {"name": "densse"}}, "model.classifier.name: there is no 'densse'"),
    ],
)
def test_impossible_pairings_are_refused_with_the_reason(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        make({**PLAIN, **settings})


@pytest.mark.parametrize("kind", KINDS)
def test_eight_images_are_overfitted(kind: str) -> None:
    settings = {**KINDS[kind], "reconstruction_scale": "sum", "classification": 10.0}
    settings["classifier"] = {"name": "dense", "hidden": [12]}
    if kind == "gaussian":
        settings |= {"latent": 8, "divergence": {"name": "kl", "beta": 0.01}}
    family, networks = make(settings)
    ramp = torch.linspace(0, 3, 8)
    images = torch.stack([(torch.sin(ramp * k)[:, None] * torch.cos(ramp)[None] + 1) / 2 for k in range(1, 9)])[:, None]
    labels = torch.arange(8) % 3
    optimiser = torch.optim.Adam(networks.parameters(), 1e-2)
    for step in range(200):
        own = Rng(0).at(step, 0, torch.arange(8))
        terms = family.losses(networks, batch_of(images, labels), own, START, "main")
        total, _logged = family.total(networks, terms, START, "main")
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    assert terms["accuracy"].item() == 1.0
    assert F.mse_loss(family.reconstruct(networks, images), images).item() < 0.02


class KillAt(Callback):
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step == self.step:
            raise Killed


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_run_ends_as_the_uninterrupted_one_and_two_runs_are_alike(kind: str, tmp_path: Path) -> None:
    chosen = recipe.from_dict(
        {
            "name": "joint",
            "model": {"family": "joint", **KINDS[kind], "augment_inputs": {"shift": 0.1}},
            "data": {"augment": {"rotation": 10}},
            "train": {"epochs": 2, "batch": 30, "ema": 0.9, "checkpoint_minutes": 0},
            "compute": {"threads": 1, "device": "cpu"},
        }
    )
    expected = outcome(Session(chosen, tmp_path / "whole").run())
    assert "train/macro_f1" in expected["records"][0]
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [KillAt(4)]).run()
    assert_same(expected, outcome(Session(chosen, tmp_path / "killed").run(resumed=True)))
