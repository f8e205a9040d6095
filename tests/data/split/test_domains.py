"""``data.domains``: two folders of images are two domains, and what is none is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import ImageFolder
from trasluz.data.arrays import from_arrays
from trasluz.data.opening import open_data
from trasluz.errors import DataError
from trasluz.recipe import DataSection


def test_folders_of_a_folder_become_domains_in_their_order(image_folder: ImageFolder) -> None:
    folder = image_folder(("zebras", "horses"), count=5)
    data = open_data(DataSection(source=str(folder), valid=0.2, domains=True), 0)
    assert data.spec.domains == ("horses", "zebras")
    assert data.domain is not None
    assert data.files is not None
    assert [data.domains[d] for d in data.domain] == [file.split("/")[0] for file in data.files]
    assert np.bincount(data.domain[data.split("valid")]).tolist() == [1, 1]


def test_without_the_wish_there_are_none(image_folder: ImageFolder) -> None:
    assert open_data(DataSection(source=str(image_folder())), 0).spec.domains == ()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (None, "needs two kinds of images or more"),
        (["a"] * 4, "needs two kinds of images or more"),
        ([["a"], ["b"], ["a", "b"], ["a"]], "needs one label per image"),
        (["a", "b", None, "a"], "needs a label for every image, but 1 have none"),
    ],
)
def test_what_cannot_be_domains_is_refused(labels: object, sentence: str) -> None:
    images = np.random.default_rng(0).integers(0, 255, (4, 5, 5), np.uint8)
    with pytest.raises(DataError, match=sentence):
        open_data(DataSection(source="arrays", valid=None, domains=True), 0, arrays=from_arrays(images, labels))
