"""What crosses to another process: equal data whose samples lie once in a file, and a model that answers the same."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import torch

from tests.search.executing.cells import recipe
from tests.training.harness import digits
from trasluz.search.executing.crossing import Crossing, Trained
from trasluz.training.fit import fit


def test_data_come_out_as_they_went_in_and_share_their_samples(tmp_path: Path) -> None:
    whole = digits()
    fold = dataclasses.replace(whole, splits={"train": np.arange(50), "valid": np.arange(50, 60)})
    other = dataclasses.replace(whole, samples=whole.samples[:, ::-1])  # neither contiguous nor the same
    sent = pickle.dumps(Crossing.of([whole, fold, other], tmp_path))
    assert len(sent) < whole.samples.nbytes
    first, second, third = pickle.loads(sent).open()
    assert first.samples is second.samples
    for found, given in ((first, whole), (second, fold), (third, other)):
        np.testing.assert_array_equal(found.samples, given.samples)
        assert found.splits.keys() == given.splits.keys()
        np.testing.assert_array_equal(found.split("train"), given.split("train"))
        assert found.fingerprint == given.fingerprint
    assert len(list(tmp_path.iterdir())) == 2


def test_samples_that_are_mapped_are_mapped_again_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    whole = digits()
    np.save(tmp_path / "own.npy", whole.samples)
    mapped = dataclasses.replace(whole, samples=np.load(tmp_path / "own.npy", mmap_mode="r"))
    (found,) = pickle.loads(pickle.dumps(Crossing.of([mapped], tmp_path / "sent"))).open()
    assert isinstance(found.samples, np.memmap)
    np.testing.assert_array_equal(found.samples, whole.samples)
    assert not list((tmp_path / "sent").iterdir())


def test_a_model_is_the_same_on_the_other_side() -> None:
    own, data = recipe(), digits()
    model = fit(own, data)
    found = pickle.loads(pickle.dumps(Trained.of(model))).model(own, data)
    assert found.layout == model.layout
    assert found.preprocess == model.preprocess
    ours, theirs = found.networks.state_dict(), model.networks.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
