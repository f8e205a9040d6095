"""``file:PATH``: weights in a safetensors file, or in a PyTorch file that holds nothing but tensors."""

from __future__ import annotations

from pathlib import Path

from trasluz.reporting import Reporter
from trasluz.training.weights._files import read_tensors
from trasluz.training.weights.base import Weights


def read(name: str, reporter: Reporter) -> Weights:
    """The tensors of the file ``name``.

    Raises:
        RecipeError: it is not there, damaged, of another kind, or holds more than tensors.
    """
    return Weights(name, read_tensors(Path(name).expanduser()), bare=True)
