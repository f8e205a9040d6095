"""Checkpoints: written beside the target, synced, renamed; a manifest of hashes tells a whole one from a damaged one.

``checkpoints/000123`` is the state after global step 123; ``checkpoints/best`` the weights that scored best.
The newest two numbered ones are kept, so that a damaged newest one costs little.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from trasluz.errors import CheckpointError
from trasluz.files import new_folder
from trasluz.messages import _
from trasluz.reading import checked, open_regular, read_json
from trasluz.reporting import Reporter
from trasluz.runs.state import load_state, save_state

_KEPT = 2


def write_checkpoint(checkpoints: Path, name: str, state: object) -> None:
    """Writes ``checkpoints/<name>`` atomically and deletes numbered ones older than the newest two.

    Raises:
        StorageError: disk full or not writable; older checkpoints are untouched.
    """
    with new_folder(checkpoints / name) as folder:
        save_state(folder, state)
        hashes = {path.name: _hash(path) for path in sorted(folder.iterdir())}
        (folder / "manifest.json").write_text(json.dumps(hashes, indent=2), encoding="utf-8")
    _prune(checkpoints)


def _prune(checkpoints: Path) -> None:
    for old in numbered(checkpoints)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def numbered(checkpoints: Path) -> list[Path]:
    """Numbered checkpoints, oldest first."""
    found = checkpoints.iterdir() if checkpoints.is_dir() else ()
    return sorted((p for p in found if p.is_dir() and p.name.isdecimal()), key=lambda p: int(p.name))


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """The state in ``folder``.

    Raises:
        CheckpointError: a file is missing or its hash is not the one in the manifest.
    """
    try:
        manifest = checked(dict[str, str], read_json(folder / "manifest.json"))
        wrong = [name for name, digest in manifest.items() if _hash(folder / Path(name).name) != digest]
        if wrong:
            raise CheckpointError(
                _("{path}: damaged ({names} changed since it was written).").format(path=folder, names=", ".join(wrong))
            )
        return checked(dict[str, Any], load_state(folder))
    except (OSError, ValueError) as error:
        raise CheckpointError(_("{path}: damaged ({reason}).").format(path=folder, reason=error)) from None


def read_newest(checkpoints: Path, reporter: Reporter) -> dict[str, Any] | None:
    """The newest whole checkpoint, or ``None`` when none was ever written; damaged ones are said aloud.

    Raises:
        CheckpointError: there are checkpoints, but every one is damaged.
    """
    found = numbered(checkpoints)
    for folder in reversed(found):
        try:
            return read_checkpoint(folder)
        except CheckpointError as error:
            reporter.warn(_("Checkpoint {error} The one before it is used.").format(error=error))
    if found:
        raise CheckpointError(
            _("{path}: every checkpoint is damaged; train again with `trasluz train`.").format(path=checkpoints)
        )
    return None


def discard_after(checkpoints: Path, step: int) -> None:
    """Deletes numbered checkpoints later than ``step``: damaged ones, which a resumed run will write again; and those
    that are too old, which a kill can have left half-deleted."""
    for folder in numbered(checkpoints):
        if int(folder.name) > step:
            shutil.rmtree(folder, ignore_errors=True)
    _prune(checkpoints)


def _hash(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with open_regular(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
