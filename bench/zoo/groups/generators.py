"""Generators with one fault each."""

from __future__ import annotations

from bench.zoo.bases import gan, vae
from bench.zoo.specimen import Specimen

_SEEDS = (0, 1, 2)
_BASE = "digits-autoencoder"
_FOLLOWS = ("discriminator-too-strong", "mode-collapse", "checkerboards")

SPECIMENS = (
    Specimen(
        "strong-discriminator",
        "a discriminator four times as wide, at ten times the rate",
        _BASE,
        gan(epochs=20, r1=0.0, diff_augment=[], discriminator={"name": "dcgan", "width": 64})
        | {
            "train.optimisers": {
                "discriminator": {"name": "adam", "learning_rate": 0.002, "betas": [0.5, 0.99]},
                "generator": {"name": "adam", "learning_rate": 0.0001, "betas": [0.5, 0.99]},
            },
            "train.evaluate_every": 2,
        },
        seeds=_SEEDS,
        must=("discriminator-too-strong",),
        may=("checkerboards", "nothing-generated", "mode-collapse"),
    ),
    Specimen(
        "grid",
        "transposed convolutions of kernel 3 and stride 2, hardly trained: their windows overlap unevenly",
        _BASE,
        gan(epochs=12, generator={"name": "dcgan", "width": 16, "kernel": 3}),
        seeds=_SEEDS,
        must=("checkerboards",),
        may=("discriminator-too-strong", "mode-collapse"),
    ),
    Specimen(
        "l2-nothing",
        "an L2 of 0.2 on the generator, as the notebook warns of",
        _BASE,
        gan(epochs=10, generator={"name": "dcgan", "width": 16, "l2": 0.2, "norm": None}),
        seeds=_SEEDS,
        must=("nothing-generated",),
        may=("discriminator-too-strong",),
    ),
    Specimen(
        "copies",
        "a VAE of thirty images, trained until it knows them: they come out again",
        _BASE,
        vae(4, epochs=600, hidden=256) | {"data": {"source": "digits", "valid": 0.15, "limit": 30}},
        judge="mlp",
        must=("copies-training-images",),
        may=("mode-collapse", "overfitting", "worse-than-pca"),
    ),
    Specimen(
        "collapsed-modes",
        "a generator without penalty or augmentation at a high rate: few digits come out",
        _BASE,
        gan(epochs=20, rate=0.003, r1=0.0, diff_augment=[], latent=1),
        judge="digits-16",
        seeds=_SEEDS,
        must=("mode-collapse",),
        may=("discriminator-too-strong", "checkerboards", "copies-training-images"),
    ),
    Specimen(
        "holes",
        "a VAE at β 0.0001 drawn from the prior: most draws are no digits",
        _BASE,
        vae(24, divergence={"name": "kl", "beta": 0.0001}),
        judge="mlp",
        must=("mode-collapse", "beta-out-of-balance"),
    ),
)
