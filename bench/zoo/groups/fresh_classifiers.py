"""Classifiers with one fault each, by other hands in a second round."""

from __future__ import annotations

from typing import Any

from bench.zoo.bases import maps, plain, taught
from bench.zoo.specimen import Specimen

_BASE = "digits-cnn"
_WEAK = ("underfitting", "class-never-predicted", "calibration-off", "still-improving", "rate-too-low", "one-answer")
_WILD = ("underfitting", "class-never-predicted", "calibration-off", "one-answer", "dead-units", "overfitting")
_HEART = ("calibration-off", "mislabelled-suspects")
_TRUST = ("trust",)
_STANDARD = {"data.normalise": "standard"}
_SGD = {"name": "sgd", "momentum": 0.9}
_MAPS_FROZEN = {"phases": [{"name": "reading", "frozen": ["*maps.*"]}]}
_COSINE = {"train.schedule": {"name": "cosine"}}


def _own(build: str, **arguments: Any) -> dict[str, Any]:
    return {"module": f"bench.zoo.nets_fresh:{build}", "arguments": arguments}


def _series(cell: str, code: int) -> dict[str, Any]:
    return {"name": "encoder", "encoder": {"name": "recurrent", "cell": cell, "hidden": [], "code": code}}


def _planted(name: str, truth: str, must: str, network: Any, data: str, **more: Any) -> Specimen:
    """``set``: settings beside ``taught``; the other fields are its own or the specimen's."""
    own = {key: more.pop(key) for key in ("seeds", "may", "looks", "told_by") if key in more}
    settings = taught(network, **more.pop("how")) | more.pop("set", {})
    return Specimen(name, truth, _BASE, settings, data=data, must=(must,), **own)


SPECIMENS = (
    _planted(
        "jpeg-again",
        "50 of 250 tiles that judge are training tiles, compressed as JPEG",
        "leakage",
        maps(8, 16),
        "tiles-jpeg",
        how={"epochs": 8},
        may=("overfitting",),
    ),
    _planted(
        "brighter-again",
        "60 of 400 garments that judge are training images, eight grey levels brighter",
        "leakage",
        plain(48),
        "garments-brighter",
        how={"epochs": 8, "learning_rate": 0.001},
        may=("overfitting", "calibration-off"),
    ),
    _planted(
        "burst-again",
        "40 of 150 photographs that judge are training photographs, moved by a pixel",
        "leakage",
        maps(8, 16),
        "photographs-burst",
        how={"epochs": 4, "learning_rate": 0.001},
        may=("overfitting", *_WEAK),
    ),
    _planted(
        "wine-again",
        "a real table with 240 rows that are there twice, cut by chance: rows that judge are training rows",
        "leakage",
        plain(16),
        "wine-rows",
        how={"epochs": 15},
        may=("overfitting", "calibration-off"),
    ),
    _planted(
        "series-again",
        "45 of 150 series that judge are training series",
        "leakage",
        _series("gru", 12),
        "trends-again",
        how={"epochs": 15, "learning_rate": 0.01},
        may=("overfitting",),
    ),
    _planted(
        "high-attention",
        "a user's vision transformer with Adam at 0.1: the loss ends at 1.40, that of guessing is log 4; at "
        "0.003 all are told",
        "rate-too-high",
        _own("attention"),
        "letters-four",
        how={"epochs": 12, "learning_rate": 0.1},
        seeds=(0, 1),
        may=_WILD,
    ),
    _planted(
        "high-wine",
        "momentum SGD at 3 on a table: the loss ends above that of guessing, a small rate comes to 0.5",
        "rate-too-high",
        plain(32, 32),
        "wine-unique",
        how={"epochs": 15, "learning_rate": 3.0, **_SGD},
        may=_WILD,
    ),
    _planted(
        "high-trends",
        "a GRU with RMSprop at 0.5: the loss stays between 2 and 8, where a small rate comes to 0.003",
        "rate-too-high",
        _series("gru", 16),
        "trends",
        how={"epochs": 15, "name": "rmsprop", "learning_rate": 0.5},
        may=_WILD,
    ),
    _planted(
        "high-letters",
        "AdamW at 0.1 for twelve letters: the loss ends at log 12, where a thirtieth of it comes to 0.05",
        "rate-too-high",
        maps(16, 32),
        "letters",
        how={"epochs": 15, "name": "adamw", "learning_rate": 0.1},
        set=_STANDARD,
        seeds=(0, 1),
        may=_WILD,
    ),
    _planted(
        "line-for-rings",
        "a linear layer for three rings around each other: 37 % of the training rows are right",
        "underfitting",
        plain(),
        "rings",
        how={"epochs": 30, "learning_rate": 0.01},
        may=_WEAK,
    ),
    _planted(
        "dropped-away",
        "80 % of 32 units dropped, for ten kinds of garments: 22 % of the training images are right",
        "underfitting",
        plain(32, 32, dropout=0.8),
        "garments-ten",
        how={"epochs": 15, "learning_rate": 0.002},
        may=(*_WEAK, "dead-units"),
    ),
    _planted(
        "two-means",
        "two maps and their means for twelve letters: 32 % of the training images are right",
        "underfitting",
        {"name": "residual", "channels": [2], "blocks": 0, "head": "average"},
        "letters",
        how={"epochs": 25, "learning_rate": 0.01},
        may=_WEAK,
    ),
    _planted(
        "zero-scales",
        "12 of 24 maps whose batch norm started at scale 0: they stay 0",
        "dead-units",
        _own("zero_scales"),
        "letters-four",
        how={"epochs": 10},
    ),
    _planted(
        "downhill",
        "29 of 64 units with negative weights only: 51 give nothing for any image, and 92 % are right",
        "dead-units",
        _own("downhill", share=0.45),
        "letters-four",
        how={"epochs": 12, "learning_rate": 0.001},
    ),
    _planted(
        "raw-pixels",
        "pixels of 0 to 255 as they are, Adam at 0.01: 43 and 30 of 64 units of two layers give nothing for any image",
        "dead-units",
        plain(64, 64),
        "garments-uneven",
        how={"epochs": 10, "learning_rate": 0.01},
        set={"data.normalise": "raw"},
        may=(*_WILD, "rate-too-high", "redundant-layers", "class-imbalance"),
    ),
    _planted(
        "photographs-by-heart",
        "100 photographs of cats and dogs by heart: the loss of validation rises from 0.69 to 1.04, 56 % right",
        "overfitting",
        maps(32, 64),
        "photographs-32",
        how={"epochs": 30},
        set=_STANDARD,
        may=(*_HEART, "dead-units"),
    ),
    _planted(
        "diabetes-by-heart",
        "a wide network for 300 patients: the loss of validation triples",
        "overfitting",
        plain(128, 128),
        "diabetes-thirds",
        how={"epochs": 60},
        may=_HEART,
    ),
    _planted(
        "wine-by-heart",
        "a wide network and 150 epochs for a table whose classes overlap: the loss of validation doubles",
        "overfitting",
        plain(256),
        "wine-unique",
        how={"epochs": 150, "learning_rate": 0.005},
        may=_HEART,
    ),
    _planted(
        "trends-by-heart",
        "225 series under much noise by heart: the loss of validation rises from 0.80 to 0.99, that of "
        "training falls on",
        "overfitting",
        _series("gru", 48),
        "trends-few",
        how={"epochs": 60, "learning_rate": 0.005},
        may=_HEART,
    ),
    _planted(
        "pairs-by-heart",
        "70 noisy pairs of letters by heart: the loss of validation rises from 2.5 to 3.6, that of training "
        "falls to 0.02",
        "overfitting",
        plain(128),
        "pairs-few",
        how={"epochs": 60},
        may=_HEART,
    ),
    _planted(
        "in-metres",
        "a table in units in which its values are around 0.00001: what it answers hardly depends on them",
        "one-answer",
        plain(16),
        "diabetes-metres",
        how={"epochs": 10, "learning_rate": 0.001},
        set={"data.normalise": "raw"},
        may=_WEAK,
    ),
    _planted(
        "silenced",
        "a user's network whose last layer was set to zero and left out of training",
        "one-answer",
        _own("silenced"),
        "letters-four",
        how={"epochs": 6},
        set={"phases": [{"name": "rest", "frozen": ["*last.weight"]}]},
        may=(*_WEAK, "loss-reaches-nothing", "map-not-to-be-trusted", "redundant-layers", "dead-units"),
    ),
    _planted(
        "penalised-away",
        "a penalty of 1 on squared weights: they vanish, and one letter is said of all",
        "one-answer",
        maps(8, 16),
        "letters",
        how={"epochs": 10},
        set={"model.l2": 1.0},
        may=(*_WEAK, "dead-units", "redundant-layers"),
    ),
    _planted(
        "garments-decayed",
        "AdamW with a decay of 400: the weights vanish, and one garment is said of all",
        "one-answer",
        plain(64),
        "garments-ten",
        how={"epochs": 10, "name": "adamw", "weight_decay": 400.0},
        may=(*_WEAK, "dead-units", "redundant-layers"),
    ),
    _planted(
        "colours-alone",
        "a user's network that reads mean colours; its convolutions stay as drawn and count a thousandth",
        "map-not-to-be-trusted",
        _own("beside", colours=True),
        "tiles",
        how={"epochs": 15, "learning_rate": 0.02},
        set=_MAPS_FROZEN,
        looks=_TRUST,
        may=("redundant-layers", "overfitting", "calibration-off", "still-improving"),
    ),
    _planted(
        "beside-letters",
        "the same with a linear reading of letters, AdamW under a cosine",
        "map-not-to-be-trusted",
        _own("beside"),
        "letters-four",
        how={"epochs": 15, "name": "adamw", "learning_rate": 0.01},
        set=_MAPS_FROZEN | _COSINE,
        looks=_TRUST,
        may=("redundant-layers", "overfitting", "calibration-off", "still-improving"),
    ),
    _planted(
        "scrambled",
        "a user's network that shuffles its pixels first: its maps light up where the image is not",
        "map-not-to-be-trusted",
        _own("scrambled"),
        "letters-four",
        how={"epochs": 12},
        looks=_TRUST,
        may=("redundant-layers", "overfitting", "calibration-off", "still-improving"),
    ),
    _planted(
        "untrained-photographs",
        "a residual network of photographs, Adam at 10⁻⁹ for two epochs: as it was drawn",
        "map-not-to-be-trusted",
        {"name": "residual", "channels": [8, 16]},
        "photographs-32",
        how={"epochs": 2, "learning_rate": 1e-9},
        looks=_TRUST,
        may=(*_WEAK, "redundant-layers", "lagging-statistics"),
    ),
)
