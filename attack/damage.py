"""Ways to damage one file of a run: bytes, numbers, types and shapes, what stands in its place. Each says its name."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

DEEP = 100_000  # brackets
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3,
    1 << 62,
    10**400,
    -(10**18),
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\0",
    "y" * 100_000,
    [],
    {},
    [None],
    [[[]]],
    {"x": {}},
    [1, 2, 3],
)
Damage = Callable[[Path, random.Random, Path], None]


def damages(path: Path) -> dict[str, Damage]:
    """What can be done to this file, by name. Each takes the file, a source of chance, and another run's file."""
    found = dict(_ANY)
    if path.suffix in (".json", ".jsonl"):
        found |= _JSON
    if path.suffix == ".yaml":
        found |= _YAML
    if path.suffix == ".npz":
        found |= _NPZ
    if path.suffix == ".safetensors":
        found |= _TENSORS
    return found


def mend_manifest(path: Path) -> None:
    """Makes the manifest of a checkpoint agree with its damaged files, so that only their contents tell."""
    manifest = path.parent / "manifest.json"
    if path == manifest or not manifest.is_file() or not path.is_file():
        return
    hashes = {
        file.name: hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
        for file in sorted(path.parent.iterdir())
        if file.is_file() and file != manifest
    }
    manifest.write_text(json.dumps(hashes), encoding="utf-8")


def _delete(path: Path, _chance: random.Random, _other: Path) -> None:
    path.unlink()


def _empty(path: Path, _chance: random.Random, _other: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path, _chance: random.Random, _other: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _noise(path: Path, chance: random.Random, _other: Path) -> None:
    path.write_bytes(chance.randbytes(max(path.stat().st_size, 100)))


def _flip(path: Path, chance: random.Random, _other: Path) -> None:
    content = bytearray(path.read_bytes() or b"0")
    for _time in range(3):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _of_another(path: Path, _chance: random.Random, other: Path) -> None:
    if other.is_file():
        shutil.copyfile(other, path)
    else:
        path.write_bytes(b"PK\3\4")


def _folder(path: Path, _chance: random.Random, _other: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("x", encoding="utf-8")


def _file_for_folder(path: Path, _chance: random.Random, _other: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_text("x", encoding="utf-8")


def _dangling(path: Path, _chance: random.Random, _other: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _loop(path: Path, _chance: random.Random, _other: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _pipe(path: Path, _chance: random.Random, _other: Path) -> None:
    path.unlink()
    os.mkfifo(path)


_ANY: dict[str, Damage] = {
    "deleted": _delete,
    "emptied": _empty,
    "cut in half": _cut,
    "random bytes": _noise,
    "bits flipped": _flip,
    "another run's file": _of_another,
    "a folder in its place": _folder,
    "a file in place of its folder": _file_for_folder,
    "a link to nowhere": _dangling,
    "a link to itself": _loop,
    "a pipe in its place": _pipe,
}


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    pairs = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    for key, value in pairs:
        yield tree, key
        yield from _nodes(value)


def wrong_value(tree: Any, chance: random.Random) -> Any:
    """The tree with the value at a random place, at any level, replaced by one of the wrong kind, or left out."""
    places: dict[int, list[tuple[Any, Any]]] = {}
    for place in _nodes(tree):
        places.setdefault(id(place[0]), []).append(place)
    if not places or chance.random() < 0.03:
        return chance.choice(WRONG)
    container, key = chance.choice(chance.choice(list(places.values())))
    if isinstance(container, dict) and chance.random() < 0.15:
        del container[key]
    else:
        container[key] = chance.choice(WRONG)
    return tree


def _numbers(tree: Any, number: Any) -> Any:
    """The tree with every number replaced."""
    if isinstance(tree, dict):
        return {key: _numbers(value, number) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_numbers(value, number) for value in tree]
    return number if isinstance(tree, (int, float)) and not isinstance(tree, bool) else tree


def _in_json(change: Callable[[Any, random.Random], Any]) -> Damage:
    """Changes a JSON file, or one line of a file of lines."""

    def damage(path: Path, chance: random.Random, _other: Path) -> None:
        if path.suffix == ".jsonl":
            lines = path.read_text(encoding="utf-8").splitlines() or ["{}"]
            index = chance.randrange(len(lines))
            lines[index] = json.dumps(change(json.loads(lines[index]), chance))
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        else:
            tree = json.loads(path.read_text(encoding="utf-8"))
            path.write_text(json.dumps(change(tree, chance)), encoding="utf-8")

    return damage


def _in_yaml(change: Callable[[Any, random.Random], Any]) -> Damage:
    def damage(path: Path, chance: random.Random, _other: Path) -> None:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(change(tree, chance)), encoding="utf-8")

    return damage


def _deep(opening: str, closing: str) -> Damage:
    def damage(path: Path, _chance: random.Random, _other: Path) -> None:
        path.write_text(opening * DEEP + closing * DEEP + "\n", encoding="utf-8")

    return damage


def _renumbered(number: Any) -> Callable[[Any, random.Random], Any]:
    return lambda tree, _chance: _numbers(tree, number)


_NUMBERS = {"huge numbers": 10**30, "negative numbers": -7, "not a number": float("nan"), "infinite": float("inf")}
_JSON: dict[str, Damage] = {
    "a wrong type": _in_json(wrong_value),
    "another wrong type": _in_json(lambda tree, chance: wrong_value(wrong_value(tree, chance), chance)),
    **{name: _in_json(_renumbered(number)) for name, number in _NUMBERS.items()},
    "brackets in brackets": _deep("[", "]"),
    "names in names": _deep('{"a":', "}"),
}
_YAML: dict[str, Damage] = {
    "a wrong type": _in_yaml(wrong_value),
    "another wrong type": _in_yaml(lambda tree, chance: wrong_value(wrong_value(tree, chance), chance)),
    **{name: _in_yaml(_renumbered(number)) for name, number in _NUMBERS.items()},
}


def _in_arrays(change: Callable[[dict[str, np.ndarray], str, random.Random], None]) -> Damage:
    """Changes one array of an ``.npz`` file."""

    def damage(path: Path, chance: random.Random, _other: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
        if arrays:
            change(arrays, chance.choice(sorted(arrays)), chance)
        else:
            arrays["x"] = np.zeros(3)
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # the stubs take the names for options

    return damage


def _set(make: Callable[[np.ndarray], np.ndarray]) -> Damage:
    def change(arrays: dict[str, np.ndarray], name: str, _chance: random.Random) -> None:
        arrays[name] = make(arrays[name])

    return _in_arrays(change)


_NPZ: dict[str, Damage] = {
    "an array left out": _in_arrays(lambda arrays, name, _chance: arrays.__delitem__(name)),
    "a strange array": _in_arrays(lambda arrays, _name, _chance: arrays.__setitem__("stranger", np.zeros((2, 2)))),
    "text for numbers": _set(lambda array: np.full(array.shape, "x")),
    "objects for numbers": _set(lambda array: np.full(array.shape, None, dtype=object)),
    "another shape": _set(lambda array: np.resize(array, (3, 1, 2)) if array.size else np.zeros((3, 1, 2))),
    "fewer": _set(lambda array: array[: len(array) // 2] if array.ndim else np.zeros(2)),
    "none": _set(lambda array: array[:0] if array.ndim else np.zeros(0)),
    "one number": _set(lambda _array: np.array(1.0)),
    "huge numbers": _set(lambda array: np.full(array.shape, 1 << 62)),
    "negative numbers": _set(lambda array: np.full(array.shape, -7)),
    "not a number": _set(lambda array: np.full(array.shape, np.nan)),
}


def _in_tensors(change: Callable[[dict[str, Any], str, random.Random], None]) -> Damage:
    """Changes one tensor of a ``.safetensors`` file."""

    def damage(path: Path, chance: random.Random, _other: Path) -> None:
        from safetensors.numpy import load_file, save_file

        arrays = {name: np.array(array) for name, array in load_file(path).items()}
        if arrays:
            change(arrays, chance.choice(sorted(arrays)), chance)
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)

    return damage


def _put(make: Callable[[np.ndarray], np.ndarray]) -> Damage:
    def change(arrays: dict[str, Any], name: str, _chance: random.Random) -> None:
        arrays[name] = make(arrays[name])

    return _in_tensors(change)


def _announced(path: Path, _chance: random.Random, _other: Path) -> None:
    """A head that announces far more than the file has."""
    path.write_bytes((1 << 62).to_bytes(8, "little") + b"{}")


def _deep_head(path: Path, _chance: random.Random, _other: Path) -> None:
    head = b"[" * DEEP + b"]" * DEEP
    path.write_bytes(len(head).to_bytes(8, "little") + head)


_TENSORS: dict[str, Damage] = {
    "a tensor left out": _in_tensors(lambda arrays, name, _chance: arrays.__delitem__(name)),
    "a strange tensor": _in_tensors(lambda arrays, _name, _chance: arrays.__setitem__("stranger", np.zeros((2, 2)))),
    "another shape": _put(lambda array: np.zeros((3, 1, 2), np.float32)),
    "whole numbers": _put(lambda array: np.full(array.shape, 3, np.int64)),
    "not a number": _put(lambda array: np.full(array.shape, np.nan, np.float32)),
    "huge numbers": _put(lambda array: np.full(array.shape, 3e38, np.float32)),
    "a head that lies": _announced,
    "brackets in its head": _deep_head,
}
