"""Generators with one fault each, by other hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import gan, rate, split, vae
from bench.zoo.specimen import Specimen

_BASE = "digits-autoencoder"
_STRONG = ("checkerboards", "nothing-generated", "mode-collapse")
_KNOWN = ("mode-collapse", "overfitting", "worse-than-pca", "latent-too-large", "nothing-generated")
_GRID = ("discriminator-too-strong", "mode-collapse", "nothing-generated")


def _gan(
    epochs: int, *, every: int = 2, d_rate: float = 0.001, g_rate: float = 0.001, **model: Any
) -> Mapping[str, Any]:
    """A GAN at 16×16 with a rate for each of its two."""
    made = gan(epochs=epochs, **model) | {"data": {"source": "digits", "size": 16, "valid": 0.2}}
    made["train"]["evaluate_every"] = every
    made["train"]["optimisers"] = {
        name: {"name": "adam", "learning_rate": value, "betas": [0.5, 0.99]}
        for name, value in (("discriminator", d_rate), ("generator", g_rate))
    }
    return made


def _net(width: int, **more: Any) -> dict[str, Any]:
    return {"name": "dcgan", "width": width, **more}


def _few(latent: int, images: int, epochs: int, **model: Any) -> Mapping[str, Any]:
    """A wide VAE of so few images."""
    return vae(latent, epochs=epochs, rate=0.002, hidden=256, **model) | split(limit={"train": images})


SPECIMENS = (
    Specimen(
        "strong-for-mnist",
        "T",
        _BASE,
        _gan(12, d_rate=0.002, g_rate=0.0001, r1=0.0, diff_augment=[], generator=_net(8), discriminator=_net(48)),
        data="mnist-1000",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-eight-steps",
        "T",
        _BASE,
        _gan(20, r1=0.0, diff_augment=[], generator_every=8, discriminator=_net(32)),
        data="garments",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-hinge",
        "T",
        _BASE,
        _gan(15, d_rate=0.003, g_rate=0.0002, loss="hinge", r1=0.0, diff_augment=[]),
        data="more-shapes",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-colour",
        "T",
        _BASE,
        _gan(20, d_rate=0.002, g_rate=0.0003, r1=0.0, diff_augment=[]),
        data="shapes-colour",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "weak-generator",
        "T",
        _BASE,
        _gan(15, d_rate=0.002, r1=0.0, diff_augment=[], generator=_net(4), discriminator=_net(48)),
        data="textures",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-stripes",
        "T",
        _BASE,
        _gan(15, d_rate=0.004, g_rate=0.0001, r1=0.0, diff_augment=[], latent=4),
        data="stripes",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "grid-colour",
        "T",
        _BASE,
        _gan(14, generator=_net(16, kernel=3)),
        data="shapes-colour",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-mnist",
        "T",
        _BASE,
        _gan(6, generator=_net(16, kernel=3)),
        data="mnist-1000",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-garments",
        "T",
        _BASE,
        _gan(4, generator=_net(24, kernel=3)),
        data="garments",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-shapes",
        "T",
        _BASE,
        _gan(5, generator=_net(8, kernel=3)),
        data="shapes",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-hinge",
        "T",
        _BASE,
        _gan(10, loss="hinge", generator=_net(16, kernel=3)),
        data="stripes",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-five",
        "T",
        _BASE,
        _gan(5, generator=_net(16, kernel=5)),
        data="more-shapes",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "l2-garments",
        "T",
        _BASE,
        _gan(8, generator=_net(16, l2=0.3, norm=None)),
        data="garments",
        must=("nothing-generated",),
        may=("discriminator-too-strong",),
    ),
    Specimen(
        "still-generator",
        "T",
        _BASE,
        _gan(8, g_rate=1e-7, generator=_net(16, norm=None)),
        data="more-shapes",
        must=("nothing-generated",),
        may=("discriminator-too-strong", "rate-too-low"),
    ),
    Specimen(
        "one-colour-picture",
        "T",
        _BASE,
        _gan(15, d_rate=1e-7, g_rate=0.003, r1=0.0, diff_augment=[], generator=_net(16, norm=None)),
        data="shapes-colour",
        seeds=(0, 1),
        must=("nothing-generated",),
        may=("discriminator-too-strong",),
    ),
    Specimen(
        "modes-mnist",
        "T",
        _BASE,
        _gan(20, d_rate=0.003, g_rate=0.003, r1=0.0, diff_augment=[], latent=1),
        data="mnist-1000",
        judge="mnist-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=("discriminator-too-strong", "checkerboards", "copies-training-images"),
    ),
    Specimen(
        "modes-hinge",
        "T",
        _BASE,
        _gan(16, d_rate=0.001, g_rate=0.006, loss="hinge", r1=0.0, diff_augment=[], latent=2),
        data="mnist-1000",
        judge="mnist-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=("discriminator-too-strong", "checkerboards", "copies-training-images", "nothing-generated"),
    ),
    Specimen(
        "modes-vae",
        "T",
        _BASE,
        vae(16, epochs=20, divergence={"name": "kl", "beta": 0.00003}) | split(),
        data="mnist-1000",
        judge="mnist-conv",
        must=("mode-collapse",),
        may=("beta-out-of-balance", "latent-too-small"),
    ),
    Specimen(
        "copies-mnist",
        "T",
        _BASE,
        _few(3, 12, 400),
        data="mnist-1000",
        judge="mnist-conv",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-garments",
        "T",
        _BASE,
        _few(2, 8, 400),
        data="garments",
        judge="garments-mlp",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-shapes",
        "T",
        _BASE,
        _few(3, 10, 500),
        data="more-shapes",
        judge="shapes-cnn",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-glyphs",
        "T",
        _BASE,
        _few(3, 8, 500),
        data="glyphs",
        judge="glyphs-mlp",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-digits",
        "T",
        _BASE,
        {
            "data": {"source": "digits", "valid": 0.15, "limit": {"train": 10}},
            "model": {
                "family": "vae",
                "latent": 2,
                "encoder": {"name": "conv", "channels": [32], "norm": None, "code": 64},
                "decoder": {"name": "dense", "hidden": [256, 256]},
                "divergence": {"name": "kl", "beta": 0.2},
            },
        }
        | rate(500, 0.002),
        judge="mlp",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-stripes",
        "T",
        _BASE,
        _few(2, 10, 500, likelihood="continuous-bernoulli"),
        data="stripes",
        judge="stripes-sgd",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
)
