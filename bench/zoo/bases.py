"""What many specimens are made from: settings over ``digits-cnn`` and ``digits-autoencoder``."""

from __future__ import annotations

from typing import Any

Settings = dict[str, Any]


def mlp(hidden: tuple[int, ...] = (64,), *, epochs: int = 20, rate: float = 0.001, **network: Any) -> Settings:
    """A dense classifier of the digits at a constant rate of Adam, nothing augmented or smoothed."""
    return {
        "data.augment": {},
        "model": {"family": "classifier", "network": {"name": "dense", "hidden": list(hidden), **network}},
        "train": {"epochs": epochs, "batch": 32, "optimiser": {"name": "adam", "learning_rate": rate}},
    }


def conv(channels: tuple[int, ...] = (16, 32), *, epochs: int = 10, rate: float = 0.003, **network: Any) -> Settings:
    """A plain convolutional classifier, as ``mlp``."""
    made = mlp(epochs=epochs, rate=rate)
    made["model"]["network"] = {"name": "conv", "channels": list(channels), "dense": [], **network}
    return made


def vae(latent: int = 6, *, epochs: int = 40, rate: float = 0.003, hidden: int = 128, **model: Any) -> Settings:
    """A dense VAE of the digits at a constant rate of Adam."""
    return {
        "data": {"source": "digits", "valid": 0.15, "normalise": "unit"},
        "model": {
            "family": "vae",
            "latent": latent,
            "encoder": {"name": "dense", "hidden": [hidden], "code": hidden},
            "decoder": {"name": "dense", "hidden": [hidden]},
            **model,
        },
        "train": {"epochs": epochs, "batch": 32, "optimiser": {"name": "adam", "learning_rate": rate}},
    }


def dense_autoencoder(hidden: tuple[int, ...] = (64,), *, code: int = 8, epochs: int = 40, **model: Any) -> Settings:
    """A dense autoencoder of the digits with squared error."""
    return {
        "data": {"source": "digits", "valid": 0.15, "normalise": "unit"},
        "model": {
            "family": "autoencoder",
            "encoder": {"name": "dense", "hidden": list(hidden), "code": code},
            "decoder": {"name": "dense", "hidden": list(reversed(hidden))},
            "likelihood": {"name": "squared-error", "linear": not hidden},
            **model,
        },
        "train": {"epochs": epochs, "batch": 32, "optimiser": {"name": "adam", "learning_rate": 0.003}},
    }


def gan(*, epochs: int = 30, rate: float = 0.001, width: int = 16, **more: Any) -> Settings:
    """A small GAN of the digits at 16×16 pixels; ``more`` changes fields of the model."""
    return {
        "data": {"source": "digits", "size": 16, "channels": 1, "valid": 0.15},
        "model": {
            "family": "gan",
            "generator": {"name": "dcgan", "width": width},
            "discriminator": {"name": "dcgan", "width": width},
            "latent": 16,
            "r1": 0.2,
            "diff_augment": ["translation"],
            **more,
        },
        "train": {
            "epochs": epochs,
            "batch": 32,
            "optimiser": {"name": "adam", "learning_rate": rate, "betas": [0.5, 0.99]},
            "ema": 0.99,
            "evaluate_every": 5,
        },
    }


def taught(network: Settings, *, epochs: int = 10, batch: int = 32, **optimiser: Any) -> Settings:
    """A classifier with that ``model.network``; a quarter of the data judges, no test part, nothing augmented.

    ``optimiser``: its fields, Adam at 0.003 unless it says otherwise.
    """
    return {
        "data.augment": {},
        "data.valid": 0.25,
        "data.test": None,
        "model": {"family": "classifier", "network": network},
        "train": {
            "epochs": epochs,
            "batch": batch,
            "optimiser": {"name": "adam", "learning_rate": 0.003, **optimiser},
        },
    }


def plain(*hidden: int, **more: Any) -> Settings:
    """A dense network with these hidden layers."""
    return {"name": "dense", "hidden": list(hidden), **more}


def maps(*channels: int, **more: Any) -> Settings:
    """A convolutional network without normalisation, with these channels."""
    return {"name": "conv", "channels": list(channels), "dense": [], "norm": None, **more}


def own(build: str, **arguments: Any) -> Settings:
    """A user's network of ``nets_others.py``."""
    return {"module": f"bench.zoo.nets_others:{build}", "arguments": arguments}


def split(valid: float | None = 0.2, **more: Any) -> Settings:
    """Data of a specimen's own, none of which are for a test."""
    return {"data": {"source": "digits", "valid": valid, "normalise": "unit", **more}}


def rate(epochs: int, rate: float = 0.003, *, batch: int = 32, name: str = "adam", **more: Any) -> Settings:
    """How long and how quickly; ``more`` are fields of the optimiser."""
    return {
        "train": {"epochs": epochs, "batch": batch, "optimiser": {"name": name, "learning_rate": rate, **more}},
    }


def joint(code: int = 12, *, hidden: int = 64, **model: Any) -> Settings:
    """A dense classifier and autoencoder over one code."""
    return {
        "data.augment": {},
        "data.valid": 0.25,
        "data.test": None,
        "model": {
            "family": "joint",
            "encoder": {"name": "dense", "hidden": [hidden], "code": code},
            "decoder": {"name": "dense", "hidden": [hidden]},
            "classifier": {"name": "dense", "hidden": []},
            **model,
        },
    }
