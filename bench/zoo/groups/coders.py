"""Autoencoders with one fault each."""

from __future__ import annotations

from bench.zoo.bases import dense_autoencoder, vae
from bench.zoo.specimen import Specimen

_SEEDS = (0, 1, 2)
_BASE = "digits-autoencoder"
_LARGE = {"data": {"source": "digits", "size": 16, "channels": 1, "valid": 0.15}}

SPECIMENS = (
    Specimen("large-code", "a code of 100 numbers for 64 pixels", _BASE, dense_autoencoder((128,), code=100, epochs=20),
             seeds=_SEEDS, must=("code-larger-than-image",)),
    Specimen("large-code-conv", "a convolutional code of 80 numbers for 64 pixels", _BASE, {
        "model.encoder.code": 80, "train.epochs": 6
    }, must=("code-larger-than-image",), may=("worse-than-pca",)),
    Specimen("below-pca", "a deep autoencoder that was hardly trained", _BASE, dense_autoencoder((32,), epochs=3),
             seeds=_SEEDS, must=("worse-than-pca",), may=("rate-too-low",)),
    Specimen("below-pca-linear", "a linear one stopped long before PCA", _BASE, dense_autoencoder((), epochs=2),
             seeds=_SEEDS, must=("worse-than-pca",), may=("rate-too-low",)),
    Specimen("below-pca-conv", "two epochs of the convolutional one", _BASE, {"train.epochs": 2}, seeds=_SEEDS,
             must=("worse-than-pca",)),
    Specimen("beta-300", "β 300", _BASE, vae(divergence={"name": "kl", "beta": 300.0}), seeds=_SEEDS,
             must=("posterior-collapse",), may=("worse-than-pca",), never=("beta-out-of-balance",), quick=True),
    Specimen("beta-30", "β 30: few dimensions stay in use", _BASE, vae(10, divergence={"name": "kl", "beta": 30.0}),
             seeds=_SEEDS, must=("posterior-collapse",), may=("worse-than-pca",)),
    Specimen("mmd-collapse", "an MMD that weighs a million", _BASE, vae(divergence={"name": "mmd", "weight": 1e6}),
             must=("posterior-collapse",), may=("worse-than-pca", "rate-too-high")),
    Specimen("beta-small", "β 0.001: codes far from the prior", _BASE, vae(divergence={"name": "kl", "beta": 0.001}),
             seeds=_SEEDS, must=("beta-out-of-balance",)),
    Specimen("beta-tiny", "β 0.0001", _BASE, vae(divergence={"name": "kl", "beta": 0.0001}), seeds=_SEEDS,
             must=("beta-out-of-balance",)),
    Specimen("kernel-narrow", "a kernel of width 0.001 sees no pair", _BASE, vae(divergence={
        "name": "mmd", "bandwidths": [0.001]
    }), seeds=_SEEDS, must=("kernel-out-of-range",)),
    Specimen("kernel-wide", "a kernel of width 1,000 tells none apart", _BASE, vae(divergence={
        "name": "mmd", "bandwidths": [1000.0]
    }), seeds=_SEEDS, must=("kernel-out-of-range",), quick=True),
    Specimen("latent-64", "64 numbers where a dozen are used", _BASE, vae(64), seeds=_SEEDS, must=("latent-too-large",),
             may=("worse-than-pca",)),
    Specimen("latent-1", "one number for ten kinds of digits", _BASE, vae(1) | _LARGE, seeds=_SEEDS, must=("latent-too-small",)),
    Specimen("latent-2", "two numbers for ten kinds of digits", _BASE, vae(2) | _LARGE, seeds=_SEEDS, must=("latent-too-small",)),
    Specimen("no-decoder", "joint training in which the decoder's term weighs nothing", "digits-cnn", {
        "data.augment": {},
        "model": {
            "family": "joint", "encoder": {"name": "dense", "hidden": [64], "code": 16},
            "decoder": {"name": "dense", "hidden": [64]}, "classifier": {"name": "dense", "hidden": []},
            "reconstruction": 0.0,
        },
        "train": {"epochs": 10, "batch": 32, "optimiser": {"learning_rate": 0.003}},
    }, seeds=_SEEDS, must=("term-reaches-nothing",), may=("worse-than-pca",)),
    Specimen("no-classifier", "the other way round", "digits-cnn", {
        "data.augment": {},
        "model": {
            "family": "joint", "encoder": {"name": "dense", "hidden": [64], "code": 16},
            "decoder": {"name": "dense", "hidden": [64]}, "classifier": {"name": "dense", "hidden": []},
            "classification": 0.0,
        },
        "train": {"epochs": 10, "batch": 32, "optimiser": {"learning_rate": 0.003}},
    }, seeds=_SEEDS, must=("term-reaches-nothing",),
       may=("underfitting", "one-answer", "class-never-predicted", "calibration-off", "worse-than-pca")),
)
