"""The notebooks' stacked (3.2), recurrent (3.6) and variational (0.3) autoencoders in Keras: images/s of ``fit``."""

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

layers = keras.layers


def stacked() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(30, activation="relu"),
            layers.Dense(100, activation="relu"),
            layers.Dense(784),
            layers.Reshape((28, 28)),
        ]
    )


def recurrent() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.LSTM(100, return_sequences=True),
            layers.LSTM(30),
            layers.RepeatVector(28),
            layers.LSTM(100, return_sequences=True),
            layers.TimeDistributed(layers.Dense(28)),
        ]
    )


class Vae(keras.Model):
    """Row 0.3: 0.6 times the cross-entropy (mean over pixels) and 0.01 times the KL (mean over dimensions)."""

    def __init__(self) -> None:
        super().__init__()
        self.look = keras.Sequential(
            [
                layers.RandomFlip("horizontal"),
                layers.RandomContrast(0.2),
                layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(128, activation="relu"),
                layers.Dropout(0.5),
            ]
        )
        self.mean, self.log_var = layers.Dense(10), layers.Dense(10)
        self.decode = keras.Sequential(
            [
                layers.Dense(7 * 7 * 64, activation="relu"),
                layers.Reshape((7, 7, 64)),
                layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
            ]
        )

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        seen = self.look(images[..., None], training=training)
        mean, log_var = self.mean(seen), self.log_var(seen)
        code = mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))
        self.add_loss(0.01 * -0.5 * tf.reduce_mean(1 + log_var - mean**2 - tf.exp(log_var)))
        return self.decode(code, training=training)[..., 0]


def vae() -> keras.Model:
    return Vae()


MODELS = {
    "stacked": (stacked, "mse", lambda: keras.optimizers.Nadam()),
    "recurrent": (recurrent, "mse", lambda: keras.optimizers.Nadam()),
    "vae": (vae, lambda y, p: 0.6 * keras.losses.binary_crossentropy(y, p), lambda: keras.optimizers.SGD(0.5)),
}


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.seconds.append(time.perf_counter() - self.started)


def main() -> None:
    name, source = sys.argv[1], Path(sys.argv[2])
    count, batch, epochs = map(int, sys.argv[3:6])
    with gzip.open(source / "train-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 28, 28)[:count].astype("float32") / 255
    build, loss, optimiser = MODELS[name]
    model, clock = build(), Clock()
    model.compile(loss=loss, optimizer=optimiser())
    model.fit(images, images, batch_size=batch, epochs=epochs, verbose=0, callbacks=[clock])
    settings = f"Keras {keras.__version__}, TensorFlow {tf.__version__}, fp32, fit on arrays in memory"
    speed = count / min(clock.seconds[1:])
    print(json.dumps({"images_per_second": speed, "settings": settings, "parameters": model.count_params()}))


if __name__ == "__main__":
    main()
