"""Tensors from a file that may be damaged, and networks no larger than such a file has numbers for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from trasluz.messages import _
from trasluz.reading import check_regular

_ROOM = 1 << 26  # numbers beyond those of the file that networks may hold: buffers that are not kept


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name, on the CPU.

    Raises:
        OSError: it is not there or may not be read.
        ValueError: it is no such file, or damaged.
    """
    with _reading(path):
        return dict(load_file(path))


def read_sizes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the tensors of a safetensors file by name; reads its head alone.

    Raises:
        OSError, ValueError: as ``read_tensors``.
    """
    with _reading(path), safe_open(path, framework="np") as stored:
        return {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118 - no dict


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    check_regular(path)
    try:
        yield
    except (SafetensorError, KeyError, TypeError, RuntimeError, OverflowError, MemoryError) as error:
        raise ValueError(str(error).splitlines()[0] if str(error) else type(error).__name__) from None


@contextmanager
def no_larger_than(tensors: dict[str, Tensor]) -> Iterator[None]:
    """Inside, no single tensor is made that is much larger than all of ``tensors`` together: damaged settings may ask
    for networks that no memory holds.

    Raises:
        ValueError: one was asked for.
    """
    with _Limit(sum(tensor.numel() for tensor in tensors.values()) + _ROOM):
        yield


class _Limit(TorchDispatchMode):  # type: ignore[no-untyped-call]  # the same
    """Refuses to make tensors of more than ``most`` numbers."""

    def __init__(self, most: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # PyTorch's own have no annotations
        self._most = most

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Every operation of PyTorch; those that make a tensor have its size first."""
        size = args[0] if func.overloadpacket in _MAKING else ()
        if isinstance(size, Sequence) and math.prod(size) > self._most:
            raise ValueError(_("its settings ask for more numbers than its weights have"))
        return func(*args, **(kwargs or {}))


_MAKING = frozenset(getattr(torch.ops.aten, name) for name in ("empty", "zeros", "ones", "full", "rand", "randn"))
