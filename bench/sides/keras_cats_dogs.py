"""The notebook's second cats-and-dogs network (row 1.4) in Keras with ImageDataGenerator, as it stands there."""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
from keras.src.legacy.preprocessing.image import ImageDataGenerator

folder, steps, batch, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
change = ImageDataGenerator(
    rescale=1 / 255,
    rotation_range=40,
    width_shift_range=0.2,
    height_shift_range=0.2,
    shear_range=0.2,
    zoom_range=0.2,
    horizontal_flip=True,
    fill_mode="nearest",
)
stream = change.flow_from_directory(folder, target_size=(150, 150), batch_size=batch, class_mode="binary", seed=0)
layers = keras.layers
model = keras.Sequential([keras.Input((150, 150, 3))])
for width in (32, 64, 128, 128):
    model.add(layers.Conv2D(width, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
for layer in (
    layers.Flatten(),
    layers.Dropout(0.1),
    layers.Dense(512, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
):
    model.add(layer)
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.RMSprop(1e-4), metrics=["accuracy"])
seconds = []
for _epoch in range(epochs):
    started = time.perf_counter()
    model.fit(stream, steps_per_epoch=steps, epochs=1, verbose=0)
    seconds.append(time.perf_counter() - started)
settings = f"Keras {keras.__version__}, TensorFlow {tf.__version__}, fp32, ImageDataGenerator"
print(
    json.dumps(
        {
            "images_per_second": steps * batch / min(seconds[1:]),
            "settings": settings,
            "parameters": model.count_params(),
        }
    )
)
