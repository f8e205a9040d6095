"""VQ-VAE: its gradient, its codebook in training, its numbers, and a run that is killed and resumed."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.families.test_autoencoder import START, Records, batch_of, rng
from tests.families.two_processes_vq import shared_recipe
from tests.training.harness import Killed, Session, assert_same, digits, outcome
from tests.training.test_resume import KillAt
from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError
from trasluz.evaluation.evaluate import evaluate_split
from trasluz.evaluation.evaluation import Evaluation
from trasluz.families import base
from trasluz.model.model import Model
from trasluz.recipe import Recipe, from_dict
from trasluz.runs.checkpoint import numbered, read_checkpoint

MAPS = {"encoder": {"name": "conv", "channels": [4, 8]}, "decoder": {"name": "conv-transpose", "channels": [4]}}
FLAT = {"encoder": {"name": "strided", "hidden": [], "code": 12}, "decoder": {"name": "strided", "channels": [4]}}
DENSE = {"encoder": {"name": "dense", "hidden": [], "code": 6}, "decoder": {"name": "dense", "hidden": []}}


def make(shape: tuple[int, ...], kind: Any = "image", **settings: Any) -> tuple[base.BaseFamily, nn.ModuleDict]:
    model = {"family": "vq-vae", "codebook": 5, "width": 3, **settings}
    family = base.create(model, DataSpec(kind, shape))
    torch.manual_seed(0)
    networks = family.build()
    networks["codebook"].vectors.normal_()
    return family, networks


def images(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(2))


def test_the_encoder_gets_the_decoders_gradient_at_the_codewords_and_that_of_commitment() -> None:
    """With linear networks z = Wx and x̂ = De: d/dz is Dᵀ·2(x̂ − x) + β·2(z − e), in closed form."""
    family, networks = make((4,), "table", **DENSE, scale="sum", commitment=0.7)
    batch = batch_of(images(6, 4))
    losses = family.losses(networks, batch, rng(6), START, "main")
    family.total(networks, losses, START, "main")[0].backward()
    encoder = next(m for m in networks["encoder"].modules() if isinstance(m, nn.Linear))
    decoder = next(m for m in networks["decoder"].modules() if isinstance(m, nn.Linear))
    with torch.no_grad():
        z = encoder(batch.inputs)
        e = networks["codebook"](z.reshape(-1, 3))[0].reshape(6, 6)
        rebuilt = networks["decoder"](e)
        upstream = 2 * (rebuilt - batch.targets) @ decoder.weight + 0.7 * 2 * (z - e)
        torch.testing.assert_close(encoder.weight.grad, upstream.T @ batch.inputs / 6)
        torch.testing.assert_close(losses["commitment"], (z - e).square().sum(1).mean())


class OneStep:
    """An engine of one process whose optimiser does nothing."""

    def __init__(self, batch_parts: int = 1) -> None:
        self.count = batch_parts

    def due(self, update: base.Update) -> bool:
        return True

    def parts(self, batch: Batch, rng: Any) -> Any:
        for rows in torch.arange(len(batch)).tensor_split(self.count):
            yield batch_of(batch.inputs[rows]), rng.of(rng.positions[rows]), len(rows) / len(batch)

    def forward(self) -> Any:
        return torch.enable_grad()

    def backward(self, update: base.Update, total: Tensor, share: float) -> None:
        pass

    def apply(self, update: base.Update) -> None:
        pass

    def mean_over_batch(self, values: Tensor) -> Tensor:
        return values


@pytest.mark.parametrize("parts", [1, 3])
def test_a_step_moves_each_codeword_to_the_mean_of_what_it_stood_for(parts: int) -> None:
    family, networks = make((1, 9, 7), **MAPS, restart=0)
    batch = batch_of(images(8, 1, 9, 7))
    networks.eval()  # as batch norm sees other means in parts
    with torch.no_grad():
        z = networks["project"](networks["encoder"](batch.inputs)).movedim(1, -1).reshape(-1, 3)
        chosen = networks["codebook"](z)[1]
    before = networks["codebook"].vectors.clone()
    recorded = family.step(OneStep(parts), networks, batch, rng(8), START)
    for code in range(5):
        mine = z[chosen == code]
        expected = mine.mean(0) if len(mine) else before[code]
        torch.testing.assert_close(networks["codebook"].vectors[code], expected)
    assert set(recorded.statistics) == {"code_use"}
    assert float(recorded.statistics["code_use"].sum()) == pytest.approx(len(z) / 8)


def test_codes_that_are_not_used_restart_in_training_alike_wherever_it_happens() -> None:
    found = []
    for _process in range(2):
        family, networks = make((1, 8, 8), **MAPS, codebook=64, restart=0.1)
        networks["codebook"].vectors[1:] += 100
        family.step(OneStep(), networks, batch_of(images(8, 1, 8, 8)), rng(8), START)
        found.append(networks["codebook"].vectors)
    assert found[0].abs().max() < 50
    assert torch.equal(found[0], found[1])


SHAPES = [
    ((1, 1, 1), FLAT),
    ((3, 1, 5), FLAT),
    ((1, 7, 13), FLAT),
    ((3, 9, 7), MAPS),
    ((4, 28, 28), MAPS),
    ((2, 3, 1), DENSE),
]


@pytest.mark.parametrize(("shape", "parts"), SHAPES, ids=[str(shape) for shape, _parts in SHAPES])
@pytest.mark.parametrize("codebook", [1, 5])
@torch.no_grad()
def test_any_size_is_coded_and_decoded(shape: tuple[int, ...], parts: dict[str, Any], codebook: int) -> None:
    family, networks = make(shape, **parts, codebook=codebook)
    assert isinstance(family, base.get("vq-vae"))
    networks.eval()
    inputs, records = images(3, *shape), Records()
    sums = family.evaluate(networks, batch_of(inputs), rng(3), records)
    metrics = family.metrics(sums, networks)
    codes = family.encode(networks, inputs)
    rebuilt = family.reconstruct(networks, inputs)
    assert rebuilt.shape == inputs.shape
    torch.testing.assert_close(family.decode(networks, codes), rebuilt)
    torch.testing.assert_close(records["reconstruction"], rebuilt)
    places = codes.shape[1] // 3
    assert metrics["bits_per_image"] == pytest.approx(places * math.log2(codebook))
    assert 1 <= metrics["perplexity"] <= codebook + 1e-9
    assert metrics["codes_used"] * codebook == pytest.approx(len(sums["code_use"].nonzero()))
    assert family.layers(networks)


@torch.no_grad()
def test_validation_loss_is_the_training_objective() -> None:
    family, networks = make((3, 9, 7), **MAPS, commitment=0.5, l2=1e-3)
    networks.eval()
    batch = batch_of(images(5, 3, 9, 7))
    total, _shown = family.total(networks, family.losses(networks, batch, rng(5), START, "main"), START, "main")
    metrics = family.metrics(family.evaluate(networks, batch, rng(5)), networks)
    assert metrics["loss"] == pytest.approx(float(total), rel=1e-5)


def test_decode_puts_what_lies_between_on_the_nearest_codeword() -> None:
    family, networks = make((1, 8, 8), **MAPS)
    networks.eval()
    assert isinstance(family, base.get("vq-vae"))
    codes = family.encode(networks, images(2, 1, 8, 8))
    moved = family.decode(networks, codes + 1e-3)
    assert torch.equal(moved, family.decode(networks, codes))


def test_a_flat_code_that_cannot_be_cut_is_refused_with_what_to_change() -> None:
    with pytest.raises(RecipeError, match=r"12 numbers.*vectors of 5.*model\.encoder\.code"):
        make((1, 8, 8), **FLAT, width=5)


def evaluated(samples: np.ndarray, **settings: Any) -> Evaluation:
    half = len(samples) // 2
    splits = {"train": np.arange(half), "valid": np.arange(half, len(samples))}
    data = Data("noise", "image", samples, splits)
    family, networks = make(data.spec.shape, **settings)
    return evaluate_split(
        Model(family, networks, Preprocess(high=float(np.iinfo(samples.dtype).max)), data.spec), data, "valid"
    )


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_sixteen_places_of_six_bits_are_counted_in_bits_beside_the_image(kind: Any) -> None:
    """96 bits: 12 bytes, or 6 values of 16 bits; an image of 13 values holds more, one of 4 bytes less."""
    parts = {"encoder": {"name": "dense", "hidden": [], "code": 48}, "decoder": {"name": "dense"}, "codebook": 64}
    draws = np.random.default_rng(0)
    top = np.iinfo(kind).max
    found = evaluated(draws.integers(0, top, (60, 13, 1, 1)).astype(kind), **parts)
    numbers = 96 // np.dtype(kind).itemsize // 8
    assert found.metrics["bits_per_image"] == 96
    assert found.baselines["pca"]["code"] == found.baselines["pca"]["components"] == numbers
    assert found.baselines["pca"]["code_larger_than_image"] == 0.0
    assert any("96 bits" in note for note in found.notes)
    small = evaluated(draws.integers(0, top, (60, 2, 2, 1)).astype(kind), **parts)
    assert small.baselines["pca"]["code_larger_than_image"] == 1.0


def test_one_code_holds_nothing_and_is_set_beside_the_mean_image() -> None:
    found = evaluated(np.random.default_rng(0).integers(0, 256, (60, 8, 8, 1)).astype(np.uint8), **MAPS, codebook=1)
    assert found.metrics["bits_per_image"] == 0
    assert found.baselines["pca"]["components"] == 0


def recipe(**train: Any) -> Recipe:
    model = {"family": "vq-vae", **MAPS, "codebook": 16, "width": 4, "restart": 0.2}
    settings = {"epochs": 3, "batch": 20, "ema": 0.9, "checkpoint_minutes": 0, **train}
    tree = {"name": "vq", "model": model, "data": {"augment": {"shift": 0.1}}, "train": settings}
    return from_dict({**tree, "compute": {"threads": 1, "device": "cpu"}, "seed": 5})


@pytest.mark.parametrize("kills", [[1], [7, 8], [5]], ids=["first step", "twice in an epoch", "an epoch's end"])
def test_a_killed_run_ends_as_the_uninterrupted_one(kills: list[int], tmp_path: Path) -> None:
    expected = outcome(Session(recipe(accumulate=2), tmp_path / "whole", data=digits()).run())
    for number, step in enumerate(kills):
        with pytest.raises(Killed):
            Session(recipe(accumulate=2), tmp_path / "killed", [KillAt(step)], digits()).run(resumed=number > 0)
    assert_same(expected, outcome(Session(recipe(accumulate=2), tmp_path / "killed", data=digits()).run(resumed=True)))
    assert {"train/perplexity", "valid/perplexity", "train/codes_used"} <= expected["records"][-1].keys()
    assert {"codebook.counts", "codebook.sums", "codebook.vectors"} <= expected["judged"].keys()


def test_two_processes_end_with_the_codebook_of_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["tests.families.two_processes_vq", str(tmp_path / "two"), "2"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alone = Session(shared_recipe(1), tmp_path / "one", data=digits(200)).run()
    shared = read_checkpoint(numbered(tmp_path / "two" / "checkpoints")[-1])["engine"]["networks"]
    for name, value in alone.networks.state_dict().items():
        torch.testing.assert_close(shared[name], value, rtol=0, atol=1e-5)
