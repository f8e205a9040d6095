"""The grid of samples: who gets one, how large it is, and how many files a long training leaves."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.training.test_engine import engine
from trasluz.rng import StepRng
from trasluz.runs.folder import RunFolder
from trasluz.training.callbacks.samples import SampleGrid


class Maker:
    """Makes images whose every pixel is the first number drawn for them."""

    def __init__(self, shape: tuple[int, int, int], *capabilities: str) -> None:
        self.shape, self.capabilities = shape, frozenset(capabilities)

    def generate(self, networks: nn.ModuleDict, count: int, rng: StepRng) -> Tensor:
        assert not networks.training
        return rng.uniform("prior", 1)[:, :, None, None].expand(count, *self.shape)


def loop(folder: Path, shape: tuple[int, int, int], epochs: int, *capabilities: str) -> Any:
    return SimpleNamespace(
        lead=True,
        family=Maker(shape, *capabilities),
        train=SimpleNamespace(epochs=epochs),
        stop_reason=None,
        data=SimpleNamespace(spec=SimpleNamespace(shape=shape)),
        engine=engine(nn.Linear(1, 1)),
        recipe=SimpleNamespace(seed=3),
        store=RunFolder(folder),
        global_step=0,
    )


def written(folder: Path) -> list[int]:
    return [int(np.load(path)["epoch"]) for path in sorted((folder / "looks" / "samples").glob("*.npz"))]


def train(running: Any) -> None:
    for epoch in range(1, running.train.epochs + 1):
        running.global_step = 10 * epoch
        SampleGrid().on_epoch_end(running, {"epoch": epoch})


@pytest.mark.parametrize(
    ("epochs", "expected"), [(3, [1, 2, 3]), (101, [*range(2, 101, 2), 101]), (250, [*range(3, 250, 3), 250])]
)
def test_a_long_training_keeps_about_a_hundred_grids_and_its_last(
    epochs: int, expected: list[int], tmp_path: Path
) -> None:
    train(loop(tmp_path, (1, 2, 2), epochs, "generate"))
    assert written(tmp_path) == expected


@pytest.mark.parametrize(("shape", "count"), [((1, 28, 28), 64), ((3, 500, 600), 3), ((3, 2000, 2000), 1)])
def test_grids_of_large_images_hold_fewer(shape: tuple[int, int, int], count: int, tmp_path: Path) -> None:
    train(loop(tmp_path, shape, 1, "generate"))
    with np.load(tmp_path / "looks" / "samples" / "000000010.npz") as found:
        assert found["images"].shape == (count, *shape[1:], shape[0])
        assert found["images"].dtype == np.uint8
        assert int(found["step"]) == 10


def test_latents_are_the_same_after_every_epoch_and_training_draws_are_untouched(tmp_path: Path) -> None:
    running = loop(tmp_path, (1, 2, 2), 2, "generate")
    state = torch.get_rng_state()
    train(running)
    first, second = (np.load(path)["images"] for path in sorted((tmp_path / "looks" / "samples").iterdir()))
    assert np.array_equal(first, second)
    assert len(np.unique(first)) > 30
    assert torch.equal(torch.get_rng_state(), state)


def test_families_that_generate_nothing_leave_no_folder(tmp_path: Path) -> None:
    train(loop(tmp_path, (1, 2, 2), 2, "reconstruct"))
    assert not list(tmp_path.iterdir())


def test_a_training_that_stops_early_keeps_its_last_grid(tmp_path: Path) -> None:
    running = loop(tmp_path, (1, 2, 2), 1000, "generate")
    running.stop_reason = "enough"
    SampleGrid().on_epoch_end(running, {"epoch": 7})
    assert written(tmp_path) == [7]
