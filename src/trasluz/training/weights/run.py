"""``run:FOLDER``, or the folder alone: the weights of a trained run, under the names of its family's networks."""

from __future__ import annotations

from pathlib import Path

from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError
from trasluz.files import refuse_links_out
from trasluz.messages import _
from trasluz.model.tensors import read_tensors
from trasluz.reading import read_text
from trasluz.reporting import Reporter
from trasluz.training.weights.base import Weights


def read(name: str, reporter: Reporter) -> Weights:
    """The trained weights of the run in the folder ``name``.

    Raises:
        RecipeError: it has no weights that can be read.
        RunError: something in it is a link that leads out of it.
    """
    refuse_links_out(Path(name).expanduser())
    model = Path(name).expanduser() / "model"
    try:
        return Weights(name, read_tensors(model / "weights.safetensors"), preprocess=_preprocess(model))
    except (OSError, ValueError):
        message = _(
            "phases.from: {run} has no trained weights ({file}); give the folder of a finished run, timm:NAME, "
            "torchvision:NAME or file:PATH."
        )
        raise RecipeError(message.format(run=name, file="model/weights.safetensors")) from None


def _preprocess(model: Path) -> Preprocess | None:
    try:
        return Preprocess.model_validate_json(read_text(model / "preprocess.json"))
    except (OSError, ValueError):
        return None
