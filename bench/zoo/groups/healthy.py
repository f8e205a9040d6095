"""Trainings that went well, of all kinds: no fault and no caution may come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import conv, dense_autoencoder, gan, mlp, vae
from bench.zoo.specimen import Specimen


def _well(name: str, truth: str, recipe: str, settings: Mapping[str, Any] | None = None, **more: Any) -> Specimen:
    return Specimen(name, truth, recipe, settings or {}, healthy=True, **more)


_OWN = {"data.augment": {}, "train": {"epochs": 15, "batch": 32, "optimiser": {"learning_rate": 0.003}}}
_FASHION = {"data.source": "fashion-mnist", "data.valid": 0.2, "data.test": None}

SPECIMENS = (
    _well("digits-cnn", "the built-in recipe as it is: one cycle, augmentation, batch norm", "digits-cnn"),
    _well(
        "few-images",
        "three easy classes of 40 images, 12 epochs of two steps: validation ends near 100 %",
        "digits-cnn",
        data="few",
        row="3×40 images, with 12 epochs",
    ),
    _well("mlp", "a perceptron of 64 units at a constant rate", "digits-cnn", mlp(epochs=30), quick=True),
    _well(
        "mlp-early",
        "the same, stopped early",
        "digits-cnn",
        mlp(epochs=60) | {"train.early_stopping": {"monitor": "valid/loss", "patience": 4}},
    ),
    _well(
        "mlp-sgd",
        "momentum SGD under a cosine",
        "digits-cnn",
        mlp(epochs=25)
        | {
            "train.optimiser": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9},
            "train.schedule": {"name": "cosine"},
        },
    ),
    _well(
        "mlp-dropout",
        "half of the units dropped: training reads lower than validation",
        "digits-cnn",
        mlp((128,), epochs=30, dropout=0.5),
    ),
    _well("conv", "two convolutions without normalisation", "digits-cnn", conv(norm=None)),
    _well("conv-norm", "two convolutions with batch norm, a constant rate", "digits-cnn", conv()),
    _well(
        "mixup",
        "mixup and smoothed labels: doubt that was asked for",
        "digits-cnn",
        {"data.augment.mixup": 0.2, "model.label_smoothing": 0.1, "train.epochs": 16},
    ),
    _well(
        "easy-imbalance",
        "zeros and ones, five to one, which any network tells apart",
        "digits-cnn",
        mlp(epochs=40),
        data="easy-imbalance",
    ),
    _well(
        "balanced-weights",
        "the same with weights",
        "digits-cnn",
        mlp(epochs=40) | {"data.balance": "weights"},
        data="easy-imbalance",
    ),
    _well(
        "one-alone",
        "30, 30 and one image",
        "digits-cnn",
        mlp(epochs=40),
        data="one-alone",
        never=("mislabelled-suspects",),
        row="30/30/1 images",
    ),
    _well(
        "mnist-cnn-5x5",
        "the built-in recipe on clean digits",
        "mnist-cnn-5x5",
        {"data.source": "digits", "data.limit": {"train": 600}, "data.valid": 0.3, "train.batch": 64},
        never=("mislabelled-suspects",),
        row="mnist-cnn-5x5 on clean digits",
    ),
    _well(
        "fashion-few-epochs",
        "1,500 images, 3 epochs: validation falls to the last",
        "fashion-cnn-small",
        {"data.limit": 1500, "train.epochs": 3, "data.valid": 0.1},
        never=("overfitting",),
        row="fashion-cnn-small, 1,500 images, 3 epochs",
    ),
    _well(
        "fashion-conv",
        "a small CNN under one cycle, 3,000 images",
        "digits-cnn",
        conv(epochs=6, rate=0.005)
        | _FASHION
        | {"data.limit": 3000, "train.schedule": {"name": "one-cycle"}, "train.batch": 64},
    ),
    _well("iris", "iris, the tuned recipe", "iris-mlp-tuned", quick=True),
    _well("breast-cancer", "a table of 30 features, standardised", "iris-mlp-tuned", {"data.source": "breast-cancer"}),
    _well("wine-tuned", "a table where labels are hard to know: three in four is what can be had", "wine-mlp-tuned"),
    _well(
        "own-view",
        "a user's CNN with `.view`",
        "digits-cnn",
        _OWN | {"model": {"family": "classifier", "network": {"module": "bench.zoo.nets:view"}}},
    ),
    _well(
        "own-layer-norm",
        "a user's nn.Sequential with layer normalisation",
        "digits-cnn",
        _OWN | {"model": {"family": "classifier", "network": {"module": "bench.zoo.nets:layer_norm"}}},
    ),
    _well(
        "own-frozen",
        "a user's network whose features stay as drawn under no_grad",
        "digits-cnn",
        _OWN | {"model": {"family": "classifier", "network": {"module": "bench.zoo.nets:frozen"}}},
    ),
    _well(
        "transfer",
        "a trunk that learned Fashion-MNIST, its last layer trained on the digits, then all",
        "digits-cnn",
        {
            "data": {"source": "digits", "size": 28, "valid": 0.2, "limit": 600},
            "model": conv()["model"],
            "train": {"batch": 32, "optimiser": {"name": "adam", "learning_rate": 0.003}},
            "phases": [
                {"name": "head", "from": "{before}", "trainable": ["classifier.outputs.*"], "train": {"epochs": 5}},
                {"name": "whole", "train": {"epochs": 8, "optimiser": {"learning_rate": 0.001}}},
            ],
        },
        before="fashion-conv",
    ),
    _well("autoencoder", "the built-in autoencoder: one cycle", "digits-autoencoder"),
    _well(
        "linear-autoencoder",
        "no activation: PCA's optimum is the best there is",
        "linear-autoencoder",
        never=("worse-than-pca",),
        row="linear-autoencoder = PCA to the digit",
        quick=True,
    ),
    _well(
        "linear-digits",
        "a linear autoencoder of the digits at PCA's optimum",
        "digits-autoencoder",
        dense_autoencoder((), epochs=60),
        never=("worse-than-pca",),
    ),
    _well(
        "dense-autoencoder",
        "a deeper one with a hidden layer on each side",
        "digits-autoencoder",
        dense_autoencoder((128,), epochs=60),
    ),
    _well(
        "denoiser",
        "an autoencoder that takes noise away",
        "digits-autoencoder",
        dense_autoencoder((128,), code=24, noise={"name": "gaussian", "amount": 0.2}),
    ),
    _well("vae", "a VAE of the digits, β 1", "digits-autoencoder", vae(epochs=60)),
    _well(
        "vae-warmup",
        "β that rises: the loss rises with it",
        "digits-autoencoder",
        vae(divergence={"name": "kl", "warmup": 0.5}),
    ),
    _well(
        "mmd-vae",
        "an MMD whose kernel follows the codes",
        "digits-autoencoder",
        vae(divergence={"name": "mmd", "weight": 10.0}),
    ),
    _well(
        "gan",
        "a GAN with a gradient penalty and augmentation",
        "digits-autoencoder",
        gan(epochs=60, width=24),
        judge="digits-16",
    ),
    _well(
        "digits-16",
        "digits at 16×16 pixels: the judge of generated ones",
        "digits-cnn",
        conv(epochs=12) | {"data": {"source": "digits", "size": 16, "channels": 1, "valid": 0.15}},
    ),
    _well(
        "joint",
        "classifier and autoencoder over one code",
        "digits-cnn",
        {
            "data.augment": {},
            "model": {
                "family": "joint",
                "encoder": {"name": "dense", "hidden": [64], "code": 16},
                "decoder": {"name": "dense", "hidden": [64]},
                "classifier": {"name": "dense", "hidden": []},
            },
            "train": {"epochs": 25, "batch": 32, "optimiser": {"learning_rate": 0.003}},
        },
    ),
)
