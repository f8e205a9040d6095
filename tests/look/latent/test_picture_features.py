"""Features of pictures tell classes apart although no network and no label had a part in them."""

from __future__ import annotations

import dataclasses

import numpy as np
from torch import nn

from tests.look.made_subjects import digits, subject
from trasluz.look.classes.probing import probe
from trasluz.look.latent.picture_features import picture_features


def test_a_linear_probe_on_them_reads_digits() -> None:
    data = digits()
    found = picture_features(subject(nn.Flatten(), data), np.arange(700))
    assert found.shape == (700, 512)
    assert found.dtype == np.float32
    labels = np.asarray(data.labels)[:700]
    assert (probe(found[:500], labels[:500], found[500:], 10, 0.01) == labels[500:]).mean() >= 0.9


def test_labels_have_no_part_in_them_and_they_come_out_the_same() -> None:
    data = digits()
    first = picture_features(subject(nn.Flatten(), data), np.arange(60))
    other = picture_features(
        subject(nn.Flatten(), dataclasses.replace(data, labels=np.zeros(1797, np.int64))), np.arange(60)
    )
    np.testing.assert_array_equal(first, other)


def test_pictures_smaller_than_a_patch_have_features_too() -> None:
    data = digits()
    tiny = dataclasses.replace(data, samples=data.samples[:, :3, :3])
    found = picture_features(subject(nn.Flatten(), tiny), np.arange(50))
    assert np.isfinite(found).all()
