"""``run:FOLDER``, or the folder alone: the weights of a trained run, under the names of its family's networks."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError
from trasluz.files import open_regular, read_json
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.training.weights.base import Weights


def read(name: str, reporter: Reporter) -> Weights:
    """The trained weights of the run in the folder ``name``.

    Raises:
        RecipeError: it has no weights that can be read.
    """
    model = Path(name).expanduser() / "model"
    try:
        with open_regular(model / "weights.safetensors"):  # a pipe would be waited for
            pass
        return Weights(name, load_file(model / "weights.safetensors"), preprocess=_preprocess(model))
    except (OSError, SafetensorError):
        message = _(
            "phases.from: {run} has no trained weights ({file}); give the folder of a finished run, timm:NAME, "
            "torchvision:NAME or file:PATH."
        )
        raise RecipeError(message.format(run=name, file="model/weights.safetensors")) from None


def _preprocess(model: Path) -> Preprocess | None:
    try:
        return Preprocess.model_validate(read_json(model / "preprocess.json"))
    except (OSError, ValueError):  # which pydantic's complaints are, too
        return None
