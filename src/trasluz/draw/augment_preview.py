"""What an augmentation does, seen before it is used: one image many times over, or several images a few times each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from trasluz.data.feed.augment.preview import as_bytes, augmented
from trasluz.data.feed.preprocess import Preprocess
from trasluz.draw.mosaic import Style, mosaic
from trasluz.messages import _
from trasluz.recipe import AugmentSection
from trasluz.rng import Rng

__all__ = ["augment_preview", "augment_preview_of_several", "augmented"]

_STYLE = Style(tile=144, gap=5)


def augment_preview(
    image: np.ndarray, section: AugmentSection, preprocess: Preprocess, rng: Rng, *, grid: int = 5
) -> Image.Image:
    """``grid`` × ``grid`` versions of one stored ``image`` ``[h, w, c]``, the first as it is.

    Mixup needs other images; see ``augment_preview_of_several``.
    """
    count = grid * grid
    versions = augmented(
        np.repeat(image[None], count, axis=0), section.model_copy(update={"mixup": 0.0}), preprocess, rng
    )
    versions[0] = as_bytes(preprocess.to_pixels(torch.from_numpy(image[None].copy())))[0]
    return mosaic(
        versions, columns=grid, title=_("Top left: as stored. The others: as training may see it."), style=_STYLE
    )


def augment_preview_of_several(
    images: np.ndarray,
    section: AugmentSection,
    preprocess: Preprocess,
    rng: Rng,
    *,
    versions: int = 4,
    names: Sequence[str] = (),
) -> Image.Image:
    """A row per image of ``images`` ``[n, h, w, c]``: as stored, then ``versions`` as training may see it."""
    columns = [as_bytes(preprocess.to_pixels(torch.from_numpy(images.copy())))]
    columns += [augmented(images, section, preprocess, rng, first=i * len(images)) for i in range(versions)]
    tiles = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
    labels = [text for name in names for text in (name, *[""] * versions)]
    return mosaic(
        tiles, labels, columns=versions + 1, title=_("Left: as stored. Right: as training may see it."), style=_STYLE
    )
