"""The notebook's convolutional autoencoder (row 0.2) in Keras, as it stands there: images per second of ``fit``."""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

source, count, batch, epochs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with gzip.open(source / "train-images-idx3-ubyte.gz") as file:
    images = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 28, 28, 1)[:count].astype("float32") / 255

layers, l2 = keras.layers, keras.regularizers.l2(0.01)
how = {"activation": "relu", "kernel_initializer": "HeNormal", "kernel_regularizer": l2}
model = keras.Sequential([keras.Input((28, 28, 1))])
for width in (16, 32, 64):
    model.add(layers.Conv2D(width, 3, padding="same", **how))
    model.add(layers.Dropout(0.1))
    model.add(layers.BatchNormalization())
    model.add(layers.MaxPool2D(2))
model.add(layers.Dense(128, activation="relu"))
for width, padding in ((32, "valid"), (16, "same")):
    model.add(layers.Conv2DTranspose(width, 3, strides=2, padding=padding, **how))
    model.add(layers.Dropout(0.1))
    model.add(layers.BatchNormalization())
model.add(layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"))
model.compile(loss="mse", optimizer=keras.optimizers.Adam(1e-4))


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.seconds.append(time.perf_counter() - self.started)


clock = Clock()
model.fit(images, images, batch_size=batch, epochs=epochs, verbose=0, callbacks=[clock])
settings = f"Keras {keras.__version__}, TensorFlow {tf.__version__}, fp32, fit on arrays in memory"
print(
    json.dumps(
        {"images_per_second": count / min(clock.seconds[1:]), "settings": settings, "parameters": model.count_params()}
    )
)
