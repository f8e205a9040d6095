"""The six as-written autoencoders of rows 3.2 to 3.8 trained by Keras itself: the last epoch's validation loss.

Prints a JSON line per network: ``python keras_book.py FOLDER SEED NAME…``.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

layers = keras.layers


def dense(hidden: int, code: int, *, before: list[keras.Layer], after: list[keras.Layer], act: str) -> keras.Model:
    stack = [layers.Flatten(), *before, layers.Dense(hidden, activation="relu"), layers.Dense(code, activation=act)]
    stack += [*after, layers.Dense(hidden, activation="relu"), layers.Dense(784), layers.Reshape((28, 28))]
    return keras.Sequential([keras.Input((28, 28)), *stack])


def conv_pooled() -> keras.Model:
    stack: list[keras.Layer] = [keras.Input((28, 28)), layers.Reshape((28, 28, 1))]
    for width in (16, 32, 64):
        stack += [layers.Conv2D(width, 3, padding="same", activation="relu"), layers.MaxPool2D(2)]
    stack += [layers.Conv2D(30, 3, padding="same", activation="relu"), layers.GlobalAvgPool2D()]
    stack += [layers.Dense(3 * 3 * 16), layers.Reshape((3, 3, 16))]
    stack += [layers.Conv2DTranspose(32, 3, strides=2, activation="relu")]
    stack += [layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")]
    stack += [layers.Conv2DTranspose(1, 3, strides=2, padding="same"), layers.Reshape((28, 28))]
    return keras.Sequential(stack)


def recurrent() -> keras.Model:
    stack = [layers.LSTM(100, return_sequences=True), layers.LSTM(30), layers.RepeatVector(28)]
    stack += [layers.LSTM(100, return_sequences=True), layers.Dense(28)]
    return keras.Sequential([keras.Input((28, 28)), *stack])


def layerwise(images: np.ndarray) -> keras.Model:
    """Two shallow autoencoders, one after the other, stacked."""
    seen, stages = images.reshape(len(images), -1), []
    for width, rate, last in ((100, 5e-4, None), (30, 5e-3, "relu")):
        first, second = layers.Dense(width, activation="relu"), layers.Dense(seen.shape[1], activation=last)
        shallow = keras.Sequential([keras.Input(seen.shape[1:]), first, second])
        shallow.compile(loss="mse", optimizer=keras.optimizers.Nadam(rate))
        shallow.fit(seen, seen, epochs=10, verbose=0)
        stages.append((first, second))
        seen = np.asarray(first(seen))
    (a, d), (b, c) = stages
    return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), a, b, c, d, layers.Reshape((28, 28))])


BUILD: dict[str, tuple[Callable[[np.ndarray], keras.Model], int]] = {
    "stacked": (lambda _images: dense(100, 30, before=[], after=[], act="relu"), 20),
    "layerwise": (layerwise, 5),
    "conv-pooled": (lambda _images: conv_pooled(), 10),
    "recurrent": (lambda _images: recurrent(), 10),
    "denoising": (lambda _images: dense(100, 30, before=[layers.Dropout(0.5)], after=[], act="relu"), 10),
    "sparse": (
        lambda _images: dense(100, 300, before=[], after=[layers.ActivityRegularization(l1=1e-4)], act="sigmoid"),
        10,
    ),
}


def main() -> None:
    source, seed = Path(sys.argv[1]), int(sys.argv[2])
    with gzip.open(source / "train-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 28, 28).astype("float32") / 255
    train, valid = images[:-5000], images[-5000:]
    for name in sys.argv[3:]:
        keras.utils.set_random_seed(seed)
        started = time.perf_counter()
        build, epochs = BUILD[name]
        model = build(train)
        model.compile(loss="mse", optimizer="nadam")
        told = model.fit(train, train, epochs=epochs, validation_data=(valid, valid), verbose=0).history
        found = {"name": name, "seed": seed, "loss": told["val_loss"], "seconds": time.perf_counter() - started}
        print(json.dumps({**found, "keras": keras.__version__}), flush=True)


if __name__ == "__main__":
    main()
