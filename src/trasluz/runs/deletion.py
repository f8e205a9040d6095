"""Deleting a run, so that whatever a kill leaves of it can be deleted by the same words."""

from __future__ import annotations

import shutil
from pathlib import Path

from trasluz.errors import RunError
from trasluz.files import storage
from trasluz.locks import lock_of
from trasluz.messages import _
from trasluz.runs.half import begins_with, is_emptied, is_half


def check_deletable(path: str | Path) -> None:
    """Makes sure that ``path`` is the folder of a run, whole or half-written, and no link to one.

    Raises:
        RunError: it is not.
    """
    folder = Path(path)
    if folder.is_symlink():
        message = _("{path}: this is a link, so nothing is deleted; the folder that it leads to is {target}.")
        raise RunError(message.format(path=path, target=folder.resolve()))
    if not folder.is_dir():
        raise RunError(_("{path}: there is no such run folder; `trasluz runs list` shows the runs.").format(path=path))
    whole = (folder / "run.json").is_file() and (folder / "recipe.yaml").is_file()
    if not whole and not is_half(folder) and not is_emptied(folder):
        raise RunError(_("{path}: this is not a run folder, so it is not deleted.").format(path=path))


def delete_run(path: str | Path) -> None:
    """Deletes a run folder, whole or half-written, for good; of links in it, only the links.

    Raises:
        RunError: the folder is not a run, or a link.
        HeldError: it is being trained.
        StorageError: it cannot be deleted.
    """
    check_deletable(path)
    folder = Path(path).resolve()  # also where somebody stands in it
    with lock_of(folder), storage(folder):
        # What a kill leaves at any moment is still known for a half-written run by the recipe, which goes last.
        (folder / "run.json").unlink(missing_ok=True)
        for entry in sorted(folder.iterdir(), key=begins_with):
            if entry.name not in ("recipe.yaml", ".lock"):
                _remove(entry)
        (folder / "recipe.yaml").unlink(missing_ok=True)
        shutil.rmtree(folder)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
