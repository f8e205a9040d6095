"""A Swin transformer of timm, as small as it goes, with random weights: its maps have their channels last."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import nn

from tests.look.looks.planted import CLASSES, Family, planted
from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.preprocess import Preprocess
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.networks.classifiers.timm import Config, build

SIDE = 32
_SMALL = {"img_size": SIDE, "window_size": 2, "depths": (1, 1, 2), "embed_dim": 12, "num_heads": (1, 2, 2)}


@cache
def swin() -> Subject:
    """Of 90 planted images without the right column, resized to 32×32 in the network; maps 8×8, 4×4 and 2×2."""
    torch.manual_seed(0)
    images, labels, _corners = planted(90, 1, seed=3)
    images = np.ascontiguousarray(images[:, :, :40])
    shape = (1, *images.shape[1:3])
    config = Config(architecture="swin_tiny_patch4_window7_224", arguments=dict(_SMALL), side=SIDE)
    networks = nn.ModuleDict({"classifier": build(config, shape, len(CLASSES))}).eval()
    rows = np.arange(len(images))
    data = Data("planted", "image", images, {"train": rows[:60], "valid": rows[60:]}, labels=labels, classes=CLASSES)
    spec = DataSpec("image", shape, CLASSES)
    return Subject(Model(Family(shape), networks, Preprocess(), spec), lambda: data)
