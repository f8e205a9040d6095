"""Trainings that went well, by other hands; of each the sentence says what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import joint, maps, own, plain, rate, split, taught, vae
from bench.zoo.specimen import Specimen

_CLASSES, _CODES = "digits-cnn", "digits-autoencoder"
_CYCLE = {"train.schedule": {"name": "one-cycle"}}
_COSINE = {"train.schedule": {"name": "cosine"}}


def _well(name: str, truth: str, settings: Mapping[str, Any], data: str = "", **more: Any) -> Specimen:
    return Specimen(name, truth, more.pop("recipe", _CLASSES), settings, data=data, healthy=True, **more)


SPECIMENS = (
    _well("shapes-cnn", "T", taught(maps(8, 16), epochs=14), "more-shapes"),
    _well(
        "shapes-colour",
        "T",
        taught({"name": "residual", "channels": [16, 32]}, epochs=14, name="adamw", weight_decay=0.02) | _CYCLE,
        "shapes-colour",
    ),
    _well("shapes-alpha", "T", taught(maps(8, 16), epochs=24, learning_rate=0.004) | _COSINE, "shapes-alpha"),
    _well("shapes-12-bit", "T", taught(maps(8, 16), epochs=16) | _COSINE, "shapes-12-bit"),
    _well(
        "stripes-sgd",
        "T",
        taught(maps(12, 12), epochs=16, name="sgd", learning_rate=0.05, momentum=0.9) | _COSINE,
        "stripes",
    ),
    _well("textures-cycle", "T", taught(maps(8, 16), epochs=8, learning_rate=0.006) | _CYCLE, "textures"),
    _well("glyphs-mlp", "T", taught(plain(64), epochs=30), "glyphs"),
    _well("glyphs-conv", "T", taught(maps(32, pools=[]), epochs=16, name="rmsprop", learning_rate=0.001), "glyphs"),
    _well("several-labels", "T", taught(maps(8, 16), epochs=14), "several"),
    _well("moons-tanh", "T", taught(plain(24, 24, activation="tanh"), epochs=40, learning_rate=0.005), "moons"),
    _well("rings-gelu", "T", taught(plain(32, activation="gelu"), epochs=40, name="adamw", weight_decay=0.01), "rings"),
    _well("clouds-linear", "T", taught(plain(), epochs=40, learning_rate=0.01), "clouds"),
    _well("clouds-lion", "T", taught(plain(32), epochs=20, name="lion", learning_rate=0.0005), "clouds"),
    _well(
        "cultivars",
        "T",
        taught(plain(16), epochs=40) | {"data.normalise": "standard", "model.l2": 0.01},
        "cultivars",
    ),
    _well(
        "iris-linear",
        "T",
        {"data.valid": 0.3, "data.test": None, "model.network.hidden": [], "model.l2": 0.003, "train.epochs": 40},
        recipe="iris-mlp-tuned",
    ),
    _well(
        "breast-cancer-linear",
        "T",
        {
            "data.source": "breast-cancer",
            "data.valid": 0.3,
            "data.test": None,
            "model.network.hidden": [],
            "train.epochs": 25,
        },
        recipe="iris-mlp-tuned",
    ),
    _well(
        "mnist-conv",
        "T",
        taught(maps(12, 24), epochs=12) | _CYCLE | {"data.augment": {"shift": 0.08, "rotation": 8}},
        "mnist-2000",
    ),
    _well(
        "mnist-16",
        "T",
        taught(maps(12, 24), epochs=12) | _CYCLE | {"data.size": 16, "data.augment": {"shift": 0.08, "rotation": 8}},
        "mnist-2000",
    ),
    _well(
        "mnist-dropout",
        "T",
        taught(plain(64, dropout=0.5), epochs=16) | _CYCLE | {"data.augment": {"shift": 0.06}},
        "mnist-2000",
    ),
    _well(
        "garments-mlp",
        "T",
        taught(plain(32), epochs=12, learning_rate=0.001) | _COSINE | {"model.l2": 0.001},
        "garments",
    ),
    _well("garments-16", "T", taught(maps(8, 16), epochs=10) | _COSINE | {"data.size": 16}, "garments"),
    _well("three-to-one", "T", taught(plain(24), epochs=40, name="adamw", weight_decay=0.05), "three-to-one"),
    _well("three-or-five", "T", taught(maps(12), epochs=30) | {"model.outputs": "sigmoid"}, "three-and-five"),
    _well("own-gru", "T", taught(own("rows"), epochs=25, learning_rate=0.005) | _COSINE, "other-shapes"),
    _well("own-group-norm", "T", taught(own("group_norm"), epochs=14, learning_rate=0.005) | _CYCLE, "textures"),
    _well("own-log-softmax", "T", taught(own("dense", ending="log-softmax"), epochs=25), "glyphs"),
    _well(
        "waves-gru",
        "T",
        taught(
            {"name": "encoder", "encoder": {"name": "recurrent", "cell": "gru", "hidden": [], "code": 24}},
            epochs=16,
            learning_rate=0.005,
        )
        | _COSINE
        | {"train.clip": 1.0},
        "waves",
    ),
    _well("smoothed", "T", taught(maps(8, 16), epochs=14) | {"model.label_smoothing": 0.1}, "more-shapes"),
    _well(
        "shapes-transfer",
        "T",
        {
            "data.augment": {},
            "data.valid": 0.25,
            "data.test": None,
            "model": {"family": "classifier", "network": maps(8, 16)},
            "train": {"batch": 32, "optimiser": {"name": "adam", "learning_rate": 0.005}},
            "phases": [
                {"name": "head", "from": "{before}", "trainable": ["classifier.outputs.*"], "train": {"epochs": 8}},
                {"name": "whole", "train": {"epochs": 20, "optimiser": {"learning_rate": 0.003}}},
            ],
        },
        "other-shapes",
        before="shapes-cnn",
    ),
    _well(
        "glyph-code",
        "T",
        split()
        | {
            "model": {
                "family": "autoencoder",
                "encoder": {"name": "dense", "hidden": [96], "code": 16},
                "decoder": {"name": "dense", "hidden": [96]},
            }
        }
        | rate(30, 0.004)
        | _COSINE,
        "glyphs",
        recipe=_CODES,
    ),
    _well(
        "shapes-denoiser",
        "T",
        split()
        | {
            "model": {
                "family": "autoencoder",
                "encoder": {"name": "dense", "hidden": [128], "code": 24},
                "decoder": {"name": "dense", "hidden": [128]},
                "noise": {"name": "dropout", "amount": 0.2},
            }
        }
        | rate(25)
        | _CYCLE,
        "more-shapes",
        recipe=_CODES,
    ),
    _well("shapes-vae", "T", vae(6, epochs=30) | split(), "more-shapes", recipe=_CODES),
    _well("mnist-vae", "T", vae(8, epochs=16, rate=0.002) | split() | _CYCLE, "mnist-2000", recipe=_CODES),
    _well(
        "glyph-mmd",
        "T",
        vae(8, epochs=40, divergence={"name": "mmd", "weight": 300.0}) | split() | _COSINE,
        "glyphs",
        recipe=_CODES,
    ),
    _well(
        "digits-words",
        "T",
        {
            "data": {"source": "digits", "valid": 0.15},
            "model": {
                "family": "vq-vae",
                "encoder": {"name": "conv", "channels": [32], "norm": None},
                "decoder": {"name": "conv-transpose", "channels": [], "start": 32, "norm": None},
                "codebook": 64,
                "width": 8,
            },
        }
        | rate(25)
        | _COSINE,
        recipe=_CODES,
    ),
    _well("glyph-joint", "T", joint(16, hidden=96) | rate(25), "glyphs"),
    _well(
        "small-gan",
        "T",
        {
            "data": {"source": "digits", "size": 16, "valid": 0.2},
            "model": {
                "family": "gan",
                "generator": {"name": "dcgan", "width": 16},
                "discriminator": {"name": "dcgan", "width": 16},
                "latent": 16,
                "r1": 0.2,
                "diff_augment": ["translation"],
            },
            "train": {
                "epochs": 40,
                "batch": 32,
                "optimiser": {"name": "adam", "learning_rate": 0.001, "betas": [0.5, 0.99]},
                "ema": 0.99,
                "evaluate_every": 5,
            },
        },
        "garments",
        recipe=_CODES,
        judge="garments-16",
    ),
)
