"""Recipes of every family that train in a second, and what else resuming must get right: phases, layers, stopping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

_CONV = {"name": "conv", "channels": [4, 4], "dense": [8], "dropout": 0.2}
_ENCODER = {"name": "dense", "hidden": [8], "code": 3}
_DECODER = {"name": "dense", "hidden": [8]}
_TWO = [
    {"name": "head", "frozen": ["classifier.conv1.*"], "train": {"epochs": 1}},
    {"name": "all", "train": {"epochs": 1}},
]
_LAYERS = [{"name": name, "train": {"epochs": 1}} for name in ("layer-1", "layer-2", "joint")]
_STOPS = {"epochs": 4, "early_stopping": {"patience": 1, "min_delta": 10.0}}
CASES: dict[str, dict[str, Any]] = {
    "classifier": {"model": {"family": "classifier", "network": _CONV}},
    "autoencoder": {"model": {"family": "autoencoder", "encoder": _ENCODER, "decoder": _DECODER}},
    "vae": {"model": {"family": "vae", "encoder": {"name": "dense", "hidden": [8]}, "decoder": _DECODER, "latent": 2}},
    "vq-vae": {
        "model": {
            "family": "vq-vae",
            "encoder": {"name": "conv", "channels": [4]},
            "decoder": {"name": "conv-transpose", "channels": []},
            "codebook": 8,
            "width": 4,
        }
    },
    "gan": {
        "model": {
            "family": "gan",
            "generator": {"name": "dcgan", "width": 2},
            "discriminator": {"name": "dcgan", "width": 2, "spectral_norm": True},
            "latent": 3,
        },
        "data": {"source": "images", "size": 16, "channels": 1},
        "train": {"ema": 0.9},
    },
    "joint": {
        "model": {
            "family": "joint",
            "encoder": _ENCODER,
            "decoder": _DECODER,
            "classifier": {"name": "dense", "hidden": [8]},
        }
    },
    "swap": {
        "model": {"family": "swap", "encoder": _ENCODER, "decoder": _DECODER},
        "data": {"source": "images", "size": 8, "channels": 1, "domains": True},
    },
    "perceptron": {
        "model": {"family": "perceptron"},
        "data": {"source": "two-blobs", "normalise": "raw", "valid": None, "limit": None, "augment": {}},
        "train": {"batch": "full", "optimiser": {"name": "sgd", "learning_rate": 0.5}},
    },
    "two phases": {"model": {"family": "classifier", "network": _CONV}, "phases": _TWO},
    "layer-wise": {
        "model": {
            "family": "autoencoder",
            "encoder": {"name": "dense", "hidden": [12], "code": 3},
            "decoder": {"name": "dense", "hidden": [12]},
            "layerwise": True,
        },
        "phases": _LAYERS,
    },
    "early stopping": {"model": {"family": "classifier", "network": _CONV}, "train": _STOPS},
}


def tree(name: str, folder: Path) -> dict[str, Any]:
    """A recipe of four steps in two epochs, with a checkpoint after every step."""
    case = CASES[name]
    data = {"source": "digits", "limit": {"train": 40, "valid": 20, "test": 20}, "valid": 0.3, **case.get("data", {})}
    if data["source"] == "images":
        data = {**data, "source": str(folder / "images"), "limit": None}
    train = {"epochs": 2, "batch": 20, "checkpoint_minutes": 0, **case.get("train", {})}
    compute = {"device": "cpu", "precision": "fp32", "threads": 1}
    phases = case.get("phases", [])
    slug = name.replace(" ", "-")
    return {"name": slug, "model": case["model"], "data": data, "train": train, "phases": phases, "compute": compute}


def make_images(folder: Path) -> None:
    """Thirty images each of two classes, which are two domains as well."""
    from PIL import Image

    noise = np.random.default_rng(0)
    for level, name in enumerate(("dark", "light")):
        (folder / name).mkdir(parents=True)
        for number in range(30):
            pixels = noise.integers(120 * level, 120 * level + 100, (16, 16)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number:03}.png")
