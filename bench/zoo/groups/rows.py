"""Runs of which something untrue was said once; those that went well stand among the healthy."""

from __future__ import annotations

from bench.zoo.bases import conv, gan, mlp, vae
from bench.zoo.specimen import Specimen

SPECIMENS = (
    Specimen(
        "lagging",
        "three easy classes of 40 images, 3 epochs of two steps: batch norm's running statistics lag",
        "digits-cnn",
        {"train.epochs": 3},
        data="few",
        must=("lagging-statistics",),
        may=("calibration-off",),
        never=("overfitting",),
        row="3×40 images, 3 epochs",
    ),
    Specimen(
        "photographs",
        "400 photographs under one cycle: validation jumps where the rate peaks; little can be learned from so few",
        "digits-cnn",
        {
            "data.valid": 0.3,
            "data.test": None,
            "model.network": {"name": "residual", "channels": [16, 32, 64], "head": "average"},
            "train.epochs": 12,
            "train.batch": 32,
        },
        data="photographs",
        may=("validation-too-small", "underfitting", "overfitting", "lagging-statistics"),
        never=("rate-too-low", "one-answer", "mislabelled-suspects"),
        untrue=("which class is frequent", "385"),
        row="400 photographs, one-cycle",
    ),
    Specimen(
        "wine-collapsed",
        "unscaled features and a rate of 0.1: it names one class for everything, AUC 0.5",
        "wine-mlp",
        must=("one-answer",),
        never=("mislabelled-suspects",),
        may=("redundant-layers",),
        row="wine-mlp (collapsed)",
    ),
    Specimen(
        "iris-softmax",
        "a softmax before the cross-entropy that has one itself",
        "iris-mlp",
        must=("scores-are-probabilities",),
        never=("calibration-off",),
        may=("underfitting",),
        row="iris-mlp",
        quick=True,
    ),
    Specimen(
        "own-softmax",
        "a user's network that ends in a softmax",
        "digits-cnn",
        {
            "data.augment": {},
            "model": {"family": "classifier", "network": {"module": "bench.zoo.nets:softmax"}},
            "train": {"epochs": 20, "batch": 32, "optimiser": {"learning_rate": 0.003}},
        },
        must=("scores-are-probabilities",),
        may=("class-never-predicted",),
        never=("calibration-off",),
        row="any network that ends in softmax",
    ),
    Specimen(
        "mlp-softmax",
        "a softmax of ours before the cross-entropy",
        "digits-cnn",
        mlp(epochs=30, rate=0.003, scores="softmax"),
        must=("scores-are-probabilities",),
        never=("calibration-off",),
    ),
    Specimen(
        "underfitting-recipe",
        "the recipe `underfitting`: a linear layer that fits its 600 training images",
        "underfitting",
        may=("overfitting", "still-improving", "calibration-off", "validation-too-small"),
        never=("underfitting",),
        row="underfitting",
    ),
    Specimen(
        "beta-1000",
        "a divergence that counts a thousand times: the code is given up",
        "digits-autoencoder",
        vae(divergence={"name": "kl", "beta": 1000.0}),
        seeds=(0, 1, 2),
        must=("posterior-collapse",),
        may=("worse-than-pca",),
        never=("beta-out-of-balance", "latent-too-large"),
        row="β 1,000",
    ),
    Specimen(
        "one-picture",
        "a discriminator that hardly moves: the generator finds the one picture that fools it most",
        "digits-autoencoder",
        gan(epochs=15, r1=0.0, generator={"name": "dcgan", "width": 16, "norm": None})
        | {
            "train.optimisers": {
                "discriminator": {"name": "adam", "learning_rate": 1e-6, "betas": [0.5, 0.99]},
                "generator": {"name": "adam", "learning_rate": 0.002, "betas": [0.5, 0.99]},
            }
        },
        seeds=(0, 1, 2),
        must=("nothing-generated",),
        may=("discriminator-too-strong",),
        never=("checkerboards",),
        row="GAN whose samples are all one picture",
    ),
    Specimen(
        "no-trend",
        "four convolutions whose share of zeros does not rise from layer to layer",
        "digits-cnn",
        conv((16, 16, 32, 32), epochs=8, pools=[1]),
        may=("redundant-layers",),
        untrue=("get sparser with depth",),
        row="sparser with depth",
        healthy=True,
    ),
)
