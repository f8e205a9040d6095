from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.training.harness import Killed, Session, assert_same, digits, outcome
from trasluz import recipe
from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, RecipeError, RequestError
from trasluz.families import base
from trasluz.families.base import Keep, Progress
from trasluz.rng import Rng, StepRng
from trasluz.training.callbacks.base import Callback
from trasluz.training.loop import Loop

START = Progress("train", 0, 0, torch.tensor(0.0))
SMALL: dict[str, Any] = {
    "encoder": {"name": "conv", "channels": [8, 8], "norm": None, "code": 12},
    "decoder": {"name": "conv-transpose", "channels": [8], "start": 16, "norm": None},
}


class Records(dict[str, Tensor]):
    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        self[name] = values


def rng(n: int, epoch: int = 0) -> StepRng:
    return Rng(0).at(epoch, 0, torch.arange(n))


def batch_of(images: Tensor, domain: Tensor | None) -> Batch:
    return Batch(images, images, torch.arange(len(images)), domain=domain)


def make(
    shape: tuple[int, int, int] = (1, 8, 8), domains: tuple[str, ...] = ("day", "night"), **settings: Any
) -> tuple[Any, nn.ModuleDict]:
    spec = DataSpec("image", shape, domains, domains=domains)
    family = base.create({"family": "swap", **SMALL, **settings}, spec)
    torch.manual_seed(0)
    return family, family.build()


def test_every_image_is_judged_by_its_own_domains_decoder_alone() -> None:
    family, networks = make(augment_inputs={})
    images, domain = torch.rand(5, 1, 8, 8), torch.tensor([0, 1, 1, 0, 1])
    terms = family.losses(networks, batch_of(images, domain), rng(5), START, "main")
    with torch.no_grad():
        own = [family.translate(networks, images[i : i + 1], int(domain[i])) for i in range(5)]
    expected = sum(float(((made - images[i : i + 1]) ** 2).sum()) for i, made in enumerate(own)) / 5
    assert terms["squared_error"].item() == pytest.approx(expected, rel=1e-5)
    alone = family.losses(networks, batch_of(images, torch.zeros(5, dtype=torch.int64)), rng(5), START, "main")
    alone["squared_error"].backward()
    assert all(not p.grad.any() for p in networks["decoders"][1].parameters() if p.grad is not None)
    assert any(p.grad.any() for p in networks["decoders"][0].parameters())


def test_the_encoder_sees_warped_images_and_the_target_stays_as_it_is() -> None:
    plain, networks = make(augment_inputs={})
    warped, _same = make(augment_inputs={"rotation": 90})
    images, domain = torch.rand(6, 1, 8, 8), torch.tensor([0, 1] * 3)
    losses = [f.losses(networks, batch_of(images, domain), rng(6), START, "main") for f in (plain, warped)]
    assert losses[0]["squared_error"].item() != losses[1]["squared_error"].item()
    with torch.inference_mode():
        sums = [f.evaluate(networks, batch_of(images, domain), rng(6)) for f in (plain, warped)]
    assert sums[0]["squared_error"].item() == sums[1]["squared_error"].item()


def test_evaluation_agrees_whatever_the_batches_and_knows_the_way_there_and_back() -> None:
    family, networks = make(domains=("a", "b", "c"))
    images, domain = torch.rand(7, 1, 8, 8), torch.tensor([0, 1, 2, 0, 1, 2, 2])
    records = Records()
    with torch.inference_mode():
        whole = family.evaluate(networks, batch_of(images, domain), rng(7), records)
        parts = [family.evaluate(networks, batch_of(images[i:j], domain[i:j]), rng(j - i)) for i, j in ((0, 2), (2, 7))]
        there = torch.cat(
            [family.translate(networks, images[i : i + 1], (int(d) + 1) % 3) for i, d in enumerate(domain)]
        )
        back = torch.cat([family.translate(networks, there[i : i + 1], int(d)) for i, d in enumerate(domain)])
    for name, value in whole.items():
        assert value.item() == pytest.approx(sum(part[name].item() for part in parts), rel=1e-5), name
    metrics = family.metrics(whole, networks)
    assert next(iter(metrics)) == "mse"
    assert metrics["mse"] == pytest.approx(F.mse_loss(records["reconstruction"], images).item(), rel=1e-5)
    assert metrics["loss"] == pytest.approx(metrics["mse"], rel=1e-4)
    assert metrics["cycle_mse"] == pytest.approx(F.mse_loss(back, images).item(), rel=1e-4)


@pytest.mark.parametrize("shape", [(3, 33, 47), (4, 8, 8), (1, 128, 96)])
def test_images_of_any_size_and_channels(shape: tuple[int, int, int]) -> None:
    family, networks = make(shape)
    images = torch.rand(3, *shape)
    terms = family.losses(networks, batch_of(images, torch.tensor([0, 1, 0])), rng(3), START, "main")
    assert torch.isfinite(terms["squared_error"])
    assert family.translate(networks, images, 1).shape == images.shape
    assert {name.split(".")[0] for name in family.layers(networks)} == {"encoder", "decoders"}


def test_refusals_say_what_to_do() -> None:
    with pytest.raises(RecipeError, match=r"swap translates between domains.*data\.domains: true"):
        make(domains=())
    with pytest.raises(RecipeError, match="one that learns nothing of its own"):
        make(likelihood="gaussian")
    family, networks = make()
    with pytest.raises(RequestError, match="no domain 2; allowed: day, night"):
        family.translate(networks, torch.rand(1, 1, 8, 8), 2)
    with pytest.raises(DataError, match="These images have no domains"):
        family.losses(networks, batch_of(torch.rand(2, 1, 8, 8), None), rng(2), START, "main")


def test_inputs_that_are_not_in_zero_to_one_are_refused(tmp_path: Path) -> None:
    settings = {"name": "swap", "model": {"family": "swap", **SMALL}, "data": {"normalise": "standard"}}
    with pytest.raises(RecipeError, match=r"data.normalise: standard does not go with this model.*set it to unit"):
        Session(recipe.from_dict(settings), tmp_path / "run", data=odd_and_even()).run()


def bars(level: float, upright: bool) -> Tensor:
    """Four images of bars: their place is shared by both domains, their direction and brightness are not."""
    images = torch.zeros(4, 1, 8, 8)
    for place in range(4):
        part = images[place, 0].T if upright else images[place, 0]
        part[2 * place : 2 * place + 2] = level
    return images


def test_eight_images_are_overfitted_and_translations_are_of_the_other_domain() -> None:
    family, networks = make(augment_inputs={})
    day, night = bars(1.0, upright=False), bars(0.5, upright=True)
    images, domain = torch.cat([day, night]), torch.tensor([0] * 4 + [1] * 4)
    optimiser = torch.optim.Adam(networks.parameters(), 1e-2)
    for step in range(150):
        terms = family.losses(networks, batch_of(images, domain), rng(8, step), START, "main")
        total, _logged = family.total(networks, terms, START, "main")
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    assert total.item() < 0.005
    with torch.inference_mode():
        dark, bright = family.translate(networks, day, 1), family.translate(networks, night, 0)
    assert dark.amax((1, 2, 3)).mean() < bright.amax((1, 2, 3)).mean()
    assert ((dark[:, :, 1:] - dark[:, :, :-1]).abs().sum() < (dark[..., 1:] - dark[..., :-1]).abs().sum()).item()


class KillAt(Callback):
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, loop: Loop, samples: int) -> None:
        if loop.global_step == self.step:
            raise Killed


def odd_and_even() -> Data:
    import dataclasses

    data = digits()
    assert data.labels is not None
    return dataclasses.replace(data, domain=data.labels % 2, domains=("even", "odd"))


def test_a_killed_run_ends_as_the_uninterrupted_one_and_two_runs_are_alike(tmp_path: Path) -> None:
    chosen = recipe.from_dict(
        {
            "name": "swap",
            "model": {"family": "swap", **SMALL},
            "data": {"augment": {"rotation": 10}},
            "train": {"epochs": 2, "batch": 30, "ema": 0.9, "checkpoint_minutes": 0},
            "compute": {"threads": 1, "device": "cpu"},
        }
    )
    expected = outcome(Session(chosen, tmp_path / "whole", data=odd_and_even()).run())
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [KillAt(4)], data=odd_and_even()).run()
    again = Session(chosen, tmp_path / "killed", data=odd_and_even()).run(resumed=True)
    assert_same(expected, outcome(again))
