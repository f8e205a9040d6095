"""Images for prediction: files, folders or arrays, prepared as the training images were stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasluz.data.decode import Unreadable, decode
from trasluz.data.folder_files import list_folder
from trasluz.data.layout import sift
from trasluz.data.preprocess import Preprocess
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reporting import Reporter

Images = str | Path | Sequence[str | Path] | np.ndarray


@dataclass(frozen=True)
class LoadedImages:
    """``samples`` as the store keeps them, the files that they came from, and (file, reason) for unreadable ones."""

    samples: np.ndarray
    files: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...] = ()


def load_images(images: Images, preprocess: Preprocess, reporter: Reporter) -> LoadedImages:
    """Images in the size, channels and resize rule of ``preprocess``.

    Arrays are ``[h, w]``, ``[h, w, c]``, ``[n, h, w]`` or ``[n, h, w, c]``, already of that size.

    Raises:
        DataError: a path that does not exist, or arrays of another size.
    """
    if isinstance(images, np.ndarray):
        samples = _array(images, preprocess)
        return LoadedImages(samples, tuple(str(i) for i in range(len(samples))))
    given = [images] if isinstance(images, (str, Path)) else list(images)
    paths = [path for item in given for path in _paths(Path(item).expanduser())]
    size, channels = preprocess.size or (1, 1), preprocess.channels or 1
    kept: list[np.ndarray] = []
    files: list[str] = []
    unreadable: list[tuple[str, str]] = []
    with reporter.task(_("Reading {n} images").format(n=len(paths)), len(paths), _("images")) as task:
        for path in paths:
            try:
                kept.append(decode(path.read_bytes(), channels, size, preprocess.resize))
                files.append(str(path))
            except (Unreadable, OSError) as error:
                unreadable.append((str(path), str(error)))
            task.advance()
    samples = np.stack(kept) if kept else np.empty((0, *size, channels), np.uint8)
    return LoadedImages(_in_range(samples, preprocess), tuple(files), tuple(unreadable))


def _paths(path: Path) -> list[Path]:
    if path.is_dir():
        names = list_folder(path)
        kept, _ignored = sift(names)
        if not kept:
            raise DataError(_("{path}: there are no images in this folder.").format(path=path))
        return [path / names[i] for i in kept]
    if not path.exists():
        raise DataError(_("{path}: there is no such file or folder.").format(path=path))
    return [path]


def _in_range(samples: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """8-bit files as numbers in the range that the model was trained on."""
    if (preprocess.low, preprocess.high) == (0.0, 255.0):
        return samples
    scaled: np.ndarray = preprocess.low + samples.astype(np.float32) * ((preprocess.high - preprocess.low) / 255)
    return scaled


def _array(array: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    if preprocess.kind != "image":
        return array
    height, width = preprocess.size or (1, 1)
    channels = preprocess.channels or 1
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] == channels and array.shape[:2] == (height, width)):
        array = array[None]
    if array.ndim == 3:
        array = array[..., None]
    if array.shape[1:] != (height, width, channels):
        message = _("Images of shape {shape} do not fit this model; give [n, {height}, {width}, {channels}].")
        raise DataError(message.format(shape=array.shape, height=height, width=width, channels=channels))
    return array
