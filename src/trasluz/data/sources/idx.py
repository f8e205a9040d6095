"""A folder of IDX files, or one IDX file of images with its labels beside it."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.read.idx import IdxPart, find_parts, is_idx, labels_beside, read_parts
from trasluz.data.read.raw import Raw
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def claims(path: Path) -> bool:
    """Whether ``path`` is an IDX file of images, or a folder with one."""
    return any(map(is_idx, path.iterdir())) if path.is_dir() else is_idx(path)


def open_path(path: Path, section: DataSection, reporter: Reporter) -> Raw:
    """Files named ``train…``, ``valid…`` and ``t10k…`` or ``test…`` are those splits."""
    if path.is_dir():
        return read_parts(find_parts(path), path.resolve().name)
    return read_parts([IdxPart("train", path, labels_beside(path))], path.name)
