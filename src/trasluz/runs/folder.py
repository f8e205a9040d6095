"""The run folder: everything needed to read, resume, serve or repeat a run. The folder is the truth.

It is the store (``training/store.py``) of a training that survives a kill.

run.json         status, recipe hash, data fingerprint, versions, packages of parts that are not ours, hardware,
                 timings (written atomically)
recipe.yaml      the resolved recipe, complete
splits.npz       the rows of train, valid and test, fixed when the run started
groups.npz       which rows belong together, where that was said
metrics.jsonl    one line per record, appended; a resume cuts it back to the checkpoint's byte offset
steps.jsonl      means of the training terms over stretches of steps, kept and cut back in the same way
model/           weights.safetensors + config.json + preprocess.json
checkpoints/     the newest two and the best
looks/<name>/    arrays and pictures
data_place.json  where its data lie now, once somebody said so
mixture.safetensors  Gaussians fitted to the codes, once images were drawn from such
best/            what was found with the weights in checkpoints/best, by the same names
findings.json    what went wrong, with its evidence, in every language
report.html      one file, no network
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz.components import lost_package, packages_of
from trasluz.errors import DamagedError, RecipeError, RunError, UnknownPartError
from trasluz.files import refuse_links_out, state_of, storage, write_bytes, write_json
from trasluz.messages import _, in_unicode
from trasluz.reading import checked, read_json
from trasluz.recipe import Recipe, from_yaml
from trasluz.recipe.text import RefusedTextError, read_text
from trasluz.reporting import Reporter
from trasluz.runs.facts import MOST_FORMATS, Facts, Status, check_facts
from trasluz.runs.half import is_half
from trasluz.runs.lines import append_lines, cut_lines, present_names, read_last, read_lines, size_of

if TYPE_CHECKING:
    import numpy as np

    from trasluz.model.model import Model

__all__ = ["FORMAT", "RunFolder", "Status", "list_runs"]
FORMAT = 2  # 1: by version 0.1, whose recipes had other words and so other hashes


@dataclass(frozen=True)
class RunFolder:
    """One run on disk; holds no state of its own."""

    path: Path

    @staticmethod
    def plan(runs: Path, recipe: Recipe) -> RunFolder:
        """Where a new run would lie, ``<date>-<recipe>-<short id>`` under ``runs``; writes nothing."""
        stamp = datetime.now().astimezone().strftime("%Y%m%d")
        return RunFolder(runs / f"{stamp}-{recipe.name}-{secrets.token_hex(3)}")

    @staticmethod
    def check_parent(runs: Path) -> None:
        """Makes sure that runs can be made in ``runs``, before any work is done for one; leaves no trace.

        Raises:
            RunError: the folder, or the nearest one above it that exists, cannot be written.
        """
        if in_unicode(str(runs.absolute())) != str(runs.absolute()):  # which libraries that read weights refuse
            message = _("--runs {path}: this path is no UTF-8, so no run can be kept there; choose another folder.")
            raise RunError(message.format(path=in_unicode(str(runs))))
        nearest = next(p for p in (runs, *runs.absolute().parents) if p.exists())
        try:
            with tempfile.TemporaryFile(dir=nearest):
                pass
        except OSError as error:
            message = _("--runs {path}: no run can be written there ({reason}); choose a folder that you may write to.")
            raise RunError(message.format(path=runs, reason=error.strerror)) from None

    def create(
        self,
        recipe: Recipe,
        rows: Mapping[str, np.ndarray] | None = None,
        groups: np.ndarray | None = None,
        /,
        **facts: Any,
    ) -> None:
        """Makes the folder with its recipe, the ``rows`` of each split, their ``groups`` and its first ``run.json``.

        ``run.json``, which also holds ``facts``, comes last: without it the folder is no run yet (``runs/half.py``).

        Raises:
            StorageError: the folder cannot be written.
        """
        self.begin(recipe)
        if rows is not None:
            from trasluz.runs.splits import save_splits

            save_splits(self.path, dict(rows))
        if groups is not None:
            from trasluz.runs.groups import save_groups

            save_groups(self.path, groups)
        self.describe(recipe, **facts)

    def begin(self, recipe: Recipe) -> None:
        """Makes the folder with its recipe; it is no run before ``describe``.

        Raises:
            StorageError: the folder cannot be written.
        """
        with storage(self.path):
            self.path.mkdir(parents=True, exist_ok=True)  # what is in it already is refused just below
            for name in ("model", "checkpoints", "looks"):
                (self.path / name).mkdir()
        write_bytes(self.path / "recipe.yaml", recipe.to_yaml().encode())

    def describe(self, recipe: Recipe, **facts: Any) -> None:
        """Writes the first ``run.json``."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        start = {"format": FORMAT, "name": recipe.name, "status": "created", "created": created}
        told = {"recipe_hash": recipe.hash, "packages": _packages(recipe)}
        write_json(self.path / "run.json", {**start, **told, **facts})

    @staticmethod
    def open(path: str | Path) -> RunFolder:
        """An existing run.

        Raises:
            RunError: not a run folder, incomplete, from a newer version, or with a link that leads out of it.
        """
        folder = RunFolder(Path(path))
        if not folder.path.is_dir():
            raise RunError(
                _("{path}: there is no such run folder; `trasluz runs list` shows the runs.").format(path=path)
            )
        missing = [name for name in ("run.json", "recipe.yaml") if not (folder.path / name).is_file()]
        if missing:
            names = ", ".join(missing)
            if not os.path.lexists(folder.path / "run.json") and is_half(folder.path):
                message = _(
                    "{path}: {names} is missing, as where a run was only half made or half deleted; remove it with: "
                    "trasluz runs delete {path}"
                )
                raise RunError(message.format(path=path, names=names))
            kind = RunError if "run.json" in missing and len(missing) == 2 else DamagedError
            raise kind(
                _("{path}: this is not a complete run folder: {names} is missing.").format(path=path, names=names)
            )
        refuse_links_out(folder.path)
        folder.info()
        return folder

    def info(self) -> dict[str, Any]:
        """What ``run.json`` says now; it is parsed again only when the file changed.

        Raises:
            RunError: the file is damaged or from a newer version.
        """
        return Facts(_read_info(self.path, _state_of(self.path / "run.json")))

    def update_info(self, **values: Any) -> None:
        """Replaces fields of ``run.json`` atomically."""
        write_json(self.path / "run.json", {**self.info(), **values})

    def recipe(self) -> Recipe:
        """The resolved recipe; it is parsed again only when ``recipe.yaml`` changed.

        Raises:
            DamagedError: the file is damaged.
            RecipeError: it holds something that this version does not know, or a package that brought a part is
                missing.
        """
        file = self.path / "recipe.yaml"
        try:
            return _read_recipe(file, _state_of(file))
        except UnknownPartError as error:
            told = lost_package(str(error), self.info().get("packages", {}))
            raise UnknownPartError(f"{self.path}: {error} {told}") from error

    def write_recipe(self, recipe: Recipe) -> None:
        """Replaces the recipe (a run that is trained on with new settings)."""
        write_bytes(self.path / "recipe.yaml", recipe.to_yaml().encode())
        self.update_info(packages=_packages(recipe))

    @property
    def _metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def _steps(self) -> Path:
        return self.path / "steps.jsonl"

    def append_metrics(self, record: Mapping[str, Any]) -> None:
        """Appends one record to ``metrics.jsonl``."""
        self.extend_metrics([record])

    def extend_metrics(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Appends records to ``metrics.jsonl``."""
        append_lines(self._metrics, records)

    def append_steps(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Appends records to ``steps.jsonl``."""
        append_lines(self._steps, records)

    def metrics_offset(self) -> int:
        """The size of ``metrics.jsonl`` in bytes."""
        return size_of(self._metrics)

    def steps_offset(self) -> int:
        """The size of ``steps.jsonl`` in bytes."""
        return size_of(self._steps)

    def cut_metrics(self, offset: int) -> None:
        """Cuts ``metrics.jsonl`` back to ``offset`` bytes."""
        cut_lines(self._metrics, offset)

    def cut_steps(self, offset: int) -> None:
        """Cuts ``steps.jsonl`` back to ``offset`` bytes."""
        cut_lines(self._steps, offset)

    def metrics(self) -> list[dict[str, Any]]:
        """All complete records, oldest first; a half-written last line is left out.

        Raises:
            RunError: a line is damaged.
        """
        return [present_names(record) for record in read_lines(self._metrics)]

    def last_metrics(self) -> dict[str, Any]:
        """The last of ``metrics``, empty where there is none; reads the end of the file alone.

        Raises:
            RunError: that line is damaged.
        """
        return present_names(read_last(self._metrics))

    def steps(self) -> list[dict[str, Any]]:
        """The records of ``steps.jsonl`` (``training/stretches.py`` says what they hold); none in older runs.

        Raises:
            RunError: a line is damaged.
        """
        return read_lines(self._steps, ("from", "to"))

    @property
    def how_to_resume(self) -> str:
        """The command that goes on."""
        return f"trasluz resume {self.path}"

    def write_checkpoint(self, name: str, state: Mapping[str, Any]) -> None:
        """Writes ``checkpoints/<name>`` atomically.

        Raises:
            StorageError: disk full or not writable; older checkpoints are untouched.
        """
        from trasluz.runs.checkpoint import write_checkpoint

        write_checkpoint(self.path / "checkpoints", name, state)

    def newest_checkpoint(self, reporter: Reporter) -> dict[str, Any] | None:
        """The newest whole checkpoint under a number; ``None`` where there is none.

        Raises:
            CheckpointError: there are some, but every one is damaged.
        """
        from trasluz.runs.checkpoint import read_newest

        found: dict[str, Any] | None = read_newest(self.path / "checkpoints", reporter)
        return found

    def discard_checkpoints_after(self, step: int) -> None:
        """Deletes numbered checkpoints later than ``step``."""
        from trasluz.runs.checkpoint import discard_after

        discard_after(self.path / "checkpoints", step)

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Writes ``looks/<name>.npz`` atomically.

        Raises:
            StorageError: disk full or not writable.
        """
        import numpy as np

        target = self.path / "looks" / f"{name}.npz"
        with storage(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
        write_bytes(target, content.getvalue())

    def array_names(self, folder: str) -> tuple[str, ...]:
        """The names ``<folder>/…`` of arrays under ``looks/``, sorted."""
        return tuple(sorted(f"{folder}/{path.stem}" for path in (self.path / "looks" / folder).glob("*.npz")))

    def delete_arrays(self, name: str) -> None:
        """Deletes ``looks/<name>.npz``."""
        (self.path / "looks" / f"{name}.npz").unlink(missing_ok=True)

    def write_model(self, recipe: Recipe, model: Model) -> None:
        """Writes ``model/`` atomically."""
        from trasluz.model.storing import save_model

        weights = model.networks.state_dict()
        save_model(self.path / "model", recipe.model, model.spec, weights, model.preprocess, model.layout)

    def size(self) -> int:
        """Bytes that the folder takes."""
        return _size(self.path)


def _packages(recipe: Recipe) -> dict[str, str]:
    """The packages that bring parts of the recipe, by the names of these parts."""
    return packages_of(
        {name: part for name, part in recipe.to_dict().items() if name not in ("name", "description", "about")}
    )


def _state_of(file: Path) -> tuple[int, int, int]:
    """``state_of`` a file that makes a run.

    Raises:
        DamagedError: something else stands in its place, or nothing that can be reached.
    """
    try:
        return state_of(file)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _damaged(file, str(error.strerror)) from None


def _damaged(file: Path, reason: str) -> DamagedError:
    message = _("{path}: {name} is damaged ({reason}); restore it from a copy of the run.")
    return DamagedError(message.format(path=file.parent, name=file.name, reason=reason.rstrip(".")))


@lru_cache(maxsize=256)
def _read_info(run: Path, _state: tuple[int, int, int]) -> dict[str, Any]:
    file = run / "run.json"
    try:
        info = checked(dict[str, Any], read_json(file))
        version = info.get("format")
        # A newer one is refused as such, whatever it holds.
        if not isinstance(version, int) or not FORMAT < version <= MOST_FORMATS:
            return check_facts(info)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise _damaged(file, str(error)) from None
    message = _(
        "{path}: this run was written by a newer version of Trasluz (format {version}, known "
        "up to {known}); upgrade trasluz."
    )
    raise RunError(message.format(path=run, version=version, known=FORMAT))


@lru_cache(maxsize=64)
def _read_recipe(file: Path, _state: tuple[int, int, int]) -> Recipe:
    try:
        text = read_text(file)
    except (OSError, ValueError, RefusedTextError) as error:
        raise _damaged(file, str(error)) from None
    try:
        return from_yaml(text, str(file))
    except UnknownPartError:
        raise
    except RecipeError as error:
        told = str(error)
        raise RecipeError(told if str(file) in told else f"{file}: {told}") from None


def _size(folder: str | Path) -> int:
    """Bytes of the files below ``folder``; what is deleted meanwhile, or may not be read, counts nothing."""
    total = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    total += _size(entry.path)
                elif entry.is_file():
                    total += entry.stat().st_size
    return total


def list_runs(runs: str | Path) -> Iterator[RunFolder]:
    """The runs directly under a folder, in the order of their names; folders that are not runs, or that somebody is
    still making under a hidden name, are passed over."""
    root = Path(runs)
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if not path.name.startswith(".") and (path / "run.json").is_file():
            yield RunFolder(path)
