"""What lies beyond the edges of an image: the edge pixel, a constant, or the image reflected about its edge."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Fill = Literal["nearest", "constant", "reflect"]


def fold_positions(positions: Tensor, size: int, fill: Fill) -> Tensor:
    """Whole positions of any value brought into [0, size).

    ``nearest`` and ``constant`` clamp (what is outside of a constant frame is painted over afterwards);
    ``reflect`` mirrors about the edge, with the edge pixel twice: d c b a | a b c d | d c b a.
    """
    if fill != "reflect":
        return positions.clamp(0, size - 1)
    around = torch.remainder(positions, 2 * size)
    return torch.minimum(around, 2 * size - 1 - around)
