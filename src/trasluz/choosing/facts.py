"""What a choice rests on: the kind, number, sizes, channels and classes of data, in plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trasluz.data.data import Kind

PHOTO_SIDE = 64  # pixels of the shorter side above which images are taken for photographs


@dataclass(frozen=True)
class Facts:
    """Of the samples that training and its validation are drawn from.

    ``counts``: samples per class, by its printed name, of those that have one label; ``labelled``: how many have any.
    ``height`` and ``width``: the medians, in pixels; ``sizes``: how many sizes differ; ``channels``: 1 where all are
    grey; all 0 for other kinds.  ``features`` of a row or a step, ``steps`` of the longest sequence, ``columns`` of a
    table beside the class.  ``given``: splits that the source gives.  ``mirrored``: how often the neighbour of a
    mirrored image is of its class, as a share of how often that of the image itself is (``mirror.py``); ``None`` where
    nobody looked.
    """

    name: str
    kind: Kind
    samples: int
    counts: Mapping[str, int] = field(default_factory=dict)
    labelled: int = 0
    multi_label: bool = False
    height: int = 0
    width: int = 0
    sizes: int = 0
    channels: int = 0
    features: int = 0
    steps: int = 0
    columns: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    mirrored: float | None = None

    @property
    def side(self) -> int:
        """The shorter of the median sides, in pixels."""
        return min(self.height, self.width)

    @property
    def photographs(self) -> bool:
        """Whether the images are larger than the small pictures of data sets such as MNIST."""
        return self.kind == "image" and self.side > PHOTO_SIDE

    @property
    def small_images(self) -> bool:
        """Whether they are images of at most 64 pixels."""
        return self.kind == "image" and self.side <= PHOTO_SIDE

    @property
    def labels(self) -> bool:
        """Whether there is something to tell apart: two classes or more, or several labels per sample."""
        return len(self.counts) > 1 or self.multi_label

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for ``run.json``; of many classes only how many they are."""
        plain: dict[str, Any] = {"samples": self.samples, "kind": self.kind, "classes": len(self.counts)}
        plain |= {"labelled": self.labelled, "multi_label": self.multi_label, "given_splits": list(self.given)}
        if self.kind == "image":
            plain |= {"median_size": [self.height, self.width], "sizes": self.sizes, "channels": self.channels}
            plain |= {} if self.mirrored is None else {"mirrored": round(self.mirrored, 4)}
        else:
            plain |= {"features": self.features, "steps": self.steps}
        return plain
