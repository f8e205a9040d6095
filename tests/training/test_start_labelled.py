"""A classifier is shown only the training samples that have a label; an autoencoder is shown all of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.training.harness import Session, digits, recipe
from trasluz.data.data import Data
from trasluz.errors import RecipeError


def few_labels() -> Data:
    data = digits()
    assert data.labels is not None
    labels = data.labels.copy()
    labels[12:90] = -1
    return dataclasses.replace(data, labels=labels)


@pytest.mark.parametrize(("family", "shown"), [("classifier", 12), ("autoencoder", 90)])
def test_only_families_that_learn_from_them_see_samples_without_a_label(
    family: str, shown: int, tmp_path: Path
) -> None:
    loop = Session(recipe(family, epochs=1, batch=6), tmp_path / "run", data=few_labels()).run()
    assert len(loop.data.split("train")) == shown
    assert loop.batches.steps == shown // 6
    assert len(loop.data.split("valid")) == 30


def test_weights_of_classes_are_refused_where_nothing_is_told_from_labels(tmp_path: Path) -> None:
    weighted = recipe("autoencoder", epochs=1).override({"data.balance": "weights"})
    with pytest.raises(RecipeError, match=r"data\.balance: autoencoder has no use for weights of classes"):
        Session(weighted, tmp_path / "run").run()
