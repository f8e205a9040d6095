"""The film: frames are what the checkpoints of their epochs give; no kill changes it, and it changes no training."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.training.harness import Killed, Session, assert_same, digits, outcome, recipe
from tests.training.test_resume import TWO_PHASES, KillAt
from tests.training.test_resume_gan import large_digits
from tests.training.test_resume_gan import recipe as gan
from trasluz.look.film import FOLDER, IMAGES, film_epochs, frame_files
from trasluz.model.hardware import choose
from trasluz.recipe import Recipe, from_dict
from trasluz.rng import Rng
from trasluz.runs.checkpoint import numbered, read_checkpoint
from trasluz.training.callbacks.base import Callback
from trasluz.training.callbacks.film_strip import FilmStrip
from trasluz.training.engine import computing, make_fabric
from trasluz.training.loop import Loop
from trasluz.training.start import make_loop, prepare

VAE = from_dict(
    {
        "name": "vae",
        "model": {
            "family": "vae",
            "encoder": {"name": "conv", "channels": [8]},
            "decoder": {"name": "conv-transpose", "channels": [8]},
            "latent": 3,
        },
        "train": {"epochs": 3, "batch": 20, "checkpoint_minutes": 0},
        "compute": {"threads": 1, "device": "cpu"},
    }
)


def frames(run: Path) -> dict[int, dict[str, np.ndarray]]:
    """The frames by their step."""
    found = {}
    for path in frame_files(run):
        with np.load(path) as stored:
            found[int(stored["step"])] = {name: stored[name] for name in stored.files}
    return found


class Checkpoints(Callback):
    """Keeps a copy of every checkpoint that is ever written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_step(self, loop: Loop, samples: int) -> None:
        self._copy(loop)

    def on_end(self, loop: Loop) -> None:
        self._copy(loop)

    def _copy(self, loop: Loop) -> None:
        for path in numbered(loop.store.path / "checkpoints"):
            shutil.copytree(path, self.folder / path.name, dirs_exist_ok=True)


def at_checkpoint(chosen: Recipe, session: Session, checkpoint: Path) -> Loop:
    """A fresh loop with the state of a checkpoint."""
    hardware = choose(chosen.compute)
    with computing(hardware):
        fabric = make_fabric(hardware)
        fabric.launch()
        prepared = prepare(chosen, session.data, fabric, hardware)
        loop = make_loop(prepared, session.folder, [], session.request)
        loop.load_state_dict(read_checkpoint(checkpoint))
    return loop


def grad_cam(loop: Loop, inputs: Tensor, chosen: np.ndarray, layer: str) -> np.ndarray:
    """Selvaraju et al. 2017, equations 1 and 2, by a plain hook, image by image."""
    networks, kept = loop.engine.evaluated.eval(), []
    module = dict(networks.named_modules())[layer]
    hook = module.register_forward_hook(lambda _m, _i, output: kept.append(output))
    family: Any = loop.family
    scores = family.logits(networks, inputs.clone().requires_grad_())
    hook.remove()
    maps = []
    for i, label in enumerate(chosen):
        gradient = torch.autograd.grad(scores[i, label], kept[0], retain_graph=True)[0][i]
        maps.append((gradient.mean((1, 2))[:, None, None] * kept[0][i]).sum(0).detach().numpy())
    return np.stack(maps)


CASES: dict[str, Recipe] = {
    "classifier": recipe("classifier"),
    "classifier in two phases": recipe("classifier", phases=TWO_PHASES),
    "autoencoder": recipe("autoencoder"),
    "vae": VAE,
}


@pytest.mark.parametrize("name", CASES)
def test_frames_are_what_the_checkpoints_of_their_epochs_give(name: str, tmp_path: Path) -> None:
    chosen = CASES[name]
    session = Session(chosen, tmp_path / "run", [FilmStrip(), Checkpoints(tmp_path / "kept")])
    session.run()
    found = frames(tmp_path / "run")
    assert sorted(found) == [0, 5, 10, 15]  # before training, and after each of three epochs of five steps
    for step, frame in found.items():
        loop = at_checkpoint(chosen, session, tmp_path / "kept" / f"{step:09d}")
        _assert_frame_of(loop, frame)


def _assert_frame_of(loop: Loop, frame: dict[str, np.ndarray]) -> None:
    family: Any = loop.family
    networks = loop.engine.evaluated.eval()
    assert np.isin(frame["rows"], loop.data.split("valid")).all()
    samples = loop.data.samples[frame["rows"]]
    np.testing.assert_array_equal(frame["images"], samples)
    pixels = torch.from_numpy(samples).permute(0, 3, 1, 2) / 255
    inputs = loop.preprocess.normalise(pixels)
    with torch.no_grad():
        if family.capabilities >= {"reconstruct"}:
            rebuilt = family.reconstruct(networks, inputs)
            np.testing.assert_allclose(frame["error"], (rebuilt - pixels).square().mean((1, 2, 3)), rtol=1e-4)
            shown = frame["reconstructions"].astype(float) / 255
            np.testing.assert_allclose(shown, rebuilt.permute(0, 2, 3, 1).clamp(0, 1), atol=0.51 / 255)
        if family.capabilities >= {"generate"}:
            rng = Rng(loop.recipe.seed).child(FOLDER).at(0, 0, torch.arange(IMAGES))
            made = family.generate(networks, IMAGES, rng).permute(0, 2, 3, 1)
            np.testing.assert_allclose(frame["samples"].astype(float) / 255, made.clamp(0, 1), atol=0.51 / 255)
        if family.capabilities >= {"classify"}:
            sure = family.classify(networks, inputs).numpy()
            np.testing.assert_allclose(frame["probabilities"], sure, atol=1e-5)
    if family.capabilities >= {"logits"}:
        assert loop.data.labels is not None
        np.testing.assert_array_equal(frame["chosen"], loop.data.labels[frame["rows"]])
        by_hand = grad_cam(loop, inputs, frame["chosen"], str(frame["layer"]))
        np.testing.assert_allclose(frame["maps"], by_hand, atol=1e-5 * max(1.0, float(np.abs(by_hand).max())))


def test_samples_of_a_gan_come_from_the_same_noise_and_change_with_its_weights(tmp_path: Path) -> None:
    session = Session(gan(), tmp_path / "run", [FilmStrip(), Checkpoints(tmp_path / "kept")], large_digits())
    session.run()
    for step, frame in frames(tmp_path / "run").items():
        _assert_frame_of(at_checkpoint(gan(), session, tmp_path / "kept" / f"{step:09d}"), frame)


@pytest.mark.parametrize("kills", [[1], [5], [7, 12]], ids=["first step", "an epoch's end", "twice"])
def test_a_killed_and_resumed_training_leaves_the_same_film(kills: Sequence[int], tmp_path: Path) -> None:
    chosen = recipe("classifier", checkpoint_minutes=60)
    Session(chosen, tmp_path / "whole", [FilmStrip()]).run()
    for number, step in enumerate(kills):
        with pytest.raises(Killed):
            Session(chosen, tmp_path / "killed", [FilmStrip(), KillAt(step)]).run(resumed=number > 0)
    Session(chosen, tmp_path / "killed", [FilmStrip()]).run(resumed=True)
    whole, killed = frames(tmp_path / "whole"), frames(tmp_path / "killed")
    assert whole.keys() == killed.keys()
    for step, frame in whole.items():
        for name, array in frame.items():
            np.testing.assert_array_equal(array, killed[step][name])


@pytest.mark.parametrize("name", ["classifier", "autoencoder", "vae"])
def test_training_is_the_same_to_the_bit_with_and_without_a_film(name: str, tmp_path: Path) -> None:
    without = outcome(Session(CASES[name], tmp_path / "without").run())
    filmed = outcome(Session(CASES[name], tmp_path / "with", [FilmStrip()]).run())
    for kept in (without, filmed):
        kept["callbacks"] = [pair for pair in kept["callbacks"] if pair[0] != "FilmStrip"]
    assert_same(without, filmed)


def test_frames_of_steps_that_are_to_come_are_forgotten_by_a_resume(tmp_path: Path) -> None:
    Session(recipe("autoencoder"), tmp_path / "run", [FilmStrip()]).run()
    stale = tmp_path / "run" / "looks" / FOLDER / "000000999.npz"
    stale.write_bytes(b"of another training")
    Session(recipe("autoencoder", epochs=4), tmp_path / "run", [FilmStrip()]).run(resumed=True)
    assert not stale.exists()
    assert sorted(frames(tmp_path / "run")) == [0, 5, 10, 15, 20]


def test_where_training_stops_early_there_is_a_frame(tmp_path: Path) -> None:
    chosen = recipe("classifier", epochs=100, early_stopping={"patience": 4, "min_delta": 100.0})
    Session(chosen, tmp_path / "run", [FilmStrip()]).run()
    assert [int(frame["epoch"]) for frame in frames(tmp_path / "run").values()] == [0, 1, 2, 3, 5]


@pytest.mark.parametrize("total", [1, 2, 8, 9, 10, 11, 30, 40, 1000])
def test_epochs_of_the_film_are_few_and_hold_the_first_and_the_last(total: int) -> None:
    chosen = film_epochs(total)
    assert chosen[0] == 1
    assert chosen[-1] == total
    assert len(chosen) == min(total, 9)
    assert list(chosen) == sorted(set(chosen))


def test_later_gaps_are_wider() -> None:
    assert film_epochs(40) == (1, 2, 3, 4, 6, 10, 16, 25, 40)


@pytest.mark.parametrize(("shape", "side"), [((1, 1, 1), 1), ((7, 5, 3), 7), ((200, 130, 4), 96), ((20, 30, 2), 30)])
def test_any_size_and_number_of_channels_is_filmed(shape: tuple[int, int, int], side: int, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (24, *shape)).astype(np.uint8)
    data = dataclasses.replace(digits(24), samples=noise)
    tree = {
        "name": "any",
        "model": {"family": "classifier", "network": {"name": "dense", "hidden": [8]}},
        "train": {"epochs": 1, "batch": 12},
        "compute": {"threads": 1, "device": "cpu"},
    }
    Session(from_dict(tree), tmp_path / "run", [FilmStrip()], data).run()
    last = list(frames(tmp_path / "run").values())[-1]
    assert max(last["images"].shape[1:3]) == side
    assert last["images"].shape[3] in (1, 3, 4)
    assert last["probabilities"].shape == (min(IMAGES, 6), 10)
    assert "maps" not in last  # no convolution, so no places


def test_data_without_images_leaves_no_film(tmp_path: Path) -> None:
    rows = np.arange(40)
    data = dataclasses.replace(
        digits(40),
        kind="table",
        samples=np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32),
        splits={"train": rows[:30], "valid": rows[30:]},
    )
    tree = {
        "name": "table",
        "model": {"family": "classifier", "network": {"name": "dense", "hidden": [8]}},
        "data": {"normalise": "standard"},
        "train": {"epochs": 1, "batch": 10},
        "compute": {"threads": 1, "device": "cpu"},
    }
    Session(from_dict(tree), tmp_path / "run", [FilmStrip()], data).run()
    assert frame_files(tmp_path / "run") == []
