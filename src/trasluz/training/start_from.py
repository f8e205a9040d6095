"""Starting a phase from another run's weights, matched by name and shape."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from trasluz.errors import RecipeError
from trasluz.messages import _


def start_from(networks: nn.ModuleDict, run: str | None) -> None:
    """Loads every weight of ``run`` whose name and shape are found in ``networks``; ``None`` changes nothing.

    Raises:
        RecipeError: the run has no weights, or none of them fits.
    """
    if run is not None:
        networks.load_state_dict({**networks.state_dict(), **fitting_weights(networks, run)})


def fitting_weights(networks: nn.ModuleDict, run: str) -> dict[str, Tensor]:
    """The weights of ``run`` that fit ``networks`` by name and shape.

    Raises:
        RecipeError: the run has no weights that can be read, or none of them fits.
    """
    path = Path(run).expanduser() / "model" / "weights.safetensors"
    try:
        given = load_file(path)
    except (OSError, SafetensorError):
        message = _("phases.from: {run} has no trained weights ({file}); give the folder of a finished run.")
        raise RecipeError(message.format(run=run, file="model/weights.safetensors")) from None
    own = networks.state_dict()
    fitting = {name: value for name, value in given.items() if name in own and own[name].shape == value.shape}
    if not fitting:
        raise RecipeError(
            _("phases.from: none of the weights of {run} fits this network by name and shape.").format(run=run)
        )
    return fitting
