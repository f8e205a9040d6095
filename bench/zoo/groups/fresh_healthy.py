"""Trainings that went well, by other hands in a second round; of each the sentence says what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import gan, maps, plain, rate, split, taught, vae
from bench.zoo.specimen import Specimen

_CLASSES, _CODES = "digits-cnn", "digits-autoencoder"
_COSINE = {"train.schedule": {"name": "cosine"}}
_STANDARD = {"data.normalise": "standard"}
_SGD = {"name": "sgd", "momentum": 0.9}


def _own(build: str, **arguments: Any) -> dict[str, Any]:
    return {"module": f"bench.zoo.nets_fresh:{build}", "arguments": arguments}


def _well(name: str, truth: str, settings: Mapping[str, Any], data: str, **more: Any) -> Specimen:
    return Specimen(name, truth, more.pop("recipe", _CLASSES), settings, data=data, healthy=True, **more)


SPECIMENS = (
    _well(
        "letters-cnn",
        "twelve letters by a CNN, a cosine: 99 % right",
        taught(maps(16, 32), epochs=16) | _COSINE | _STANDARD,
        "letters",
    ),
    _well(
        "letters-16",
        "four letters by a CNN at 16×16, a cosine: all right, losses of both 0.003",
        taught(maps(8, 16), epochs=12) | _COSINE | _STANDARD,
        "letters-four",
    ),
    _well(
        "letters-45",
        "three letters from 45 images, shifted, batch norm: all of 120 right",
        taught({"name": "conv", "channels": [16, 32], "dense": []}, epochs=40, batch=15)
        | {"data.augment": {"shift": 0.1}}
        | _COSINE,
        "letters-few",
    ),
    _well(
        "mnist-two-epochs",
        "2,000 digits for two epochs of small batches: 93 % right, losses fall",
        taught(maps(16, 32), epochs=2, batch=16, learning_rate=0.02, **_SGD),
        "mnist-2000",
    ),
    _well(
        "garments-steps",
        "trousers, bags and boots, 300 to 60 to 24, the rate in steps: 98 % and more of each found",
        taught(plain(48), epochs=20, learning_rate=0.002)
        | {"train.schedule": {"name": "step", "every": 8, "gamma": 0.3}},
        "garments-uneven",
    ),
    _well(
        "wine-table",
        "a table whose classes overlap, a small network with a penalty: 74 % right, training 76 %, loss flat",
        taught(plain(16), epochs=25, learning_rate=0.003) | {"model.l2": 0.01} | _COSINE,
        "wine-unique",
    ),
    _well(
        "diabetes-line",
        "thirds of an illness that ten features tell little of, a linear layer: 51 % right, as many as a "
        "wide network finds",
        taught(plain(), epochs=40, learning_rate=0.003) | {"model.l2": 0.02},
        "diabetes-thirds",
    ),
    _well(
        "trends-lstm",
        "series of 8 to 20 steps by an LSTM, a cosine after a warm-up: all right",
        taught(
            {"name": "encoder", "encoder": {"name": "recurrent", "cell": "lstm", "hidden": [], "code": 16}},
            epochs=25,
            learning_rate=0.01,
        )
        | {"train.schedule": {"name": "cosine", "warmup": 3}},
        "trends",
    ),
    _well(
        "tiles-pca",
        "a linear autoencoder of tiles of photographs: an error of 0.0052 where PCA has 0.0050",
        split()
        | {
            "model": {
                "family": "autoencoder",
                "encoder": {"name": "dense", "hidden": [], "code": 10},
                "decoder": {"name": "dense", "hidden": []},
                "likelihood": {"name": "squared-error", "linear": True},
            }
        }
        | rate(250, 0.01)
        | _COSINE,
        "tiles",
        recipe=_CODES,
    ),
    _well(
        "letters-code",
        "a convolutional autoencoder of letters with a code of 8, a cosine: an error of 0.006 where PCA has 0.013",
        split()
        | {
            "model": {
                "family": "autoencoder",
                "encoder": {"name": "conv", "channels": [16, 32], "norm": None, "code": 8},
                "decoder": {"name": "dense", "hidden": [128]},
            }
        }
        | rate(60, 0.003)
        | _COSINE,
        "letters-four",
        recipe=_CODES,
    ),
    _well(
        "garments-vae",
        "a VAE of garments: all five numbers used, an error of 0.025 where PCA has 0.035",
        vae(5, epochs=20) | split(),
        "garments-ten",
        recipe=_CODES,
    ),
    _well(
        "letters-gan",
        "a GAN of letters with a gradient penalty: each of four between 20 and 30 % of what it makes, a "
        "spread of 0.13 beside 0.15",
        gan(epochs=100) | {"data": {"source": "digits", "size": 16, "valid": 0.2}},
        "letters-four",
        judge="letters-16",
        recipe=_CODES,
        may=("checkerboards",),
    ),
    _well(
        "letters-to-digits",
        "digits from a trunk that learned letters, its head first: 97 % right",
        {
            "data.size": [21, 17],
            "data.augment": {},
            "data.valid": 0.25,
            "data.test": None,
            "model": {"family": "classifier", "network": maps(16, 32)},
            "train": {"batch": 32, "optimiser": {"name": "adam", "learning_rate": 0.003}},
            "phases": [
                {"name": "head", "from": "{before}", "trainable": ["classifier.outputs.*"], "train": {"epochs": 5}},
                {"name": "whole", "train": {"epochs": 10, "optimiser": {"learning_rate": 0.001}}},
            ],
        },
        "mnist-2000",
        before="letters-cnn",
    ),
    _well(
        "own-attention",
        "a user's vision transformer, AdamW under a cosine after a warm-up: 97 % right, loss flat",
        taught(_own("attention"), epochs=25, name="adamw", learning_rate=0.003, weight_decay=0.01)
        | {"train.schedule": {"name": "cosine", "warmup": 2}},
        "letters-four",
    ),
    _well(
        "pairs-cnn",
        "whether each of four letters is there: all four right for 98 % of the pairs",
        taught(maps(16, 32), epochs=20) | _COSINE,
        "pairs",
    ),
    _well(
        "veiled-residual",
        "letters of any colour in the fourth channel, 15×19, a residual network: all right",
        taught({"name": "residual", "channels": [16, 32]}, epochs=24, learning_rate=0.005) | _COSINE,
        "letters-veiled",
    ),
    _well(
        "tiles-flipped",
        "tiles of a temple and of a flower by a CNN, mirrored, a penalty: 93 % right, training 95 %",
        taught(maps(8, 16), epochs=12, learning_rate=0.002)
        | _COSINE
        | {"data.augment": {"flip_horizontal": True}, "model.l2": 0.002},
        "tiles",
    ),
    _well(
        "letters-thin",
        "clean black letters on white, which differ in few pixels: 98 % right",
        taught(maps(8, 16), epochs=30, learning_rate=0.005) | _COSINE | _STANDARD,
        "letters-thin",
    ),
    _well(
        "dots-counted",
        "one to four dots counted by convolutions and a mean over all places: 99 % right",
        taught({"name": "residual", "channels": [16, 16], "head": "average"}, epochs=30, learning_rate=0.005)
        | {"train.schedule": {"name": "one-cycle"}},
        "dots",
    ),
    _well(
        "clouds-bayes",
        "two clouds that overlap by a linear layer: 71 % right, training 74 %, as many as knowing their centres gives",
        taught(plain(), epochs=20, learning_rate=0.003),
        "clouds-blurred",
    ),
    _well(
        "garments-all",
        "ten kinds of garments, half of the units dropped, early stopping: 81 % right, training 88 %",
        taught(plain(96, dropout=0.5), epochs=25, learning_rate=0.001) | {"train.early_stopping": {"patience": 4}},
        "garments-ten",
    ),
)
