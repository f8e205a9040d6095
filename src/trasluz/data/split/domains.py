"""``data.domains``: the classes as domains between which a family translates, such as two folders of images."""

from __future__ import annotations

import numpy as np

from trasluz.data.split.labels import IndexedLabels
from trasluz.errors import DataError
from trasluz.messages import _


def domains_of_classes(source: str, labels: IndexedLabels | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Each row's domain, int64 ``[n]``, and the domains' names.

    Raises:
        DataError: there are no labels, several per sample, fewer than two classes, or samples without a label.
    """
    if labels is None or len(labels.classes) < 2:
        message = _(
            "{source}: data.domains needs two kinds of images or more; give a folder that holds one folder of images "
            "per domain."
        )
        raise DataError(message.format(source=source))
    if labels.indices.ndim != 1:
        message = _("{source}: data.domains needs one label per image, but these have several.")
        raise DataError(message.format(source=source))
    missing = int((labels.indices < 0).sum())
    if missing:
        message = _("{source}: data.domains needs a label for every image, but {count} have none.")
        raise DataError(message.format(source=source, count=missing))
    return labels.indices, labels.classes
