"""Layout in memory: what PyTorch's convolutions go by is the strides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from trasluz.data.data import Data
from trasluz.data.feed.arrange import arrange, is_channels_last
from trasluz.data.feed.batches import TrainBatches, evaluation_batches
from trasluz.data.feed.preprocess import fit_preprocess
from trasluz.recipe import DataSection
from trasluz.rng import Rng

CPU = torch.device("cpu")


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("side", [1, 5, 8])
def test_values_stay_and_a_convolution_keeps_the_layout(channels: int, side: int) -> None:
    images = torch.rand(2, channels, side, side)
    for given in (images, images.to(memory_format=torch.channels_last)):
        last = arrange(given, True)
        plain = arrange(given, False)
        assert torch.equal(last, images)
        assert torch.equal(plain, images)
        assert plain.is_contiguous()
        assert is_channels_last(last)
    if side > 1:
        maps = nn.Conv2d(channels, 4, 3, padding=1)(last)
        assert maps.is_contiguous(memory_format=torch.channels_last)
        assert not maps.is_contiguous()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("augment", [{}, {"flip_horizontal": True, "erasing": 0.5}, {"rotation": 5, "contrast": 0.2}])
def test_batches_come_in_the_layout_asked_for(channels: int, augment: dict[str, object]) -> None:
    samples = np.random.default_rng(0).integers(0, 256, (9, 6, 5, channels), np.uint8)
    data = Data("made", "image", samples, {"train": np.arange(9)})
    section = DataSection(augment=augment)  # type: ignore[arg-type]  # parsed by the section
    preprocess = fit_preprocess(data, section)
    for last in (True, False):
        made = TrainBatches(data, preprocess, section, Rng(0), 4, CPU, channels_last=last)
        for batch, _rng, _weight in made.epoch(0):
            assert is_channels_last(batch.inputs) == last
            assert is_channels_last(batch.targets) == last
    for batch, _rng in evaluation_batches(data, np.arange(9), 4, preprocess, CPU):
        assert is_channels_last(batch.inputs)
