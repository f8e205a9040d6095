"""Files of tensors. What PyTorch pickled is opened without executing anything, then kept as safetensors."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from trasluz.data.read.cache import entry_folder, new_entry
from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.reading import open_regular

_PICKLED = (".pth", ".pt", ".bin")
SUFFIXES = (".safetensors", *_PICKLED)
_INSIDE = ("state_dict", "model_state_dict", "model")  # where training scripts put the weights in a larger dictionary


def read_tensors(path: Path, sha256: str = "") -> dict[str, Tensor]:
    """The tensors of a ``.safetensors``, ``.pth``, ``.pt`` or ``.bin`` file, whose SHA-256 must start as ``sha256``.

    Raises:
        RecipeError: it is not there, damaged, of another kind, or holds more than tensors.
    """
    with _reading(path):
        if path.suffix == ".safetensors":
            if sha256:
                _check(path, sha256)
            return dict(load_file(path))
        return dict(load_file(_kept(path, _check(path, sha256))))


def read_sizes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the tensors of such a file by name; no number is read.

    Raises:
        RecipeError: as ``read_tensors``.
    """
    with _reading(path):
        if path.suffix == ".safetensors":
            with safe_open(path, framework="np") as stored:
                return {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118 - no dict
        return {name: tuple(value.shape) for name, value in _unpickled(path, "meta").items()}


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turns what may be wrong with a file of weights into a sentence."""
    if path.suffix not in SUFFIXES:
        message = _("phases.from: {path}: weights are read from {allowed} files.")
        raise RecipeError(message.format(path=path, allowed=", ".join(SUFFIXES)))
    try:
        with open_regular(path):  # a pipe would be waited for
            pass
        yield
    except FileNotFoundError:
        raise RecipeError(_("phases.from: there is no file {path}.").format(path=path)) from None
    except (OSError, SafetensorError, EOFError, RuntimeError, KeyError, TypeError, OverflowError) as error:
        message = _("phases.from: {path} is damaged or no file of weights ({reason}).")
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise RecipeError(message.format(path=path, reason=reason)) from None


def _check(path: Path, sha256: str) -> str:
    """The file's SHA-256.

    Raises:
        RecipeError: it is not the published one.
    """
    with open_regular(path) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(sha256):
        message = _("phases.from: {path}: its SHA-256 is {found}, not the published {wanted}; delete it and try again.")
        raise RecipeError(message.format(path=path, found=found, wanted=sha256))
    return found


def _kept(path: Path, key: str) -> Path:
    """The same tensors as safetensors in the user's cache."""
    entry = entry_folder("weights", path.stem, key)
    if not entry.is_dir():
        tensors = _unpickled(path)
        with new_entry(entry) as folder:
            save_file(tensors, folder / "weights.safetensors")
    return entry / "weights.safetensors"


def _unpickled(path: Path, device: str = "cpu") -> dict[str, Tensor]:
    try:
        with warnings.catch_warnings():  # of a pickle's protocol, told to programmers before the refusal
            warnings.simplefilter("ignore", UserWarning)
            tree: Any = torch.load(path, map_location=device, weights_only=True)
    except pickle.UnpicklingError:
        message = _(
            "phases.from: {path} holds more than tensors, and opening it could execute code; save its state_dict() "
            "alone, best as safetensors."
        )
        raise RecipeError(message.format(path=path)) from None
    for name in _INSIDE:
        if isinstance(tree, Mapping) and isinstance(tree.get(name), Mapping):
            tree = tree[name]
    found = {k: v for k, v in tree.items() if isinstance(v, Tensor)} if isinstance(tree, Mapping) else {}
    if not found:
        raise RecipeError(_("phases.from: {path} holds no weights by name.").format(path=path))
    # Copies: tensors that share memory cannot be kept.
    return {str(name).removeprefix("module."): value.detach().clone().contiguous() for name, value in found.items()}
