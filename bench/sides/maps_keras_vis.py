"""Class × layer maps of row 0.7's classifier by tf-keras-vis: ``batched`` is a call per class and layer with all
images, ``single`` one per image, class and layer as the notebook makes them (timed on two images, as it shows)."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from importlib.metadata import version

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore

layers = keras.layers
CLASSES = 10
LAYERS = ("Conv1", "Conv3", "Conv5")
SECONDS = 4.0


def network() -> keras.Model:
    """Row 0.7's classifier."""
    inputs = keras.Input((28, 28, 1))
    values = inputs
    for place, width in enumerate((16, 32, 32, 64, 64)):
        values = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"Conv{place + 1}")(values)
        values = layers.BatchNormalization()(layers.Dropout(0.25)(values))
        values = layers.MaxPooling2D()(values) if place % 2 == 0 else values
    values = layers.Flatten()(values)
    for width in (500, 200, 100):
        values = layers.BatchNormalization()(layers.Dropout(0.25)(layers.Dense(width, activation="relu")(values)))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(values))


def main() -> None:
    keras.utils.set_random_seed(0)
    model = network()
    images = np.random.default_rng(0).random((64, 28, 28, 1)).astype("float32")
    cam = GradcamPlusPlus(model, model_modifier=ReplaceToLinear(), clone=True)

    def batched() -> int:
        count = 0
        for layer in LAYERS:
            for label in range(CLASSES):
                count += len(cam(CategoricalScore([label] * len(images)), images, penultimate_layer=layer))
        return count

    def single() -> int:
        count = 0
        for image in images[:2]:
            for layer in LAYERS:
                for label in range(CLASSES):
                    count += len(cam(CategoricalScore(label), image[None], penultimate_layer=layer))
        return count

    make = {"batched": batched, "single": single}[sys.argv[1]]
    make()
    speeds: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS or len(speeds) < 2:
        start = time.perf_counter()
        count = make()
        speeds.append(count / (time.perf_counter() - start))
    words = f"tf-keras-vis {version('tf-keras-vis')}, Keras {keras.__version__}, TensorFlow {tf.__version__}, fp32"
    found = {"maps_per_second": statistics.median(speeds), "settings": words, "parameters": model.count_params()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
