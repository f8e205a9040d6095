"""What Keras makes of a few steps of small networks: the figures that ``tests/training/test_against_keras.py`` reads.

Needs Keras with TensorFlow, which the project itself does not: run it in an environment that has them,

    python scripts/keras_step.py tests/training/optimisers/keras.npz

Weights come from a fixed generator, so that only what Keras computes with them is stored beside them.
"""

from __future__ import annotations

import sys

import keras
import numpy as np

STEPS = 3
OPTIMISERS = {
    "nadam": lambda: keras.optimizers.Nadam(),
    "rmsprop": lambda: keras.optimizers.RMSprop(1e-4),
    "adam": lambda: keras.optimizers.Adam(1e-4),
}


def conv_network() -> keras.Model:
    """Convolution and dense layer with L2, batch normalisation, pooling: 6×7 images of two channels to 3 numbers."""
    l2 = keras.regularizers.L2(0.01)
    return keras.Sequential(
        [
            keras.Input((6, 7, 2)),
            keras.layers.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer=l2),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="sigmoid", kernel_regularizer=l2),
        ]
    )


def recurrent_network() -> keras.Model:
    """Two LSTMs over 5 steps of 4 numbers, the last state at every step, one more LSTM, dense: an autoencoder."""
    return keras.Sequential(
        [
            keras.Input((5, 4)),
            keras.layers.LSTM(6, return_sequences=True),
            keras.layers.LSTM(3),
            keras.layers.RepeatVector(5),
            keras.layers.LSTM(6, return_sequences=True),
            keras.layers.Dense(4),
        ]
    )


def with_weights(network: keras.Model, seed: int) -> list[np.ndarray]:
    """Gives the network weights of a fixed generator, and returns them."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, 0.5, w.shape).astype(np.float32) for w in network.get_weights()]
    for place, variable in enumerate(network.weights):
        if "variance" in variable.path or "gamma" in variable.path:
            weights[place] = np.abs(weights[place]) + np.float32(0.5)
    network.set_weights(weights)
    return weights


def keep(found: dict[str, np.ndarray], name: str, weights: list[np.ndarray]) -> None:
    """Stores the weights in Keras' order."""
    for place, weight in enumerate(weights):
        found[f"{name}/{place}"] = weight


def main(target: str) -> None:
    """Trains each network for a few steps with each optimiser and writes everything that was seen."""
    rng = np.random.default_rng(0)
    found: dict[str, np.ndarray] = {"steps": np.int64(STEPS)}
    shapes = {"conv": ((8, 6, 7, 2), (8, 3)), "recurrent": ((8, 5, 4), (8, 5, 4))}
    for kind, make in (("conv", conv_network), ("recurrent", recurrent_network)):
        inputs, targets = (rng.uniform(0, 1, shape).astype(np.float32) for shape in shapes[kind])
        found |= {f"{kind}/inputs": inputs, f"{kind}/targets": targets}
        network = make()
        keep(found, f"{kind}/weights", with_weights(network, 1))
        found[f"{kind}/outputs"] = np.asarray(network(inputs, training=False))
        for name, optimiser in OPTIMISERS.items():
            network = make()
            with_weights(network, 1)
            network.compile(optimizer=optimiser(), loss="mse")
            losses = []
            for step in range(STEPS):
                losses.append(float(network.train_on_batch(inputs, targets)))
                keep(found, f"{kind}/{name}/{step}", network.get_weights())
                network.reset_metrics()
            found[f"{kind}/{name}/losses"] = np.array(losses)
    np.savez_compressed(target, **found)


if __name__ == "__main__":
    main(sys.argv[1])
