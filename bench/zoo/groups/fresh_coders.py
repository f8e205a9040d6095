"""Autoencoders and generators with one fault each, by other hands in a second round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import gan, joint, rate, split, vae
from bench.zoo.specimen import Specimen

_BASE = "digits-autoencoder"
_MODES = ("discriminator-too-strong", "checkerboards", "copies-training-images")


def _coder(*hidden: int, code: int) -> Mapping[str, Any]:
    return {
        "model": {
            "family": "autoencoder",
            "encoder": {"name": "dense", "hidden": list(hidden), "code": code},
            "decoder": {"name": "dense", "hidden": list(reversed(hidden))},
        }
    }


def _gan(epochs: int, d_rate: float, g_rate: float, **model: Any) -> Mapping[str, Any]:
    """A GAN at 16×16 without a penalty, with a rate for each of its two."""
    made = gan(epochs=epochs, **{"r1": 0.0, "diff_augment": [], **model})
    made["data"] = {"source": "digits", "size": 16, "valid": 0.2}
    made["train"]["evaluate_every"] = 2
    made["train"]["optimisers"] = {
        name: {"name": "adam", "learning_rate": value, "betas": [0.5, 0.99]}
        for name, value in (("discriminator", d_rate), ("generator", g_rate))
    }
    return made


SPECIMENS = (
    Specimen(
        "high-code",
        "an autoencoder of garments with Adam at 0.3: an error of 0.19, twice that of the mean image",
        _BASE,
        split() | _coder(64, code=12) | rate(12, 0.3),
        data="garments-ten",
        must=("rate-too-high",),
        may=("worse-than-pca", "dead-units"),
    ),
    Specimen(
        "high-vae",
        "a VAE of letters with Adam at 0.1: its loss starts and ends at 10¹³",
        _BASE,
        vae(6, epochs=15, rate=0.1) | split(),
        data="letters-four",
        must=("rate-too-high",),
        may=("worse-than-pca", "dead-units", "posterior-collapse", "latent-too-large"),
    ),
    Specimen(
        "code-by-heart",
        "a wide autoencoder of 40 garments: an error of 0.0004 for these and of 0.042 for others, where PCA "
        "of the same 40 has 0.024",
        _BASE,
        split(None) | _coder(256, code=32) | rate(300, 0.005),
        data="garments-forty",
        must=("overfitting",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "modes-letters",
        "a GAN of four letters from one number, at high rates: two of four are never made",
        _BASE,
        _gan(20, 0.003, 0.005, latent=1),
        data="letters-four",
        judge="letters-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=(*_MODES, "nothing-generated"),
    ),
    Specimen(
        "modes-garments",
        "hinge loss, a GAN of four kinds of garments from one number, at 0.004",
        _BASE,
        _gan(16, 0.004, 0.004, loss="hinge", latent=1),
        data="garments",
        judge="garments-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=(*_MODES, "nothing-generated"),
    ),
    Specimen(
        "modes-digits",
        "a GAN of digits from two numbers, whose generator moves once in four steps, at 0.004: four or five "
        "of ten are never made",
        _BASE,
        _gan(20, 0.004, 0.004, latent=2, generator_every=4),
        data="mnist-1000",
        judge="mnist-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=_MODES,
    ),
    Specimen(
        "copies-letters",
        "a VAE of 8 letters, 400 epochs: 49 % of what it makes lies nearer to one of them than 99 % of new ones do",
        _BASE,
        vae(2, epochs=400, rate=0.002, hidden=256) | split(limit={"train": 8}),
        data="letters-four",
        judge="letters-16",
        must=("copies-training-images",),
        may=("mode-collapse", "overfitting", "worse-than-pca", "latent-too-large", "nothing-generated"),
    ),
    Specimen(
        "beta-joint-letters",
        "β 80 in joint training: the code is given up, and the classifier knows nothing",
        "digits-cnn",
        joint(16, latent=8, divergence={"name": "kl", "beta": 80.0}, reconstruction_scale="sum") | rate(12),
        data="letters-four",
        must=("posterior-collapse",),
        may=("worse-than-pca", "underfitting", "one-answer", "class-never-predicted", "calibration-off"),
    ),
)
