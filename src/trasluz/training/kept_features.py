"""Features of a frozen trunk, kept in the user's cache: a second run on the same images computes none.

They are found again by all that they follow from: the images and which of them, what the trunk is and weighs, how
images are prepared, and how the processor computes.  So a run that finds them ends with the bits of one that does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.read.cache import remembered
from trasluz.model.hardware import describe_processor, versions

_MOST_BYTES = 256 << 20  # of the features of one data set: more would fill a disk unasked


def worth_keeping(data: Data, size: int) -> bool:
    """Whether features of ``size`` bytes are kept: of data that are known by a fingerprint, and not too many."""
    return bool(data.fingerprint) and size <= _MOST_BYTES


def kept_features(
    data: Data, rows: np.ndarray, told: Iterable[object], compute: Callable[[], np.ndarray]
) -> np.ndarray:
    """``compute()``, float32 ``[rows, …]``, or what it gave before for the same ``data``, ``rows`` and ``told``."""
    key = hashlib.blake2b(np.ascontiguousarray(rows, np.int64).tobytes())
    facts = (data.fingerprint, data.samples.shape, data.samples.dtype.str, versions(), torch.get_num_threads())
    for fact in (*facts, describe_processor(), *told):
        key.update(repr(fact).encode())
    kept = remembered(data.name, key.hexdigest(), "features-1", lambda: {"features": compute()})["features"]
    return kept if len(kept) == len(rows) else compute()


def digest_of(network: nn.Module, without: nn.Module) -> str:
    """What ``network`` is and weighs, except for its part ``without``: hexadecimal digits."""
    others = {id(value) for value in _tensors(without).values()}
    found = hashlib.blake2b(digest_size=16)
    for name, value in _tensors(network).items():
        if id(value) not in others:
            plain = value.detach().cpu().contiguous()
            found.update(f"{name}{plain.dtype}{tuple(plain.shape)}".encode())
            found.update(plain.reshape(-1).view(torch.uint8).numpy().data)
    # How layers compute what their weights do not tell: strides, padding, eps.
    inside = {id(module) for module in without.modules()}
    found.update(repr([_own_repr(module) for module in network.modules() if id(module) not in inside]).encode())
    return found.hexdigest()


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    return dict(network.state_dict(keep_vars=True))


def _own_repr(module: nn.Module) -> str:
    return f"{type(module).__module__}.{type(module).__qualname__}({module.extra_repr()})"
