"""The mixture over a run's codes: fitted once for its weights, kept, read again; replaced where it is no good."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load, load_file, save_file

import trasluz as tz
from trasluz.api import mixture
from trasluz.errors import StorageError
from trasluz.reporting import Reporter

QUICK = {"train.epochs": 1, "train.schedule": {"name": "constant"}, "data.limit": 300, "data.valid": 0.15}


class Listener(Reporter):
    """Remembers warnings."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def warn(self, message: str) -> None:
        self.heard.append(message)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tz.train("digits-autoencoder", set=QUICK, runs=tmp_path_factory.mktemp("runs"))
    run.generate(1, source="mixture")
    return run.path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> tz.Run:
    return tz.open_run(shutil.copytree(trained, tmp_path / "run"))


def drawn(run: tz.Run, seed: int = 0, reporter: Reporter | None = None) -> np.ndarray:
    return tz.open_run(run.path).generate(12, seed=seed, source="mixture", reporter=reporter).images


def test_it_has_the_mean_and_the_covariance_of_the_codes(run: tz.Run) -> None:
    """The last step of expectation maximisation leaves Σ w μ and Σ w (Σ + μ μᵀ) at the moments of the codes."""
    stored = {name: array.double().numpy() for name, array in load_file(run.path / mixture.FILE).items()}
    codes = run.encode(run.data.samples[run.data.split("train")]).astype(np.float64)
    weights, means, roots = stored["weights"], stored["means"], stored["roots"]
    np.testing.assert_allclose(weights.sum(), 1, atol=1e-6)
    np.testing.assert_allclose(weights @ means, codes.mean(0), atol=1e-4)
    inside = roots @ roots.transpose(0, 2, 1) + means[:, :, None] * means[:, None, :]
    second = (weights[:, None, None] * inside).sum(0)
    np.testing.assert_allclose(second, codes.T @ codes / len(codes), rtol=1e-3, atol=1e-3)


def test_later_images_of_a_seed_are_the_same_and_nothing_is_fitted_or_opened_for_them(
    run: tz.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.path / mixture.FILE).unlink()
    first = drawn(run)
    monkeypatch.setattr(mixture, "fit", None)
    monkeypatch.setattr("trasluz.api.training.reopen", None)
    listener = Listener()
    np.testing.assert_array_equal(drawn(run, reporter=listener), first)
    assert (drawn(run, seed=1, reporter=listener) != first).any()
    assert listener.heard == []


def _other(path: Path, **changes: object) -> None:
    """The same file with other arrays (tensors, or ``None`` to leave one out) or another head (texts)."""
    with safe_open(path, framework="pt") as stored:
        head = dict(stored.metadata())
    arrays = load(path.read_bytes())
    for name, value in changes.items():
        if isinstance(value, str):
            head[name] = value
        elif value is None:
            del arrays[name]
        else:
            arrays[name] = value  # type: ignore[assignment]  # a tensor
    save_file(arrays, path, head)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), ""),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-40]), ""),
    "a pickle": (lambda path: path.write_bytes(pickle.dumps({"weights": [1.0]})), ""),
    "a huge head": (lambda path: path.write_bytes(b"\xff" * 64), ""),
    "another version": (lambda path: _other(path, format="2"), "another version"),
    "other weights": (lambda path: _other(path, model="0" * 16), "other weights"),
    "an array missing": (lambda path: _other(path, roots=None), "something else"),
    "an array more": (lambda path: _other(path, more=torch.ones(2)), "something else"),
    "not finite": (lambda path: _other(path, weights=torch.tensor([torch.nan])), "no mixture"),
    "other shapes": (lambda path: _other(path, means=torch.zeros(1, 2)), "no mixture"),
    "shares above one": (lambda path: _other(path, weights=2 * load(path.read_bytes())["weights"]), "no mixture"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_or_foreign_file_is_replaced_with_a_sentence(run: tz.Run, name: str) -> None:
    expected, path = drawn(run), run.path / mixture.FILE
    good = load(path.read_bytes())
    damage, words = DAMAGES[name]
    damage(path)
    listener = Listener()
    np.testing.assert_array_equal(drawn(run, reporter=listener), expected)
    (sentence,) = listener.heard
    assert "it is fitted again" in sentence
    assert words in sentence
    again = load(path.read_bytes())
    assert all(torch.equal(again[name], array) for name, array in good.items())
    assert again.keys() == good.keys()


def test_it_is_fitted_anew_for_new_weights(run: tz.Run) -> None:
    path = run.path / "model" / "weights.safetensors"
    before = load_file(run.path / mixture.FILE)["means"]
    save_file({name: value * 1.2 for name, value in load_file(path).items()}, path)
    listener = Listener()
    drawn(run, reporter=listener)
    assert "other weights" in listener.heard[0]
    after = load_file(run.path / mixture.FILE)["means"]
    assert after.shape != before.shape or not torch.allclose(after, before)


def test_images_are_made_where_the_folder_cannot_be_written(run: tz.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = drawn(run)
    (run.path / mixture.FILE).unlink()

    def refuse(path: Path, _content: bytes) -> None:
        raise StorageError(f"{path}: cannot be written.")

    monkeypatch.setattr(mixture, "write_bytes", refuse)
    listener = Listener()
    np.testing.assert_array_equal(drawn(run, reporter=listener), expected)
    assert listener.heard == [f"{run.path / mixture.FILE}: cannot be written."]
    assert not (run.path / mixture.FILE).exists()


def test_networks_are_left_as_they_were(run: tz.Run) -> None:
    run.networks.train()
    mixture.mixture_of(run, Reporter())
    assert all(module.training for module in run.networks.modules())
