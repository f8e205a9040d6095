"""Runs side by side: which fields differ, what runs are called, and differences on the samples that both judged."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from trasluz.evaluation.evaluation import Evaluation
from trasluz.recipe import Recipe, from_dict
from trasluz.search.common import Judged
from trasluz.search.compare import Entry, common_counts, compare_table, recipe_differences, run_names


def recipe(**changes: object) -> Recipe:
    model = {"family": "classifier", "network": {"name": "cnn", "channels": [8, 16]}}
    return from_dict({"name": "net", "model": model, "train": {"epochs": 3}}).override(changes)  # type: ignore[arg-type]


def judged(right: np.ndarray, rows: np.ndarray, classes: tuple[str, ...] = ("a", "b")) -> Evaluation:
    probabilities = np.where(right[:, None], [[0.9, 0.1]], [[0.1, 0.9]]).astype(np.float32)
    arrays = {"rows": rows, "labels": np.zeros(len(rows), np.int64), "probabilities": probabilities}
    accuracy = float(right.mean())
    metrics = {"accuracy": accuracy, "own": 1.0}
    return Evaluation("test", len(rows), metrics, {"accuracy": (0.1, 0.9)}, classes=classes, arrays=arrays)


NONE = np.empty(0, np.int64)


def entry(
    name: str, evaluation: Evaluation | None, *, known: bool = True, trained: np.ndarray = NONE, shift: int = 0
) -> Entry:
    """A run whose samples are known by ``shift`` more than their row."""
    rows = NONE if evaluation is None else evaluation.arrays["rows"]
    told = Judged(rows + shift, trained) if known else None
    return Entry(name, f"folder-{name}", recipe(), evaluation, told, seconds=2.0, epochs=3, parameters=7)


def test_only_fields_that_differ_are_named_with_their_values() -> None:
    given = [recipe(), recipe(**{"train.epochs": 5, "model.network.channels": [4]}), recipe(name="other", seed=3)]
    assert recipe_differences(given) == {
        "model.network.channels": ([8, 16], [4], [8, 16]),
        "train.epochs": (3, 5, 3),
        "seed": (0, 0, 3),
    }
    assert recipe_differences([recipe(), recipe(name="other")]) == {}


def test_a_field_that_one_recipe_lacks_has_no_value_there() -> None:
    other = from_dict({"name": "net", "model": {"family": "autoencoder", "latent": 4}})
    found = recipe_differences([recipe(), other])
    assert found["model.latent"] == (None, 4)
    assert found["model.network.name"] == ("cnn", None)
    parts = [field.partition(".")[0] for field in found]
    assert parts == sorted(parts, key=parts.index), "fields of one part stand together"


def test_lists_of_settings_are_told_apart_by_their_place() -> None:
    two = [{"name": "first"}, {"name": "second", "train": {"epochs": 2}}]
    more = [{"name": "first"}, {"name": "second", "train": {"epochs": 4}}]
    given = [from_dict({"model": {"family": "classifier"}, "phases": phases}) for phases in (two, more)]
    assert recipe_differences(given) == {"phases.1.train.epochs": (2, 4)}


def test_names_tell_runs_apart_by_as_little_as_it_takes() -> None:
    assert run_names([("cnn", 0, "x"), ("vae", 0, "y")]) == ("cnn", "vae")
    assert run_names([("cnn", 1, "x"), ("cnn", 2, "y"), ("vae", 1, "z")]) == ("cnn #1", "cnn #2", "vae")
    assert run_names([("cnn", 1, "x"), ("cnn", 1, "y")]) == ("x", "y")


def test_differences_are_taken_on_common_rows_whatever_their_order() -> None:
    noise = np.random.default_rng(0)
    rows = np.arange(100, 160)
    right, other = noise.random(60) < 0.5, noise.random(60) < 0.8
    shuffled = noise.permutation(60)[:45]
    table = compare_table(
        [entry("first", judged(right, rows)), entry("second", judged(other[shuffled], rows[shuffled]))]
    )
    found = table.rows[1].differences["accuracy"]
    assert found.mean == pytest.approx(other[shuffled].mean() - right[shuffled].mean())
    assert found.low < found.mean < found.high
    assert table.reference == "first"
    assert table.rows[0].differences == {}
    assert (table.rows[1].scores["accuracy"].low, table.rows[1].scores["accuracy"].high) == (0.1, 0.9)
    assert math.isinf(table.rows[1].scores["own"].high)


@pytest.mark.parametrize("apart", ["other data", "no rows in common", "other classes", "no numbers"])
def test_no_difference_where_the_samples_are_not_the_same(apart: str) -> None:
    rows, right = np.arange(60), np.arange(60) % 2 == 0
    other: Evaluation | None = judged(~right, rows)
    if apart == "no rows in common":
        other = judged(~right, rows + 60)
    if apart == "other classes":
        other = judged(~right, rows, ("b", "c"))
    if apart == "no numbers":
        other = None
    second = entry("second", other, known=apart != "other data")
    table = compare_table([entry("first", judged(right, rows)), second])
    assert table.rows[1].differences == {}
    assert table.rows[0].scores["accuracy"].mean == 0.5


def test_what_can_be_compared_comes_before_what_only_one_run_has() -> None:
    rows, right = np.arange(40), np.arange(40) % 2 == 0
    first = dataclasses.replace(judged(right, rows), metrics={"alone": 1.0, "own": 1.0, "accuracy": 0.5})
    table = compare_table([entry("first", first), entry("second", judged(right, rows))])
    assert table.metrics == ("accuracy", "own", "alone")


@pytest.mark.parametrize(("count", "given"), [(29, False), (30, True)])
def test_a_difference_is_taken_from_thirty_samples_on(count: int, given: bool) -> None:
    rows, right = np.arange(count), np.arange(count) % 3 == 0
    found = compare_table([entry("first", judged(right, rows)), entry("second", judged(~right, rows))])
    assert bool(found.rows[1].differences) is given


def test_no_sample_counts_that_either_was_trained_on() -> None:
    noise = np.random.default_rng(0)
    rows, right, other = np.arange(100), noise.random(100) < 0.5, noise.random(100) < 0.7
    entries = [
        entry("first", judged(right, rows), trained=np.arange(10, 20)),
        entry("second", judged(other, rows), trained=np.arange(15, 40)),
    ]
    kept = np.r_[np.arange(10), np.arange(40, 100)]
    assert common_counts(entries)["second"] == 70
    found = compare_table(entries).rows[1].differences["accuracy"]
    assert found.mean == pytest.approx(other[kept].mean() - right[kept].mean())


def test_samples_are_known_by_their_content_and_not_by_their_row() -> None:
    noise = np.random.default_rng(0)
    rows, right, other = np.arange(80), noise.random(80) < 0.5, noise.random(80) < 0.7
    entries = [entry("first", judged(right, rows), shift=7), entry("second", judged(other, rows + 7))]
    found = compare_table(entries).rows[1].differences["accuracy"]
    assert found.mean == pytest.approx(other.mean() - right.mean())


def test_samples_with_other_labels_are_left_out() -> None:
    rows, right = np.arange(50), np.ones(50, bool)
    first, second = judged(right, rows), judged(right, rows)
    second.arrays["labels"][:15] = 1
    assert common_counts([entry("first", first), entry("second", second)])["second"] == 35


def test_errors_of_images_of_another_size_are_no_difference() -> None:
    rows = np.arange(40)
    arrays = {"rows": rows, "error": np.linspace(0, 1, 40, dtype=np.float32)}
    rebuilt = Evaluation("valid", 40, {"mse": 0.5}, arrays=arrays)
    entries = [entry("first", rebuilt), dataclasses.replace(entry("second", rebuilt), shape=(1, 8, 8))]
    assert compare_table(entries).rows[1].differences == {}
    same = [dataclasses.replace(one, shape=(1, 8, 8)) for one in entries]
    assert compare_table(same).rows[1].differences["mse"].mean == 0
