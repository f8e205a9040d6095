"""Which run a word at the command line means: a folder, the beginning of a name, or ``last``."""

from __future__ import annotations

from pathlib import Path

from trasluz.errors import RunError, nearest
from trasluz.messages import _, short

LAST = "last"
_RUNS = Path("runs")
_FEWEST = 3  # letters of a beginning: fewer are a slip rather than a name
_MOST_NAMED = 5


def which_run(given: Path) -> Path:
    """The run folder that ``given`` means; ``given`` itself where that is none, so that what opens it says why not.

    A run is meant by its path, by a beginning of its folder's name that only one has, by one of the last part of that
    name, or by ``last``, which is the newest in ``runs/``.

    Raises:
        RunError: no run is meant, and what is meant instead can be said: several runs, or a recipe.
    """
    if given.exists():
        return given
    parent = given.parent if given.parent != Path() else _RUNS
    runs, word = _runs_in(parent), given.name
    if str(given) == LAST:
        if not runs:
            message = _("last: there are no runs in {folder}; `trasluz train` makes one.")
            raise RunError(message.format(folder=parent))
        return max(runs, key=_started)
    meant = _beginning(runs, word)
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise RunError(_several(word, meant))
    _refuse_recipe(given, runs)
    guess = nearest(word, [run.name for run in runs])
    if guess:
        message = _("{path}: there is no such run. Did you mean {guess}?")
        raise RunError(message.format(path=short(str(given)), guess=parent / guess))
    return given


def _runs_in(folder: Path) -> list[Path]:
    try:
        return sorted(path.parent for path in folder.glob("*/run.json"))
    except OSError:
        return []


def _started(run: Path) -> tuple[str, float]:
    """When a run was made, as its folder says; its files' time decides where it does not."""
    from trasluz.runs.folder import RunFolder

    try:
        return str(RunFolder(run).info().get("created", "")), run.stat().st_mtime
    except (RunError, OSError):
        return "", 0.0


def _beginning(runs: list[Path], word: str) -> list[Path]:
    """Those whose name, or the last part of it, begins with ``word``."""
    if len(word) < _FEWEST:
        return []
    return [run for run in runs if run.name.startswith(word) or run.name.rpartition("-")[2].startswith(word)]


def _several(word: str, meant: list[Path]) -> str:
    named = ", ".join(str(run) for run in meant[-_MOST_NAMED:])
    message = _("{word}: {n} runs begin so, the newest {named}; give more letters, or `last` for the newest of all.")
    return message.format(word=short(word), n=len(meant), named=named)


def _refuse_recipe(given: Path, runs: list[Path]) -> None:
    """Says which runs there are of a recipe where a recipe's name was given.

    Raises:
        RunError: ``given`` is a recipe.
    """
    from trasluz.recipe import built_in_names

    name = str(given)
    if name not in built_in_names():
        return
    made = [run for run in runs if f"-{name}-" in run.name]
    if not made:
        message = _("{name}: this is a recipe, and no run of it is in {folder}; `trasluz train {name}` makes one.")
        raise RunError(message.format(name=name, folder=_RUNS))
    message = _("{name}: this is a recipe, not a run; its newest run is {run}.")
    raise RunError(message.format(name=name, run=max(made, key=_started)))
