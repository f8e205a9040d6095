"""Images for prediction: files, folders, archives or arrays, prepared as the training images were stored."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.archives import is_archive
from trasluz.data.read.decode import Content, Plan
from trasluz.data.read.decoding import decode_all
from trasluz.data.read.deep import BYTES, FULL, Range, rescaled
from trasluz.data.read.fit_arrays import fit_arrays
from trasluz.data.read.layout import require_images
from trasluz.data.read.other_form import existing
from trasluz.data.read.raw import Unreadable
from trasluz.data.read.sequence_rows import load_sequences, sequences_of_arrays
from trasluz.data.read.table_rows import load_rows, rows_of_array
from trasluz.data.sources.archive import archive_files
from trasluz.data.sources.folder import folder_files
from trasluz.errors import DataError
from trasluz.messages import _, short
from trasluz.reporting import Reporter

Images = str | Path | Sequence[str | Path] | np.ndarray | Sequence[np.ndarray]


@dataclass(frozen=True)
class LoadedImages:
    """``samples`` as the training samples were stored, the files they came from, and (file, reason) of the others.

    The rows of a table are named by file and line; ``lengths``, int64 ``[n]``, are how many steps of each sequence
    count.
    """

    samples: np.ndarray
    files: tuple[str, ...]
    unreadable: Unreadable = ()
    lengths: np.ndarray | None = None


def load_images(
    images: Images,
    preprocess: Preprocess,
    reporter: Reporter,
    shape: tuple[int, ...] = (),
    lengths: ArrayLike | None = None,
) -> LoadedImages:
    """Images in the size, channels, resize rule and value range of ``preprocess``.

    ``images``: a path or several, of image files, folders or archives (an image that several of them name is taken
    once, where it is first named); or an array ``[h, w]``, ``[h, w, c]``,
    ``[n, h, w]`` or ``[n, h, w, c]`` (tables: ``[n, features]``) in the stored range, or in 0 to 255 as uint8, or
    in 0 to 1 as floats.  For a model of tables: CSV files with its columns, in any order.

    For a model of sequences, whose steps and features are ``shape``: ``.npz`` files with ``X`` and ``lengths``, an
    array ``[n, steps, features]`` with the ``lengths`` of its sequences (``None``: all steps count), or a list of
    arrays ``[steps, features]``.

    Raises:
        DataError: a path that does not exist, a folder without images, an array of another kind, or lengths of
            something else than sequences.
    """
    if isinstance(images, (str, Path)):
        images = [images]
    if not len(images):
        raise DataError(_("Give paths of images, or an array of numbers that is not empty."))
    if lengths is not None and preprocess.kind != "sequence":
        raise DataError(_("lengths: only sequences have them; this model was trained on other data."))
    if isinstance(images, np.ndarray) or not all(isinstance(item, (str, Path)) for item in images):
        if preprocess.kind == "sequence":
            samples, steps = sequences_of_arrays(images, lengths, shape)
            return LoadedImages(samples, tuple(str(i) for i in range(len(samples))), lengths=steps)
        samples = _from_array(np.asarray(images), preprocess, reporter)
        return LoadedImages(samples, tuple(str(i) for i in range(len(samples))))
    paths = [_existing(Path(item).expanduser()) for item in images if isinstance(item, (str, Path))]
    if preprocess.kind == "table":
        return LoadedImages(*load_rows(paths, preprocess, reporter))
    if preprocess.kind == "sequence":
        samples, steps, names = load_sequences(paths, shape)
        return LoadedImages(samples, names, lengths=steps)
    return _from_files(paths, preprocess, reporter)


def _from_files(paths: list[Path], preprocess: Preprocess, reporter: Reporter) -> LoadedImages:
    if preprocess.size is None or preprocess.channels is None:
        raise DataError(_("This model does not know the size of its images; train it again."))
    names, contents, unreadable = _gather(paths, reporter)
    deep, window = preprocess.file_range is not None, preprocess.file_range if preprocess.range_given else None
    plan = Plan(*preprocess.size, preprocess.channels, preprocess.resize, deep, window)
    samples = np.empty((len(names), *plan.shape), np.uint16 if deep else np.uint8)
    whole, read = np.zeros(len(names), bool), np.zeros(len(names), bool)
    with reporter.task(_("Decoding"), len(names), _("images")) as task:
        for done in decode_all(contents, plan):
            if done.pixels is None:
                unreadable.append((names[done.row], _(done.reason)))
            else:
                samples[done.row], read[done.row] = done.pixels, True
                whole[done.row] = done.pixels.dtype == np.uint8
            task.advance()
    files = tuple(name for name, good in zip(names, read, strict=True) if good)
    stored = _both_depths(samples[read], whole[read], preprocess)
    return LoadedImages(stored, files, tuple(sorted(unreadable)))


def _gather(
    paths: list[Path], reporter: Reporter
) -> tuple[list[str], Iterator[tuple[int, Content]], list[tuple[str, str]]]:
    """Names of all files that are meant, each once, what gives their contents, and what is known to be unreadable."""
    names: list[str] = []
    parts: list[tuple[dict[int, int], Iterator[tuple[int, Content]]]] = []  # with the places of its files in ``names``
    unreadable: dict[str, tuple[str, str]] = {}
    known: set[str] = set()

    def take(found: list[str], contents: Iterator[tuple[int, Content]]) -> None:
        places: dict[int, int] = {}
        for row, name in enumerate(found):
            whole = _written_out(name)
            if whole not in known:
                known.add(whole)
                places[row] = len(names)
                names.append(name)
        parts.append((places, contents))

    for path in paths:
        kind = _kind_of(path)
        if kind == "image":
            take([str(path)], iter([(0, path)]))
            continue
        # Whatever folders mean: all images are taken, loose ones and those in folders.
        listing = (folder_files(path) if kind == "folder" else archive_files(path, path.name)).listing(reporter)
        require_images(len(listing.names) + len(listing.unreadable), listing.ignored, path)
        if kind == "folder":  # the names by which its files are found again, also where they are no UTF-8
            take([str(content) for _row, content in listing.contents()], listing.contents())
        else:
            take([str(path / name) for name in listing.names], listing.contents())
        for name, reason in listing.unreadable:
            unreadable.setdefault(_written_out(path / name), (str(path / name), _(reason)))
    contents = ((places[row], content) for places, part in parts for row, content in part if row in places)
    return names, contents, list(unreadable.values())


def _written_out(path: str | Path) -> str:
    """The path from the root, without ``..``; links are not followed, as two names of a file in a folder are two."""
    return os.path.normpath(Path(path).absolute())


def _existing(path: Path) -> Path:
    """The path that is meant, in whatever form of Unicode its name is kept.

    Raises:
        DataError: a folder above it may not be looked into.
    """
    try:
        return existing(path)
    except PermissionError:
        raise _forbidden(path) from None


def _forbidden(path: Path) -> DataError:
    message = _("{path}: a folder above it may not be read; change its permissions, or give a copy.")
    return DataError(message.format(path=path))


def _kind_of(path: Path) -> Literal["folder", "archive", "image"]:
    """What is at ``path``, by its name.

    Raises:
        DataError: there is nothing, or nothing that may be looked at.
    """
    try:
        if path.is_dir():
            return "folder"
        if path.is_file() and is_archive(path):
            return "archive"
        if path.exists() or path.is_symlink():
            return "image"
    except PermissionError:
        raise _forbidden(path) from None
    except (OSError, ValueError):  # too long for a path, or a link that leads to itself
        pass
    raise DataError(_("{path}: there is no such file or folder.").format(path=short(str(path))))


def _both_depths(samples: np.ndarray, whole: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """Decoded files in the range of the training samples; ``whole``, bool ``[n]``: those that count from 0 to 255."""
    if whole.all():
        return _in_stored_range(samples, BYTES, preprocess)
    deep = _in_stored_range(samples, preprocess.file_range or FULL, preprocess)
    if not whole.any():
        return deep
    shallow = _in_stored_range(samples, BYTES, preprocess)
    chosen: np.ndarray = np.where(whole[:, None, None, None], shallow, deep)
    return chosen


def _in_stored_range(samples: np.ndarray, limits: Range, preprocess: Preprocess) -> np.ndarray:
    """Samples that count from the one to the other of ``limits``, in the range of the training samples."""
    return rescaled(samples, limits, (preprocess.low, preprocess.high))


def in_training_range(data: Data, preprocess: Preprocess) -> np.ndarray:
    """The samples of other images in the range of the training samples, which the model's preprocessing counts on.

    Files say how their numbers count; arrays are taken as ``load_images`` takes them.
    """
    if data.files is None:
        return _counted_as_trained(data.samples, preprocess)
    return _in_stored_range(data.samples, data.value_range, preprocess)


def _counted_as_trained(array: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """An array in the stored range, in 0 to 255 as bytes, or in 0 to 1 as floats, in the stored range."""
    stored, deep = (preprocess.low, preprocess.high), preprocess.file_range
    kind = array.dtype.kind
    if array.dtype == np.uint8 and (stored[1] <= 1 or deep is not None):
        return rescaled(array, BYTES, stored)
    if deep is not None and (array.dtype == np.uint16 or (kind == "f" and preprocess.range_given)):
        return rescaled(array, deep, stored)
    if array.dtype == np.uint16 and stored == BYTES and array.max() > BYTES[1]:
        return rescaled(array, FULL, stored)
    if kind == "f" and stored[1] > 1 and array.min() >= 0 and array.max() <= 1:
        return rescaled(array, (0.0, 1.0), stored)
    return array


def _from_array(array: np.ndarray, preprocess: Preprocess, reporter: Reporter) -> np.ndarray:
    if array.dtype.kind not in "buif" or not array.size:
        raise DataError(_("Give paths of images, or an array of numbers that is not empty."))
    if preprocess.kind == "table":
        return rows_of_array(array, preprocess)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise DataError(_("The array holds numbers that are NaN or infinite; replace them."))
    array = _with_all_axes(array, preprocess)
    array = _counted_as_trained(array, preprocess)
    value_range = (preprocess.low, preprocess.high)
    return fit_arrays(array, value_range, preprocess.size, preprocess.channels, preprocess.resize, reporter)


def _with_all_axes(array: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """``[n, h, w, c]``; three axes are one image when the last counts channels and the first does not fit better."""
    if array.ndim == 2:
        array = array[None, ..., None]
    if array.ndim == 3:
        several = preprocess.size is not None and array.shape[1:] == preprocess.size
        array = array[None] if array.shape[2] in (1, 3, 4) and not several else array[..., None]
    if array.ndim != 4 or array.shape[3] not in (1, 3, 4):
        message = _(
            "An array of shape {shape} holds no images; give [n, height, width, channels] with 1, 3 or 4 channels."
        )
        raise DataError(message.format(shape=list(array.shape)))
    return array
