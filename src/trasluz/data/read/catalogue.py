"""Named data sets of IDX files: where their files are looked for, fetched from and checked against."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trasluz.data.read.download import DownloadError, download
from trasluz.data.read.folders import data_folders, downloads_of, folders_of
from trasluz.data.read.idx import IdxPart
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reporting import Reporter

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


@dataclass(frozen=True)
class Entry:
    """A data set in four IDX files. ``sha256`` is of the gzipped files; ``mirrors`` end in a slash."""

    name: str
    sha256: Mapping[str, str]
    mirrors: tuple[str, ...]
    package: str | None = None
    archive: str | None = None
    class_names: Mapping[Hashable, str] = field(default_factory=dict)


def find_files(entry: Entry) -> list[IdxPart] | Path | None:
    """The files, or the archive of images, from the first place that has either; ``None`` when no place has."""
    for folder in folders_of(entry.name):
        files = [_plain_or_gzipped(folder, name) for name in FILES]
        if all(files):
            return _parts([path for path in files if path])
        if entry.archive and folder in data_folders() and (folder / entry.archive).is_file():
            return folder / entry.archive
    return None


def fetch_files(entry: Entry, reporter: Reporter) -> list[IdxPart]:
    """Downloads the four files into the user's cache.

    Raises:
        DataError: there is no network, or what came is not the published file.
        StorageError: they cannot be written.
    """
    folder = downloads_of(entry.name)
    paths = []
    for name in FILES:
        path = folder / f"{name}.gz"
        if not path.is_file():
            _fetch(entry, path, reporter)
        paths.append(path)
    return _parts(paths)


def _fetch(entry: Entry, path: Path, reporter: Reporter) -> None:
    try:
        urls = [f"{mirror}{path.name}" for mirror in entry.mirrors]
        download(urls, path, entry.sha256[path.name.removesuffix(".gz")], reporter)
    except DownloadError as error:
        raise DataError(_without_network(entry, str(error))) from None


def _without_network(entry: Entry, reason: str) -> str:
    """One sentence that names every way to the data."""
    ways = [
        _("put its four IDX files, or a folder {name} with them, into a folder named in TRASLUZ_DATA").format(
            name=entry.name
        )
    ]
    if entry.archive:
        ways.append(_("put {archive} there").format(archive=entry.archive))
    if entry.package:
        ways.append(_("install Debian's package {package}").format(package=entry.package))
    ways.append(_("try again with a network"))
    message = _("{name}: not on this machine, and it cannot be downloaded ({reason}); {ways}.")
    return message.format(name=entry.name, reason=reason, ways=_("; or ").join(ways))


def _plain_or_gzipped(folder: Path, name: str) -> Path | None:
    candidates = (folder / name, folder / f"{name}.gz", folder / name.replace("-idx", ".idx"))
    return next((path for path in candidates if path.is_file()), None)


def _parts(paths: list[Path]) -> list[IdxPart]:
    return [IdxPart("train", paths[0], paths[1]), IdxPart("test", paths[2], paths[3])]
