"""Augmentation: random changes of a batch of training images, drawn per sample by position, on any device.

Geometry (flips, affine, crop) reads every pixel once; colour, erasing and mixup follow, in this order.
"""

from trasluz.data.feed.augment.mixing import mixup
from trasluz.data.feed.augment.pipeline import Augment

__all__ = ["Augment", "mixup"]
