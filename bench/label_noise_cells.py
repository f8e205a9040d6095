"""Trainings on labels that are wrong at known places: what ``bench.label_noise`` measures on.

A cell is a data set, a share of wrong labels and a seed.  Its features are those of a small network that was trained
on the wrong labels, as in a run; where the trunk is frozen, they do not depend on labels and are computed once.
"""

from __future__ import annotations

import dataclasses
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.families.capabilities import Classifies
from trasluz.look.classes.folds import same_pictures
from trasluz.look.latent.codes import encode_rows
from trasluz.look.latent.picture_features import picture_features
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.recipe.recipe import from_dict
from trasluz.reporting import Reporter
from trasluz.training.fit import fit

SHARES = (0.0, 0.02, 0.05, 0.1, 0.2)
_WEIGHTS = "efficientnet-lite0-imagenet.safetensors"


@dataclass(frozen=True)
class Case:
    """``told``: what is trained on what, for people.  ``recipe``: as for ``Recipe``; ``training``: training images,
    drawn from the source's.  ``frozen``: the trunk's weights do not move."""

    told: str
    recipe: dict[str, Any]
    training: int
    frozen: bool = False


def _conv(stages: tuple[int, ...], epochs: int, **data: Any) -> dict[str, Any]:
    return {
        "data": data,
        "model": {"family": "classifier", "network": {"name": "conv", "channels": list(stages), "dense": [64]}},
        "train": {
            "epochs": epochs,
            "batch": 64,
            "optimiser": {"name": "adamw", "learning_rate": 0.003},
            "schedule": {"name": "one-cycle"},
        },
        "compute": {"device": "cpu", "precision": "fp32"},
    }


_LITE = {
    "data": {"source": "cats-dogs", "size": 160, "channels": 3},
    "model": {"family": "classifier", "network": {"name": "timm", "architecture": "tf_efficientnet_lite0"}},
    "train": {"epochs": 1, "batch": 64, "optimiser": {"name": "adamw", "learning_rate": 0.001}},
    "phases": [{"name": "head", "trainable": ["classifier.classifier.*"]}],
    "compute": {"device": "cpu", "precision": "fp32"},
}
CASES = {
    "digits": Case(
        "digits (8×8): conv 16-32, 15 epochs", _conv((16, 32), 15, source="digits", valid=None, test=0.2), 1200
    ),
    "fashion": Case(
        "Fashion-MNIST: conv 16-32, 8 epochs", _conv((16, 32), 8, source="fashion-mnist", valid="last 5000"), 3000
    ),
    "cats-dogs-pretrained": Case("cats and dogs, 160 px: frozen EfficientNet-Lite0", _LITE, 2000, frozen=True),
    "cats-dogs-scratch": Case(
        "cats and dogs, 40 px: conv 16-32 from scratch, 6 epochs",
        _conv((16, 32), 6, source="cats-dogs", size=40, channels=3),
        2000,
    ),
}


@dataclass(frozen=True)
class Cell:
    """``features`` float32 ``[n, d]`` of the training images by the network and ``pictures`` ``[n, e]`` by themselves,
    with their ``given`` and true labels (``truth``), int64 ``[n]``; ``same``: the first of the images that are the same
    picture; ``held`` and ``held_given``: features and given labels of validation images; ``accuracy`` of the network
    on images with right labels."""

    features: np.ndarray
    pictures: np.ndarray
    given: np.ndarray
    truth: np.ndarray
    same: np.ndarray
    held: np.ndarray
    held_given: np.ndarray
    accuracy: float


def cell(name: str, share: float, seed: int, work: Path) -> Cell:
    """The cell, from the folder ``work`` where it was made before."""
    kept = work / f"{name}-{round(100 * share)}-{seed}.npz"
    if kept.exists():
        with np.load(kept) as stored:
            arrays = {key: stored[key] for key in stored.files}
        return Cell(**{**arrays, "accuracy": float(arrays["accuracy"])})
    case = CASES[name]
    data = _limited(name)
    truth = np.asarray(data.labels)
    labels = _noisy(data, share, seed)
    recipe = from_dict({"name": name, **_weighted(case.recipe), "seed": seed})
    found = _of(recipe, dataclasses.replace(data, labels=labels), truth, _frozen_model(name) if case.frozen else None)
    np.savez(kept, **dataclasses.asdict(found))
    return found


def flipped(truth: np.ndarray, rows: np.ndarray, share: float, seed: int, classes: int) -> np.ndarray:
    """``truth`` int64 ``[n]`` with that ``share`` of ``rows`` given another class, each other one equally likely."""
    rng = np.random.default_rng([seed, round(1000 * share)])
    wrong = rng.choice(rows, round(share * len(rows)), replace=False)
    labels = truth.copy()
    labels[wrong] = (labels[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return labels


def _noisy(data: Data, share: float, seed: int) -> np.ndarray:
    """The data's labels with that share flipped in training, and in validation, which comes from the same hands."""
    labels, classes = np.asarray(data.labels), len(data.classes)
    for number, split in enumerate(("train", "valid")):
        labels = flipped(labels, data.split(split), share, 2 * seed + number, classes)
    return labels


@cache
def _limited(name: str) -> Data:
    """The case's data, with so many training images as it says, at most 500 that validate and 1,000 to be judged."""
    case = CASES[name]
    section = from_dict({"name": name, **case.recipe}).data
    data = open_data(section, 0, Reporter())
    rng = np.random.default_rng(0)
    train = rng.permutation(data.split("train"))
    spare, train = train[case.training :], train[: case.training]
    valid = rng.permutation(data.split("valid")) if len(data.split("valid")) else spare
    test = rng.permutation(data.split("test")) if len(data.split("test")) else valid[500:]
    splits = {"train": np.sort(train), "valid": np.sort(valid[:500]), "test": np.sort(test[:1000])}
    return dataclasses.replace(data, splits=splits)


def _of(recipe: Recipe, data: Data, truth: np.ndarray, frozen: Model | None) -> Cell:
    rows, held, judged = (data.split(name) for name in ("train", "valid", "test"))
    model = frozen or fit(recipe, data)
    subject = Subject(model, lambda: data)
    features, others, pictures = _encoded(subject, rows, held) if frozen is None else _frozen(recipe.name)
    accuracy = accuracy_of(model, np.asarray(data.samples[judged]), truth[judged]) if frozen is None else math.nan
    labels = np.asarray(data.labels)
    return Cell(
        features, pictures, labels[rows], truth[rows], same_pictures(data, rows), others, labels[held], accuracy
    )


def _encoded(subject: Subject, rows: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The network's features of both, and those of the pictures of ``rows``."""
    features, others = (encode_rows(subject, part, Reporter()) for part in (rows, held))
    return features, others, picture_features(subject, rows)


def accuracy_of(model: Model, samples: np.ndarray, truth: np.ndarray) -> float:
    """The share of ``samples`` whose class in ``truth`` the model names."""
    classify: Callable[..., Any] = model.ask(Classifies).classify
    said = model.over(samples, lambda inputs, _pixels: classify(model.networks, inputs)).argmax(1)
    return float((said == truth).mean())


@cache
def _frozen_model(name: str) -> Model:
    """A network whose trunk is as it came."""
    data = _limited(name)
    few = dataclasses.replace(data, splits={"train": data.split("train")[::20], "test": data.split("test")[:20]})
    return fit(from_dict({"name": name, **_weighted(CASES[name].recipe)}), few)


@cache
def _frozen(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Its features, which no label changes."""
    data = _limited(name)
    return _encoded(Subject(_frozen_model(name), lambda: data), data.split("train"), data.split("valid"))


def _weighted(recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe with the place of the trunk's weights, where it starts from such."""
    if "phases" not in recipe:
        return recipe
    places = [Path(part) / _WEIGHTS for part in os.environ.get("TRASLUZ_DATA", "").split(os.pathsep) if part]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        sys.exit(f"{_WEIGHTS}: not found; put it in a folder of $TRASLUZ_DATA.")
    return {**recipe, "phases": [{**recipe["phases"][0], "from": f"file:{found}"}]}


def cures(name: str, share: float, seed: int, suspects: np.ndarray) -> dict[str, Any]:
    """Accuracy on clean images of the case's network: trained on the wrong labels, also with label smoothing of 0.1,
    with ``suspects`` (places among the training images) left out unseen, and with those of them corrected that are
    wrong, as somebody does who looks at them; and on right labels."""
    data = _limited(name)
    truth, rows, judged = np.asarray(data.labels), data.split("train"), data.split("test")
    wrong = _noisy(data, share, seed)
    corrected = wrong.copy()
    corrected[rows[suspects]] = truth[rows[suspects]]
    left = np.setdiff1d(rows, rows[suspects])
    recipe = from_dict({"name": name, **CASES[name].recipe, "seed": seed})

    def accuracy(labels: np.ndarray, training: np.ndarray, **settings: Any) -> float:
        splits = {"train": training, "test": judged}
        model = fit(recipe.override(settings), dataclasses.replace(data, labels=labels, splits=splits))
        return accuracy_of(model, np.asarray(data.samples[judged]), truth[judged])

    return {
        "seed": seed,
        "wrong labels": accuracy(wrong, rows),
        "label smoothing 0.1": accuracy(wrong, rows, **{"model.label_smoothing": 0.1}),
        "suspects left out": accuracy(wrong, left),
        "suspects corrected": accuracy(corrected, rows),
        "right labels": accuracy(truth, rows),
    }
