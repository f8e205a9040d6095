"""Sequences of several lengths from a file to an evaluation, also of other and shorter ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import trasluz as tz
from trasluz.errors import DataError

RECIPE = """
name: walks
data: {{source: {source}, valid: 0.2}}
model:
  family: autoencoder
  encoder: {{name: recurrent, hidden: [8], code: 4}}
  decoder: {{name: recurrent, hidden: [8]}}
train: {{epochs: 1, batch: 16}}
compute: {{device: cpu, threads: 1}}
"""


def walks(path: Path, steps: int, longest: int, count: int = 40) -> Path:
    """Random walks of 3 numbers, each of at most ``longest`` real steps of ``steps``; the rest is not to be read."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(count, 12, 3)).cumsum(1)[:, :longest]
    lengths = np.concatenate([[longest], rng.integers(1, longest + 1, count - 1)])
    padded = np.pad(values, ((0, 0), (0, steps - longest), (0, 0)), constant_values=np.nan)
    np.savez(path, X=padded, lengths=lengths)
    return path


def test_a_model_of_sequences_judges_others_whatever_their_padding(tmp_path: Path) -> None:
    chosen = tmp_path / "walks.yaml"
    chosen.write_text(RECIPE.format(source=walks(tmp_path / "walks.npz", 9, 9)), encoding="utf-8")
    run = tz.train(str(chosen), runs=tmp_path / "runs")
    found = [run.evaluate(data=str(walks(tmp_path / f"{s}.npz", s, 6)), split="all").metrics for s in (6, 8, 12)]
    assert found[0]["mse"] == pytest.approx(found[1]["mse"], rel=1e-6)
    assert found[0]["mse"] == pytest.approx(found[2]["mse"], rel=1e-6)
    assert found[0]["loss"] == pytest.approx(found[0]["mse"], rel=1e-5)
    with pytest.raises(DataError, match="trained on sequence"):
        run.evaluate(data=str(walks(tmp_path / "long.npz", 12, 12)), split="all")


LABELLED = """
name: labelled-walks
data: {{source: {source}, valid: 0.2, normalise: standard}}
model:
  family: classifier
  network: {{name: encoder, encoder: {{name: recurrent, hidden: [8], code: 4}}}}
train: {{epochs: 1, batch: 16}}
compute: {{device: cpu, threads: 1}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("walks")


def trained(folder: Path, recipe: str, **changes: str) -> tz.Run:
    stored = dict(np.load(walks(folder / "base.npz", 9, 9)))
    np.savez(folder / "walks.npz", y=np.array(["a", "b"] * 20), **stored)
    chosen = folder / f"{len(list(folder.iterdir()))}.yaml"
    chosen.write_text(recipe.format(source=folder / "walks.npz"), encoding="utf-8")
    return tz.train(str(chosen), runs=folder / "runs", set=changes)


@pytest.fixture(scope="module")
def rebuilding(folder: Path) -> tz.Run:
    return trained(folder, RECIPE, **{"data.normalise": "standard"})


@pytest.fixture(scope="module")
def classifying(folder: Path) -> tz.Run:
    return trained(folder, LABELLED)


def new_walks() -> tuple[np.ndarray, np.ndarray]:
    """Sequences ``[5, 12, 3]`` in which what does not count is NaN or large."""
    values = np.random.default_rng(7).normal(size=(5, 12, 3)).cumsum(1)
    lengths = np.array([6, 1, 4, 8, 2])
    for row, length in zip(values, lengths, strict=True):
        row[length:] = np.nan if length % 2 else 1e6
    return values, lengths


def alone(network: torch.nn.Module, run: tz.Run, sequence: np.ndarray) -> torch.Tensor:
    """What the network says of one sequence that was never padded and is told no length."""
    mean, std = (torch.tensor(part) for part in (run.preprocess.mean, run.preprocess.std))
    with torch.inference_mode():
        found: torch.Tensor = network((torch.tensor(sequence[None], dtype=torch.float32) - mean) / std)
    return found


def test_padding_changes_neither_codes_nor_reconstructions(rebuilding: tz.Run) -> None:
    values, lengths = new_walks()
    codes, made = rebuilding.encode(values, lengths=lengths), rebuilding.reconstruct(values, lengths=list(lengths))
    assert made.reconstructions.shape == (5, 8, 3)
    assert made.lengths is not None
    assert made.lengths.tolist() == lengths.tolist()
    mean, std = (np.array(part) for part in (rebuilding.preprocess.mean, rebuilding.preprocess.std))
    for i, length in enumerate(lengths):
        sequence = values[i, :length]
        code = alone(rebuilding.networks["encoder"], rebuilding, sequence)
        np.testing.assert_allclose(codes[i], code[0], atol=1e-5)
        with torch.inference_mode():
            rebuilt = rebuilding.networks["decoder"](code, int(length))[0].numpy()
        np.testing.assert_allclose(made.reconstructions[i, :length], rebuilt * std + mean, atol=1e-4)
        np.testing.assert_allclose(made.originals[i, :length], sequence, atol=1e-4)
        assert made.errors[i] == pytest.approx(float((((sequence - mean) / std - rebuilt) ** 2).mean()), rel=1e-4)
        assert not made.reconstructions[i, length:].any()


def test_a_list_or_a_file_of_sequences_is_the_padded_array(rebuilding: tz.Run, tmp_path: Path) -> None:
    values, lengths = new_walks()
    codes = rebuilding.encode(values, lengths=lengths)
    each = [values[i, :length] for i, length in enumerate(lengths)]
    np.testing.assert_array_equal(rebuilding.encode(each), codes)
    np.testing.assert_array_equal(rebuilding.encode(each[0]), codes[:1])
    np.testing.assert_array_equal(rebuilding.encode([each[0]]), codes[:1])
    np.testing.assert_array_equal(rebuilding.encode([part.tolist() for part in each]), codes)
    np.savez(tmp_path / "some.npz", X_train=values[:2], lengths_train=lengths[:2], X_test=each[0][None])
    np.testing.assert_array_equal(rebuilding.encode(tmp_path / "some.npz"), codes[[0, 1, 0]])


def test_lengths_are_heard_by_a_classifier_in_every_verb(classifying: tz.Run, tmp_path: Path) -> None:
    values, lengths = new_walks()
    found = classifying.predict(values, lengths=lengths)
    for i, length in enumerate(lengths):
        scores = alone(classifying.networks["classifier"], classifying, values[i, :length])
        np.testing.assert_allclose(found.probabilities[i], scores.softmax(1)[0], atol=1e-5)
    own = classifying.data
    assert own.lengths is not None
    rows = own.split("valid")
    again = classifying.predict(np.asarray(own.samples[rows]), lengths=own.lengths[rows]).probabilities
    hits = (again.argmax(1) == own.labels[rows]).mean() if own.labels is not None else -1
    evaluation = classifying.evaluate("valid")
    np.testing.assert_allclose(evaluation.arrays["probabilities"], again, atol=1e-5)
    assert evaluation.metrics["accuracy"] == pytest.approx(hits)


def test_reconstructions_of_sequences_and_rows_are_kept_as_arrays(rebuilding: tz.Run, tmp_path: Path) -> None:
    values, lengths = new_walks()
    made = rebuilding.reconstruct(values, lengths=lengths)
    made.save(tmp_path / "out")
    with np.load(tmp_path / "out" / "reconstructions.npz") as stored:
        np.testing.assert_array_equal(stored["X"], made.reconstructions)
        np.testing.assert_array_equal(stored["lengths"], lengths)
    assert len((tmp_path / "out" / "errors.csv").read_text(encoding="utf-8").splitlines()) == 6
    np.testing.assert_array_equal(
        rebuilding.encode(tmp_path / "out" / "reconstructions.npz"),
        rebuilding.encode(made.reconstructions, lengths=lengths),
    )


def test_sequences_that_do_not_fit_the_model_are_refused_in_one_sentence(rebuilding: tz.Run, tmp_path: Path) -> None:
    values, _lengths = new_walks()
    ragged: Any = [[1, [2]], [3, 4]]
    for given in (
        values[..., :2],
        values[:, :, None],
        values[0, :6, :2],
        [values[0, :6], values[1, :1, :2]],
        ragged,
    ):
        with pytest.raises(DataError, match=r"give \[n, steps, 3\], of at most 9 steps"):
            rebuilding.encode(given)
    with pytest.raises(DataError, match="not empty"):
        rebuilding.encode([])
    with pytest.raises(DataError, match="a sequence has 12 steps"):
        rebuilding.reconstruct(np.zeros((2, 12, 3)))
    for wrong in ([1, 2], [0] * 5, [13] * 5):
        with pytest.raises(DataError, match="from 1 to 12"):
            rebuilding.encode(values, lengths=wrong)
    with pytest.raises(DataError, match="each has its own"):
        rebuilding.encode([values[0, :2], values[1, :1]], lengths=[2, 1])
    with pytest.raises(DataError, match="NaN"):
        rebuilding.encode(values[:, :9], lengths=[9] * 5)
    with pytest.raises(DataError, match=r"give \.npz files"):
        rebuilding.encode(tmp_path / "none.npz")


def test_other_models_have_no_lengths(tmp_path: Path) -> None:
    settings = {"train.epochs": 1, "data.limit": 100, "compute.device": "cpu"}
    run = tz.train("digits-autoencoder", set=settings, runs=tmp_path)
    with pytest.raises(DataError, match="only sequences have them"):
        run.encode(np.zeros((1, 8, 8), np.uint8), lengths=[3])
