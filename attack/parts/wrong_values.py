"""Wrong values in every field of every family's recipe, and for every option of every command.

A recipe is taken as far as its first batches; what is allowed counts as well as what is refused in a sentence.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from attack.attempt import Attempt, Ended
from attack.forked import call, trasluz
from attack.samples import write_samples
from attack.victims import RECIPES, make_run

TITLE = "Wrong values in recipes and options"
COUNT = 800
HANG = 40.0  # seconds; half of what is refused is refused after PyTorch was asked
STARTED = "the first batches went well"

VALUES: tuple[Any, ...] = (
    None,
    "",
    "x",
    [],
    [1],
    {},
    {"name": "x"},
    {"x": 1},
    -1,
    0,
    1,
    0.5,
    3,
    1 << 40,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    True,
    False,
    [0],
    [-1, 2],
    "y" * 100_000,
)
WORDS = ("", "x", "-1", "0", "1e309", "nan", "9" * 40, "nowhere/at/all", "given", "y" * 100_000, "ñ\n\t", "[1", "1,2")


def attempts(seed: int, count: int, folder: Path) -> Iterator[Attempt]:
    """Half of ``count`` in recipes, half in options."""
    chance = random.Random(seed)
    folder.mkdir(exist_ok=True)
    yield from in_recipes(chance, (count + 1) // 2, folder / "recipes")
    yield from in_options(chance, count // 2, folder / "options", make_run("classifier", folder / "victims"))


def in_recipes(chance: random.Random, count: int, folder: Path) -> Iterator[Attempt]:
    """``count`` recipes with one wrong value each, in the turn of their fields."""
    folder.mkdir(parents=True)
    plans = []
    for name, recipe in RECIPES.items():
        whole = _complete(recipe.text(name))
        plans += [(name, whole, path) for path in _fields(whole) if path[0] != "version"]
    chance.shuffle(plans)
    for number in range(count):
        name, whole, path = plans[number % len(plans)]
        value = chance.choice([value for value in VALUES if not _is_right_number_of_processes(path, value)])
        file = folder / f"{number}.yaml"
        file.write_text(yaml.safe_dump(_with(whole, path, value)), encoding="utf-8")
        ended = call(train_until_started, [str(file), str(folder / "runs")], folder, HANG)
        field = ".".join(map(str, path))
        fault = ended.fault or _said(ended, (0, 2))
        told = f"{name} {field}={str(value)[:40]!r}: {fault} [{ended.text[-300:].strip()}]" if fault else ""
        yield Attempt("recipe", str(path[0]), told, ended.seconds, ended.memory)


def _is_right_number_of_processes(path: tuple[Any, ...], value: Any) -> bool:
    """Whether it would start further processes, which come from the program that was started: here this attack."""
    return path in (("compute", "devices"), ("compute", "nodes")) and isinstance(value, int) and 1 < value < 1000


def in_options(chance: random.Random, count: int, folder: Path, run: Path) -> Iterator[Attempt]:
    """``count`` commands on ``run`` with one wrong option each, in the turn of their options."""
    folder.mkdir(parents=True)
    write_samples(folder / "given", "image")
    plans = [(words, option) for words, options in _commands(run) for option in options]
    chance.shuffle(plans)
    for number in range(count):
        words, option = plans[number % len(plans)]
        value = chance.choice(WORDS)
        line = [*words, option, value] if option else [*words[:-1], value]
        work = call(train_words, line, folder, HANG) if words[0] in ("train", "study") else None
        ended = work or trasluz(*line, folder=folder, seconds=HANG)
        fault = ended.fault or _said(ended, (0, 1, 2))
        told = f"{' '.join(words)} {option} {value[:40]!r}: {fault} [{ended.text[-300:].strip()}]" if fault else ""
        yield Attempt("option", words[0], told, ended.seconds, ended.memory)


def _said(ended: Ended, codes: Sequence[int]) -> str:
    if ended.code not in codes:
        return f"ended with {ended.code}"
    return "failed without a word" if ended.code and not ended.text.strip() else ""


def train_until_started(words: Sequence[str]) -> int:
    """``trasluz train`` of a recipe as far as its first batches; in the forked process."""
    recipe, runs = words
    return train_words(["train", recipe, "--runs", runs])


def train_words(words: Sequence[str]) -> int:
    """A command that trains, as far as the first batches of its first training; in the forked process."""
    import torch

    from trasluz.cli.__main__ import run
    from trasluz.errors import WorkError

    def started(*_all: object) -> None:
        raise WorkError(STARTED)

    torch.set_num_threads(1)
    training = importlib.import_module("trasluz.api.training")
    training.run_to_end = started  # type: ignore[attr-defined]  # in a process of its own that ends with the attempt
    code = run(words)
    return 0 if code == 1 else code


def _complete(text: str) -> dict[str, Any]:
    from trasluz.recipe.recipe import from_yaml

    whole = from_yaml(text, "recipe").to_dict()
    whole["model"] = _model(whole["model"])
    return whole


def _model(model: dict[str, Any]) -> dict[str, Any]:
    """The family's settings with all their fields."""
    from trasluz.families import base

    config = base.get(model["family"]).Config
    given = config.model_validate({k: v for k, v in model.items() if k != "family"})
    return {"family": model["family"], **given.model_dump(mode="json"), **model}


def _fields(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values and of all groups of values."""
    found = [path] if path else []
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return found + [inner for key, value in pairs for inner in _fields(value, (*path, key))]


def _with(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    key, *rest = path
    if isinstance(tree, list):
        return [_with(one, tuple(rest), value) if number == key else one for number, one in enumerate(tree)]
    return {**tree, key: _with(tree[key], tuple(rest), value)}


_BASES = {
    "train": ["digits-cnn", "--set", "data.limit=60"],
    "resume": ["{run}"],
    "evaluate": ["{run}"],
    "report": ["{run}"],
    "findings": ["{run}"],
    "predict": ["{run}", "given"],
    "reconstruct": ["{run}", "given"],
    "generate": ["{run}"],
    "translate": ["{run}", "given", "--to", "1"],
    "look": ["{run}", "kernels"],
    "compare": ["{run}", "{run}"],
    "runs list": ["."],
    "runs delete": ["nowhere"],
    "recipes show": ["digits-cnn"],
    "data check": ["digits"],
    "data preview": ["digits-cnn"],
    "study": ["pooling", "--set", "data.source=digits"],
}


def _commands(run: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Every command that has a base line here or needs none, with its options; ``""`` stands for its last argument."""
    from trasluz.cli.app import build
    from trasluz.cli.console import Console

    for name, command in _leaves(build(Console()), ()):
        base = [word.format(run=run) for word in _BASES.get(name, [])]
        if name == "data cache clear":
            continue
        options = [max(p.opts, key=len) for p in command.params if p.param_type_name == "option" and not p.is_flag]
        words = [*name.split(), *base]
        yield words, [*options, *([""] if base else [])]


def _leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield " ".join(path), command
        return
    for name, child in children.items():
        yield from _leaves(child, (*path, name))
