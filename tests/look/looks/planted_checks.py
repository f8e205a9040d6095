"""Networks for planted patches that ought not to be trusted, beside the one that ought to be."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch.nn import functional as F

from tests.look.looks.planted import network, planted, subject_of
from trasluz.look.subject import Subject


@cache
def trained_on_shuffled_labels() -> Subject:
    """A network that was taught noise: the images of ``planted.trained`` with their labels shuffled."""
    images, labels, _corners = planted(600, 1, seed=1)
    networks = network(1)
    optimiser = torch.optim.Adam(networks.parameters(), 4e-3)
    inputs = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    taught = torch.from_numpy(np.random.default_rng(0).permutation(labels))
    generator = torch.Generator().manual_seed(0)
    for _step in range(150):
        rows = torch.randint(len(inputs), (48,), generator=generator)
        optimiser.zero_grad()
        F.cross_entropy(networks["classifier"](inputs[rows]), taught[rows]).backward()
        optimiser.step()
    optimiser.zero_grad()
    return subject_of(networks, 1)
