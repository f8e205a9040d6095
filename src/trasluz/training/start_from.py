"""Starting a phase from another run's weights, matched by name and shape."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from trasluz.errors import RecipeError
from trasluz.messages import _


def start_from(networks: nn.ModuleDict, run: str | None) -> None:
    """Loads every weight of ``run`` whose name and shape are found in ``networks``; ``None`` changes nothing.

    Raises:
        RecipeError: the run has no weights, or none of them fits.
    """
    if run is None:
        return
    path = Path(run) / "model" / "weights.safetensors"
    if not path.is_file():
        raise RecipeError(
            _("phases.from: {run} has no trained weights (model/weights.safetensors); give a finished run.").format(
                run=run
            )
        )
    given, own = load_file(path), networks.state_dict()
    fitting = {name: value for name, value in given.items() if name in own and own[name].shape == value.shape}
    if not fitting:
        raise RecipeError(
            _("phases.from: none of the weights of {run} fits this network by name and shape.").format(run=run)
        )
    networks.load_state_dict({**own, **fitting})
