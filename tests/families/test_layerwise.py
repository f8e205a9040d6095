"""Greedy layer-by-layer training: each phase trains one autoencoder of the stack, and a kill changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.families.test_autoencoder import START, batch_of, rng
from tests.training.harness import Killed, Session, assert_same, outcome
from trasluz.data.data import DataSpec
from trasluz.errors import RecipeError
from trasluz.families import base
from trasluz.recipe import Recipe, from_dict
from trasluz.rng import Rng, StepRng
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop

SHAPE = (1, 6, 5)
PHASES = [
    {"name": "layer-1", "train": {"epochs": 1}},
    {"name": "layer-2", "train": {"epochs": 2, "optimiser": {"learning_rate": 5e-3}}},
    {"name": "joint", "train": {"epochs": 1}},
]


def stack(**settings: Any) -> dict[str, Any]:
    return {
        "family": "autoencoder",
        "encoder": {"name": "dense", "hidden": [9], "code": 4, "code_activation": "relu", "dropout": 0.2},
        "decoder": {"name": "dense", "hidden": [9]},
        "layerwise": True,
        **settings,
    }


def make(**settings: Any) -> tuple[base.BaseFamily, nn.ModuleDict]:
    family = base.create(stack(**settings), DataSpec("image", SHAPE))
    torch.manual_seed(0)
    return family, family.build()


def greedy(**settings: Any) -> Recipe:
    tree = {
        "name": "greedy",
        "model": stack(**settings),
        "train": {
            "epochs": 1,
            "batch": 30,
            "optimiser": {"name": "nadam", "learning_rate": 3e-3},
            "checkpoint_minutes": 0,
        },
        "phases": PHASES,
        "compute": {"threads": 1, "device": "cpu"},
        "seed": 5,
    }
    return from_dict(tree)


class Weights(Callback):
    """Every weight at the start of each phase."""

    def __init__(self) -> None:
        self.at: dict[str, dict[str, Tensor]] = {}

    def on_phase_start(self, loop: Loop) -> None:
        self.at[loop.phase.name] = {name: value.clone() for name, value in loop.networks.state_dict().items()}


class KillAt(Callback):
    """Ends the process, as far as the loop can tell, after a global step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step == self.step:
            raise Killed


def changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> set[str]:
    return {name.rpartition(".dense")[0] for name, value in before.items() if not torch.equal(value, after[name])}


@pytest.mark.parametrize("tied", [False, True])
def test_each_phase_moves_its_own_layer_and_the_last_moves_all(tied: bool, tmp_path: Path) -> None:
    seen = Weights()
    last = Session(greedy(tied=tied, l2=0.01), tmp_path / "run", [seen]).run().networks.state_dict()
    outer, inner = {"encoder.layer1", "decoder.layer2"}, {"encoder.layer2", "decoder.layer1"}
    assert changed(seen.at["layer-1"], seen.at["layer-2"]) == outer
    assert changed(seen.at["layer-2"], seen.at["joint"]) == inner
    assert changed(seen.at["joint"], last) == outer | inner


@pytest.mark.parametrize("kills", [[2], [3, 6], [9, 11]], ids=["layer 1", "between layers", "joint"])
def test_a_killed_greedy_run_ends_as_the_uninterrupted_one(kills: list[int], tmp_path: Path) -> None:
    expected = outcome(Session(greedy(tied=True), tmp_path / "whole").run())
    for number, step in enumerate(kills):
        with pytest.raises(Killed):
            Session(greedy(tied=True), tmp_path / "killed", [KillAt(step)]).run(resumed=number > 0)
    assert_same(expected, outcome(Session(greedy(tied=True), tmp_path / "killed").run(resumed=True)))


def test_records_name_the_error_of_samples_outside_and_of_codes_inside(tmp_path: Path) -> None:
    records = Session(greedy(), tmp_path / "run").run().store.metrics()
    assert [record["phase"] for record in records] == ["layer-1", "layer-2", "layer-2", "joint"]
    terms = [{"train/squared_error", "train/code_error"} & record.keys() for record in records]
    assert terms == [{"train/squared_error"}, {"train/code_error"}, {"train/code_error"}, {"train/squared_error"}]
    assert all(record["valid/mse"] > 0 for record in records)


def test_the_inner_autoencoder_rebuilds_the_codes_of_the_outer_one() -> None:
    family, networks = make()
    networks.eval()
    images = torch.rand(7, *SHAPE)
    family.enter_phase(networks, "layer-2")
    encoder, decoder = networks["encoder"], networks["decoder"]
    codes = encoder[0](images)
    rebuilt = decoder[0](encoder[1](codes))
    terms = family.losses(networks, batch_of(images), rng(7), START, "main")
    total, _logged = family.total(networks, terms, START, "main")
    assert total.item() == pytest.approx(F.mse_loss(rebuilt, codes).item(), rel=1e-5)
    with torch.inference_mode():
        metrics = family.metrics(family.evaluate(networks, batch_of(images), rng(7)), networks)
    assert metrics["loss"] == pytest.approx(total.item(), rel=1e-5)
    whole = family.reconstruct(networks, images)
    assert metrics["mse"] == pytest.approx(F.mse_loss(whole, images).item(), rel=1e-5)


def test_the_outer_autoencoder_knows_nothing_of_the_inner_one() -> None:
    family, networks = make()
    networks.eval()
    images = torch.rand(7, *SHAPE)
    family.enter_phase(networks, "layer-1")
    expected = torch.sigmoid(networks["decoder"][1](networks["encoder"][0](images)))
    with torch.inference_mode():
        metrics = family.metrics(family.evaluate(networks, batch_of(images), rng(7)), networks)
    assert metrics["loss"] == pytest.approx(F.mse_loss(expected, images).item(), rel=1e-5)


def test_phases_that_train_no_layer_are_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"phases\.layer-3: this autoencoder has no such layer.*layer-1 to layer-2"):
        Session(greedy().override({"phases.1.name": "layer-3"}), tmp_path / "run").run()
    frozen = greedy().override({"phases.1.frozen": ["encoder.layer2.*", "decoder.layer1.*"]})
    with pytest.raises(RecipeError, match=r"phases\.layer-2: every parameter of layer 2 is frozen"):
        Session(frozen, tmp_path / "run").run()


def test_networks_whose_layers_are_no_autoencoders_are_refused() -> None:
    with pytest.raises(RecipeError, match="dense encoders and decoders only"):
        make(encoder={"name": "conv", "channels": [4]})
    with pytest.raises(RecipeError, match=r"the decoder must mirror the encoder, whose layers give \[9, 4\] numbers"):
        make(decoder={"name": "dense", "hidden": [8]})


def test_phases_of_that_name_train_everything_where_layers_are_not_asked_for() -> None:
    family, networks = make(layerwise=False)
    family.enter_phase(networks, "layer-1")
    assert all(parameter.requires_grad for parameter in networks.parameters())


NOISES = [
    {"name": "dropout", "amount": 0.4},
    {"name": "gaussian", "amount": 0.3},
    {"name": "salt-pepper", "amount": 0.4, "high": 2.0},
]


def codes_of(networks: nn.ModuleDict, images: Tensor) -> Tensor:
    """What layer 2 is given, by hand."""
    dense = networks["encoder"][0].dense
    return F.relu(images.flatten(1) @ dense.weight.T + dense.bias)


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise["name"])
def test_an_inner_denoiser_rebuilds_clean_codes_from_noisy_ones(noise: dict[str, Any]) -> None:
    """Vincent et al. (2010), section 3.5: noise meets the clean code of the layer outside, not the image."""
    family, networks = make(noise=noise, scale="sum")
    networks.eval()
    images = torch.rand(7, *SHAPE)
    family.enter_phase(networks, "layer-2")
    clean = codes_of(networks, images)
    told = rng(7)
    if noise["name"] == "gaussian":
        noisy = clean + 0.3 * told.normal("corruption", 9)
    else:
        chance = told.uniform("corruption", 9)
        dropped = torch.where(chance < 0.4, 0.0, clean / 0.6)
        peppered = torch.where(chance < 0.2, 0.0, torch.where(chance >= 0.8, 2.0, clean))
        noisy = dropped if noise["name"] == "dropout" else peppered
    encoder, decoder = networks["encoder"][1].dense, networks["decoder"][0].dense
    rebuilt = F.relu(decoder(F.relu(encoder(noisy))))
    expected = ((rebuilt - clean) ** 2).sum(1).mean()
    terms = family.losses(networks, batch_of(images), told, START, "main")
    assert terms.terms.keys() == {"code_error"}
    torch.testing.assert_close(terms["code_error"], expected)
    assert not torch.isclose(expected, ((F.relu(decoder(F.relu(encoder(clean)))) - clean) ** 2).sum(1).mean())


def test_only_the_layer_in_training_has_gradients_from_its_noise_and_sparsity() -> None:
    family, networks = make(noise=NOISES[1], sparsity={"name": "l1", "weight": 0.1})
    family.enter_phase(networks, "layer-2")
    terms = family.losses(networks, batch_of(torch.rand(7, *SHAPE)), rng(7), START, "main")
    family.total(networks, terms, START, "main")[0].backward()
    moved = {name.rpartition(".dense")[0] for name, p in networks.named_parameters() if p.grad is not None}
    assert moved == {"encoder.layer2", "decoder.layer1"}


def test_the_noise_of_judged_codes_belongs_to_their_rows_and_the_objective_stays_clean() -> None:
    family, networks = make(noise=NOISES[1])
    networks.eval()
    images = torch.rand(7, *SHAPE)
    family.enter_phase(networks, "layer-2")
    with torch.inference_mode():
        clean = codes_of(networks, images)
        noisy = clean + 0.3 * rng(7).normal("corruption", 9)
        rebuild = lambda codes: networks["decoder"][0](networks["encoder"][1](codes))  # noqa: E731 - one line
        whole = family.metrics(family.evaluate(networks, batch_of(images), rng(7)), networks)
        later = StepRng(Rng(0), 4, 9, torch.arange(70, 77))
        assert family.metrics(family.evaluate(networks, batch_of(images), later), networks) == whole
        error = ((rebuild(noisy) - clean) ** 2).sum(1).mean().item()
        assert whole["noisy_code_error"] == pytest.approx(error, rel=1e-5)
        assert whole["code_error"] == pytest.approx(((rebuild(clean) - clean) ** 2).sum(1).mean().item(), rel=1e-5)
    assert "noisy_mse" not in whole


@pytest.mark.parametrize(("phase", "layer"), [("layer-1", 0), ("layer-2", 1)])
@pytest.mark.parametrize("sparsity", [{"name": "l1", "weight": 0.2}, {"name": "kl", "weight": 0.2, "target": 0.1}])
def test_sparsity_is_asked_of_the_code_of_the_layer_in_training(
    sparsity: dict[str, Any], phase: str, layer: int
) -> None:
    hidden = {"name": "dense", "hidden": [9], "code": 4, "activation": "sigmoid", "code_activation": "sigmoid"}
    family, networks = make(encoder=hidden, sparsity=sparsity)
    networks.eval()
    images = torch.rand(7, *SHAPE)
    family.enter_phase(networks, phase)
    with torch.no_grad():
        values = images.flatten(1)
        for stage in networks["encoder"][: layer + 1]:
            values = torch.sigmoid(stage.dense(values))
    mean = values.double().mean(0).numpy()
    if sparsity["name"] == "l1":
        term, expected = "activity_l1", mean.sum()
    else:
        term = "activity_kl"
        expected = (0.1 * np.log(0.1 / mean) + 0.9 * np.log(0.9 / (1 - mean))).sum()
    terms = family.losses(networks, batch_of(images), rng(7), START, "main")
    assert terms[term].item() == pytest.approx(expected, rel=1e-5)
    rebuilding = terms["squared_error"] / 30 if layer == 0 else terms["code_error"] / 9
    total, _logged = family.total(networks, terms, START, "main")
    assert total.item() == pytest.approx(rebuilding.item() + 0.2 * expected, rel=1e-5)
    with torch.inference_mode():
        metrics = family.metrics(family.evaluate(networks, batch_of(images), rng(7)), networks)
    assert metrics[term] == pytest.approx(expected, rel=1e-5)
    assert metrics["mean_activity"] == pytest.approx(mean.mean(), rel=1e-5)
    assert metrics["loss"] == pytest.approx(total.item(), rel=1e-5)


def test_kl_of_a_layer_without_a_sigmoid_is_refused_where_that_layer_is_trained_alone(tmp_path: Path) -> None:
    encoder = {"name": "dense", "hidden": [9], "code": 4, "code_activation": "sigmoid", "dropout": 0.2}
    settings = {"encoder": encoder, "sparsity": {"name": "kl", "weight": 0.1, "target": 0.1}}
    with pytest.raises(RecipeError, match=r"phases\.layer-1: kl compares activities between 0 and 1"):
        Session(greedy(**settings), tmp_path / "run").run()
    family, networks = make(**settings)
    family.enter_phase(networks, "layer-2")
    family.enter_phase(networks, "joint")
    family, networks = make(**{**settings, "encoder": {**encoder, "activation": "sigmoid"}})
    family.enter_phase(networks, "layer-1")


def test_a_killed_stack_of_sparse_denoisers_ends_as_the_uninterrupted_one(tmp_path: Path) -> None:
    recipe = greedy(noise=NOISES[0], sparsity={"name": "l1", "weight": 0.01})
    whole = Session(recipe, tmp_path / "whole").run()
    for number, step in enumerate([3, 6]):
        with pytest.raises(Killed):
            Session(recipe, tmp_path / "killed", [KillAt(step)]).run(resumed=number > 0)
    assert_same(outcome(whole), outcome(Session(recipe, tmp_path / "killed").run(resumed=True)))
    named = [
        {name for name in record if name.startswith("valid/noisy") or "activity_l1" in name}
        for record in whole.store.metrics()
    ]
    sparse = {"train/activity_l1", "valid/activity_l1", "train_eval/activity_l1"}
    outside, inside = {"valid/noisy_mse", "valid/noisy_input_mse"}, {"valid/noisy_code_error"}
    assert named == [sparse | outside, sparse | inside, sparse | inside, sparse | outside]
