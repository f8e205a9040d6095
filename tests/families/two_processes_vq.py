"""What each of two processes runs in the test of VQ-VAE: a network without batch norm, with codes that restart."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.training.harness import Session, digits
from trasluz.recipe import Recipe, from_dict


def shared_recipe(devices: int) -> Recipe:
    """Steps whose every sample counts the same however many processes share a batch: 8 and 7 of 15."""
    model = {
        "family": "vq-vae",
        "encoder": {"name": "conv", "channels": [4, 8], "norm": None},
        "decoder": {"name": "conv-transpose", "channels": [4], "norm": None},
        "codebook": 16,
        "width": 4,
        "restart": 0.2,
    }
    compute = {"threads": 1, "device": "cpu", "devices": devices, "precision": "fp32"}
    train = {"epochs": 3, "batch": 15, "optimiser": {"rate": 1e-3}}
    return from_dict({"name": "shared-vq", "model": model, "train": train, "compute": compute})


if __name__ == "__main__":
    Session(shared_recipe(devices=int(sys.argv[2])), Path(sys.argv[1]), data=digits(200)).run()
