"""Classifiers with one fault each."""

from __future__ import annotations

from bench.zoo.bases import Settings, conv, mlp
from bench.zoo.specimen import Specimen

_SEEDS = (0, 1, 2)
_SGD: Settings = {"train.optimiser": {"name": "sgd", "learning_rate": 0.0002}}
_SLOW = ("underfitting", "class-never-predicted", "calibration-off", "still-improving", "one-answer")
_HIGH = ("underfitting", "class-never-predicted", "calibration-off", "one-answer", "dead-units", "overfitting")

SPECIMENS = (
    Specimen("by-heart", "noisy digits learned by heart: six times as many weights as it needs", "digits-cnn",
             mlp((256, 256), epochs=60), data="noise-by-heart", seeds=_SEEDS, must=("overfitting",),
             may=("calibration-off",)),
    Specimen("random-labels", "drawn labels learned by heart", "digits-cnn", mlp((256,), epochs=80, rate=0.003),
             data="random-labels", seeds=_SEEDS, must=("overfitting",),
             may=("calibration-off", "underfitting", "mislabelled-suspects"), quick=True),
    Specimen("few-wine", "150 rows of a hard table and a wide network", "wine-mlp-tuned", {
        "data.limit": 150, "model.l2": 0.0, "model.network.hidden": [200, 200], "train.early_stopping": None,
        "train.epochs": 80,
    }, seeds=_SEEDS, must=("overfitting",), may=("calibration-off",)),
    Specimen("rate-1e-6", "Adam at a millionth", "digits-cnn", mlp(epochs=8, rate=1e-6), seeds=_SEEDS,
             must=("rate-too-low",), may=_SLOW, quick=True),
    Specimen("rate-1e-6-cycle", "one cycle whose peak is a millionth", "digits-cnn", mlp(epochs=8, rate=1e-6) | {
        "train.schedule": {"name": "one-cycle"}
    }, must=("rate-too-low",), may=_SLOW),
    Specimen("sgd-slow", "SGD at a rate that creeps", "digits-cnn", mlp(epochs=10) | _SGD, seeds=_SEEDS,
             must=("rate-too-low",), may=_SLOW),
    Specimen("sgd-slow-conv", "a CNN whose SGD creeps", "digits-cnn", conv(epochs=8, norm=None) | _SGD, seeds=_SEEDS,
             must=("rate-too-low",), may=_SLOW),
    Specimen("rate-1", "Adam at 1: steps overshoot", "digits-cnn", mlp((64, 64), epochs=12, rate=1.0), seeds=_SEEDS,
             must=("rate-too-high",), may=_HIGH, quick=True),
    Specimen("rate-sgd-3", "momentum SGD at 3", "digits-cnn", mlp((64, 64), epochs=12) | {
        "train.optimiser": {"name": "sgd", "learning_rate": 3.0, "momentum": 0.9}
    }, seeds=_SEEDS, must=("rate-too-high",), may=_HIGH),
    Specimen("rate-conv", "a CNN with Adam at 0.3", "digits-cnn", conv(epochs=10, rate=0.3, norm=None), seeds=_SEEDS,
             must=("rate-too-high",), may=_HIGH),
    Specimen("diverges", "SGD at a rate of 10⁸: the loss stops being a number", "digits-cnn", mlp(epochs=3) | {
        "train.optimiser": {"name": "sgd", "learning_rate": 1e8, "momentum": 0.9}
    }, seeds=_SEEDS, must=("not-finite",), quick=True),
    Specimen("too-short", "three epochs of a slow start: still falling", "digits-cnn", mlp(epochs=6, rate=0.0003),
             seeds=_SEEDS, must=("still-improving",), may=("underfitting", "calibration-off")),
    Specimen("too-short-conv", "a CNN stopped on its way", "digits-cnn", conv(epochs=6, rate=0.0003, norm=None),
             seeds=_SEEDS, must=("still-improving",), may=("underfitting", "calibration-off")),
    Specimen("bottleneck", "one hidden unit for ten classes", "digits-cnn", mlp((1,), epochs=20, rate=0.003),
             seeds=_SEEDS, must=("underfitting",), may=("class-never-predicted", "calibration-off", "still-improving",
                                                       "dead-units", "one-answer")),
    Specimen("held-back", "a penalty that leaves no room to learn", "digits-cnn", mlp(epochs=15) | {"model.l2": 0.3},
             seeds=_SEEDS, must=("underfitting",), may=("class-never-predicted", "calibration-off", "one-answer",
                                                       "dead-units")),
    Specimen("imbalanced", "noisy threes and eights, nine to one, none weighed", "digits-cnn", mlp(epochs=30),
             data="hard-imbalance", seeds=_SEEDS, must=("class-imbalance",),
             may=("overfitting", "calibration-off", "class-never-predicted", "underfitting", "one-answer")),
    Specimen("imbalanced-conv", "the same for a CNN", "digits-cnn", conv(epochs=15), data="hard-imbalance",
             seeds=_SEEDS, must=("class-imbalance",),
             may=("overfitting", "calibration-off", "class-never-predicted", "underfitting", "one-answer")),
    Specimen("fourth-class", "a class that training gives up: weight decay and one unit", "digits-cnn",
             mlp((1,), epochs=6, rate=0.01), seeds=_SEEDS, must=("class-never-predicted",),
             may=("underfitting", "calibration-off", "still-improving", "dead-units", "one-answer")),
    Specimen("leaks-2", "one validation image in fifty was trained on", "digits-cnn", mlp(), data="leaky-2",
             must=("leakage",), quick=True),
    Specimen("leaks-10", "one in ten was trained on", "digits-cnn", mlp(), data="leaky-10", must=("leakage",)),
    Specimen("leaks-50", "half of the validation was trained on", "digits-cnn", mlp(), data="leaky-50",
             must=("leakage",)),
    Specimen("flipped-10", "one label in ten is wrong", "digits-cnn", mlp(), data="flipped-10",
             must=("mislabelled-suspects",), may=("overfitting", "calibration-off")),
    Specimen("flipped-20", "one label in five is wrong", "digits-cnn", mlp(), data="flipped-20",
             must=("mislabelled-suspects",), may=("overfitting", "calibration-off", "underfitting")),
    Specimen("flipped-5", "one label in twenty is wrong", "digits-cnn", mlp(), data="flipped-5",
             must=("mislabelled-suspects",), may=("overfitting", "calibration-off")),
    Specimen("sure", "few images, many epochs, no doubt: surer than it is right", "digits-cnn",
             mlp((256,), epochs=60, rate=0.003), data="noise-by-heart", seeds=_SEEDS, must=("overfitting",),
             may=("calibration-off",)),
    Specimen("overconfident", "drawn labels on half of the validation: surer than right without a gap", "digits-cnn",
             mlp((64,), epochs=5, rate=0.01), data="noise-by-heart", seeds=_SEEDS, must=("calibration-off",),
             may=("overfitting",)),
    Specimen("dead-third", "a first step of 0.3 kills units of a wide layer", "digits-cnn",
             conv((32, 32), epochs=6, rate=0.05, norm=None), seeds=_SEEDS, must=("dead-units",), may=_HIGH +
             ("rate-too-high", "redundant-layers")),
    Specimen("tiny-validation", "100 images, 15 of them judge", "digits-cnn", mlp(epochs=30), data="hundred",
             seeds=_SEEDS, must=("validation-too-small",), may=("overfitting", "calibration-off", "underfitting")),
    Specimen("frozen", "a phase that moves nothing", "digits-cnn", mlp(epochs=4) | {
        "phases": [{"name": "all", "frozen": ["*"]}]
    }, must=("loss-reaches-nothing",), may=_SLOW),
    Specimen("detached", "a user's network whose scores the loss does not reach", "digits-cnn", {
        "data.augment": {}, "model": {"family": "classifier", "network": {"module": "bench.zoo.nets:all_frozen"}},
        "train": {"epochs": 4, "batch": 32, "optimiser": {"learning_rate": 0.003}},
    }, seeds=_SEEDS, must=("loss-reaches-nothing",), may=_SLOW),
    Specimen("deep-linear", "six layers without activation: none adds anything to the first", "digits-cnn",
             mlp((64,) * 5, epochs=10, activation="none"), seeds=_SEEDS, must=("redundant-layers",),
             may=("overfitting", "calibration-off")),
    Specimen("few-lagging", "60 images, 10 epochs of one step under batch norm, statistics left as they ran", "digits-cnn",
             {"train.epochs": 10, "data.limit": 60, "train.statistics": "running"}, seeds=_SEEDS, must=("lagging-statistics",),
             may=("underfitting", "one-answer", "class-never-predicted", "calibration-off")),
    Specimen("unscaled-table", "features from 0.001 to 1,000 as they are, Adam at 0.1", "iris-mlp-tuned", {
        "data.source": "breast-cancer", "data.normalise": "raw", "model.network.hidden": [2, 2],
        "train.optimiser.learning_rate": 0.1, "train.schedule.name": "constant",
    }, seeds=_SEEDS, must=("one-answer",), may=("rate-too-high", "class-never-predicted", "dead-units")),
    Specimen("knows-nothing", "untrained: its heat maps are patterns of chance", "digits-cnn",
             conv(epochs=2, rate=1e-7, norm=None), seeds=_SEEDS, looks=("trust",), must=("map-not-to-be-trusted",),
             may=_SLOW + ("rate-too-low",)),
)
