"""State trees on disk: tensors in one safetensors file, everything else in JSON. Nothing that can execute is loaded.

A tree is nested dictionaries and lists of tensors, numbers, words, booleans and ``None``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from trasluz.messages import _
from trasluz.model.tensors import read_tensors
from trasluz.reading import read_json

_TENSOR = "$tensor"
_PAIRS = "$pairs"


def save_state(folder: Path, tree: object) -> None:
    """Writes ``state.safetensors`` and ``state.json`` into an existing folder."""
    tensors: dict[str, torch.Tensor] = {}
    plain = _pack(tree, "", tensors)
    # Through Python's own file: a full disk must raise an OSError, which the library hides.
    (folder / "state.safetensors").write_bytes(save(tensors))
    (folder / "state.json").write_text(json.dumps(plain), encoding="utf-8")


def load_state(folder: Path) -> Any:
    """The tree that ``save_state`` wrote, tensors on the CPU.

    Raises:
        OSError, ValueError: files are missing or damaged.
    """
    return _unpack(read_json(folder / "state.json"), read_tensors(folder / "state.safetensors"))


def load_plain(folder: Path) -> Any:
    """The same tree with ``None`` in the place of every tensor, without reading any.

    Raises:
        OSError, ValueError: the file is missing or damaged.
    """
    return _unpack(read_json(folder / "state.json"), None)


def _pack(node: object, path: str, tensors: dict[str, torch.Tensor]) -> object:
    if isinstance(node, torch.Tensor):
        # A copy in plain layout: safetensors refuses tensors that share memory, and layouts are re-made on load.
        tensors[path] = node.detach().to("cpu", copy=True).contiguous()
        return {_TENSOR: path}
    if isinstance(node, dict):
        # JSON has only words as keys, but optimisers number their parameters: pairs keep the type.
        return {_PAIRS: [[key, _pack(value, f"{path}/{key}", tensors)] for key, value in node.items()]}
    if isinstance(node, (list, tuple)):
        return [_pack(value, f"{path}/{i}", tensors) for i, value in enumerate(node)]
    if node is None or isinstance(node, (bool, int, float, str)):
        return node
    raise TypeError(f"{path}: a state cannot hold a {type(node).__name__}")


def _unpack(node: Any, tensors: dict[str, Tensor] | None) -> Any:
    if isinstance(node, dict):
        try:
            if _TENSOR in node:
                return None if tensors is None else tensors[node[_TENSOR]]
            return {key: _unpack(value, tensors) for key, value in node[_PAIRS]}
        except (KeyError, TypeError):
            raise ValueError(_("state.json holds other than a state")) from None
    if isinstance(node, list):
        return [_unpack(value, tensors) for value in node]
    return node
