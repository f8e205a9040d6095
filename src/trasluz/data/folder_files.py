"""Image files in a folder, or given as a list of paths."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trasluz.data.raw import Loader


def list_folder(root: Path) -> list[str]:
    """Relative paths of all files under ``root``, sorted, with forward slashes; links that loop are not followed twice."""
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders.sort()
        base = Path(folder).relative_to(root)
        found += [(base / file).as_posix() for file in files]
    return sorted(found)


@dataclass(frozen=True)
class FolderFiles:
    """Files by path; ``names`` are how they are called in lists and pages."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]

    @staticmethod
    def under(root: Path, names: Sequence[str]) -> FolderFiles:
        """Files of ``root`` by their relative names."""
        return FolderFiles(tuple(root / name for name in names), tuple(names))

    @property
    def stamp(self) -> str:
        """Names, sizes and times of change."""
        digest = hashlib.blake2b(digest_size=16)
        for path, name in zip(self.paths, self.names, strict=True):
            try:
                status = path.stat()
                digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
            except OSError:
                digest.update(f"{name}\0absent\n".encode())
        return digest.hexdigest()

    def loaders(self) -> Iterator[tuple[int, Loader]]:
        """Each file is read where it is decoded, in parallel."""
        for position, path in enumerate(self.paths):
            yield position, path.read_bytes
