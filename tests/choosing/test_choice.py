"""What is said of a choice before it is trained."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.choosing.made import PHOTOS
from trasluz.choosing.budget import Epochs
from trasluz.choosing.choice import Choice
from trasluz.choosing.pace import Pace
from trasluz.data.arrays import from_arrays
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection, Recipe


def _choice() -> Choice:
    images = np.random.default_rng(0).random((40, 8, 8, 3))
    data = open_data(DataSection(valid=0.2), 0, arrays=from_arrays(images, [i % 2 for i in range(40)]))
    return Choice(
        candidate="photos-transfer",
        purpose="classify",
        told="transfer",
        reason="because",
        facts=PHOTOS,
        recipe=Recipe(),
        data=data,
        minutes=2.0,
        asked=True,
        spent=1.0,
        training=60.0,
        paces={"train": Pace(0.001, 0.001, 0.001)},
        epochs={"train": Epochs(10)},
    )


def test_the_pace_of_steps_on_features_is_not_called_one_of_images() -> None:
    on_images = _choice()
    assert on_images.time().endswith("1\u202f000 a second (2 minutes were asked for).")
    on_features = dataclasses.replace(on_images, paces={"train": Pace(0.001, 0.001, 0.001, features=0.1)})
    assert on_features.time().endswith(
        "1\u202f000 a second (of features that are computed once; 2 minutes were asked for)."
    )
