"""Files by the names that people type: the same text can be composed Unicode or decomposed, and disks keep either."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.read.split_names import composed


def existing(path: Path) -> Path:
    """``path``, or where nothing is called so, what is there under the same names in another form of Unicode.

    What is called just so comes first; of several others the first by its own name.  Where there is none ``path``
    comes back as it is, for the caller to refuse.

    Raises:
        PermissionError: a folder above it may not be looked into.
    """
    if str(path).isascii() or _is_there(path):
        return path
    found = Path(path.anchor)
    for part in path.parts[len(found.parts) :]:
        if not _is_there(found / part):
            alike = sorted(name for name in _inside(found) if composed(name) == composed(part))
            if not alike:
                return path
            part = alike[0]
        found /= part
    return found


def _is_there(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except PermissionError:
        raise
    except (OSError, ValueError):  # too long for a path, or with characters that no path has
        return False


def _inside(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
