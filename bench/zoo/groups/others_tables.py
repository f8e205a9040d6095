"""Classifiers of tables and sequences with one fault each, by other hands."""

from __future__ import annotations

from bench.zoo.bases import own, plain, taught
from bench.zoo.specimen import Specimen

_BASE = "digits-cnn"
_WEAK = ("underfitting", "class-never-predicted", "calibration-off", "still-improving", "one-answer", "rate-too-low")
_WILD = ("underfitting", "class-never-predicted", "calibration-off", "one-answer", "dead-units", "overfitting")

SPECIMENS = (
    Specimen(
        "heart-clouds",
        "80 rows of two blurred clouds by heart: the loss of validation rises from 0.65 to 1.36, where "
        "training comes to 0.004",
        _BASE,
        taught(plain(200), epochs=80, name="adamw", learning_rate=0.003),
        data="heart-clouds",
        must=("overfitting",),
        may=("calibration-off",),
    ),
    Specimen(
        "slow-clouds",
        "plain SGD at 0.0001 on a table: the loss falls by a hundredth in eight epochs",
        _BASE,
        taught(plain(32), epochs=8, name="sgd", learning_rate=0.0001),
        data="clouds",
        must=("rate-too-low",),
        may=_WEAK,
    ),
    Specimen(
        "high-clouds",
        "Adam at 3 on a table: the loss stays between 8 and 20, where a thousandth of the rate comes to 0.2",
        _BASE,
        taught(plain(32, 32, activation="tanh"), epochs=12, learning_rate=3.0),
        data="clouds",
        seeds=(0, 1),
        must=("rate-too-high",),
        may=_WILD,
    ),
    Specimen(
        "decayed-away",
        "AdamW with a decay of 30: the weights vanish, and all rows get one answer",
        _BASE,
        taught(plain(24), epochs=20, name="adamw", learning_rate=0.01, weight_decay=30.0),
        data="sixty-forty",
        must=("one-answer",),
        may=(*_WEAK, "dead-units", "redundant-layers"),
    ),
    Specimen(
        "twins",
        "a class in the place of another that is three times as frequent: it is never named",
        _BASE,
        taught(plain(24), epochs=20),
        data="twins",
        must=("class-never-predicted",),
        told_by={"class-never-predicted": ("class-imbalance", "No sample was ever taken for")},  # three to one is why
        may=("calibration-off", "class-imbalance", "underfitting", "mislabelled-suspects"),
    ),
    Specimen(
        "rare-cloud",
        "two clouds that overlap, 380 to 20, none weighed: one row in six of the rare one is found",
        _BASE,
        taught(plain(16), epochs=20),
        data="rare-cloud",
        must=("class-imbalance",),
        may=("overfitting", "calibration-off", "class-never-predicted", "one-answer", "underfitting"),
    ),
    Specimen(
        "leaky-clouds",
        "90 of 300 validation rows are training rows",
        _BASE,
        taught(plain(32), epochs=15),
        data="leaky-clouds",
        must=("leakage",),
    ),
    Specimen(
        "flipped-clouds",
        "8 % of 1,200 rows have another label",
        _BASE,
        taught(plain(32), epochs=15),
        data="flipped-clouds",
        must=("mislabelled-suspects",),
        may=("overfitting", "calibration-off"),
    ),
    Specimen(
        "board",
        "a chessboard of nine squares for three units: 60 % of the training rows are right",
        _BASE,
        taught(plain(3), epochs=60, learning_rate=0.02),
        data="board",
        must=("underfitting",),
        may=("calibration-off", "one-answer", "still-improving"),
    ),
    Specimen(
        "short-clouds",
        "five epochs on a table: the loss of validation falls by a fifth with the last",
        _BASE,
        taught(plain(64), epochs=5, name="adamw", learning_rate=0.0007),
        data="clouds",
        must=("still-improving",),
        may=("underfitting", "calibration-off"),
    ),
    Specimen(
        "sharp-clouds",
        "a user's linear network whose scores count forty times, on clouds that overlap: 66 % right, 94 % sure",
        _BASE,
        taught(own("linear", ending="sharp"), epochs=4, learning_rate=0.003) | {"data.valid": 0.5},
        data="clouds-blurred",
        must=("calibration-off",),
        may=("overfitting", "still-improving"),
    ),
    Specimen(
        "iris-few",
        "15 flowers judge",
        "iris-mlp-tuned",
        {"data.valid": 0.1, "data.test": None},
        must=("validation-too-small",),
        may=("calibration-off", "overfitting", "underfitting"),
    ),
    Specimen(
        "cancer-few",
        "11 rows judge",
        "iris-mlp-tuned",
        {"data.source": "breast-cancer", "data.valid": 0.02, "data.test": None, "model.network.hidden": []},
        must=("validation-too-small",),
        may=("calibration-off", "overfitting"),
    ),
    Specimen(
        "softmax-clouds",
        "a softmax of ours before the cross-entropy, on a table of ten classes: 94 % right, never surer than 0.24",
        _BASE,
        taught(plain(32, scores="softmax"), epochs=20, name="adamw", learning_rate=0.005),
        data="clouds",
        must=("scores-are-probabilities",),
        may=("underfitting", "class-never-predicted", "still-improving"),
    ),
    Specimen(
        "silent-clouds",
        "19 of 48 hidden units got a bias of −40 and give nothing for any row of a table; the others tell ten clouds",
        _BASE,
        taught(own("silent", share=0.4, hidden=48), epochs=20),
        data="clouds",
        must=("dead-units",),
    ),
    Specimen(
        "tower-for-clouds",
        "six layers for ten clouds that a linear layer tells apart: a linear reading is right for 95 % of "
        "the rows themselves and after every layer",
        _BASE,
        taught(plain(*(32,) * 6), epochs=15, learning_rate=0.002),
        data="clouds",
        must=("redundant-layers",),
        may=("overfitting", "calibration-off"),
    ),
    Specimen(
        "lagging-clouds",
        "features 20 away from 0, batch norm whose statistics remember a thousand steps, after 35: 10 % "
        "right, and 92 % once they are counted anew",
        _BASE,
        taught(plain(32, norm={"momentum": 0.001}), epochs=5, batch=128, learning_rate=0.01)
        | {"train.statistics": "running"},
        data="far-clouds",
        must=("lagging-statistics",),
        may=_WEAK,
    ),
)
