"""One IDX file of images by path, with the labels file that lies beside it, if any."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.idx import read_idx
from trasluz.data.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

ORDER = 10
NAMES = ()


def claims(source: str) -> bool:
    """Whether ``source`` is a file whose name says IDX."""
    path = Path(source).expanduser()
    name = path.name.removesuffix(".gz")
    return path.is_file() and ("-idx" in name or ".idx" in name or name.endswith("-ubyte"))


def read(source: str, section: DataSection, reporter: Reporter) -> Raw:
    """Grey images ``[n, h, w]`` (or ``[n, h, w, c]``) of the file.

    Raises:
        DataError: damaged, not images, or labels that do not belong to them.
    """
    path = Path(source).expanduser()
    images = read_idx(path)
    if images.ndim not in (3, 4):
        message = _("{path}: this IDX file holds an array of shape {shape}, not images; give the file of images.")
        raise DataError(message.format(path=path, shape=images.shape))
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    labels = read_idx(beside).tolist() if beside != path and beside.is_file() else None
    if labels is not None and len(labels) != len(images):
        message = _("{path}: {labels} labels in {beside} do not belong to {images} images.")
        raise DataError(message.format(path=path, labels=len(labels), beside=beside.name, images=len(images)))
    return Raw(path.name.removesuffix(".gz"), images[..., None] if images.ndim == 3 else images, labels=labels)
