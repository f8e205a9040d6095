"""``found:ARCHITECTURE``: weights of that architecture, wherever they lie on this machine (``finding.py``)."""

from __future__ import annotations

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.training.weights.base import Weights, read_weights
from trasluz.training.weights.finding import find_weights


def read(name: str, reporter: Reporter) -> Weights:
    """The best weights of the architecture ``name`` on this machine.

    Raises:
        RecipeError: there are none, or they cannot be read.
    """
    source = next((found.source for found in find_weights() if found.architecture == name), None)
    if source is None:
        message = _(
            "phases.from: no weights of {name} are on this machine: give a file with --weights FILE (in Python "
            "tz.with_weights), put it into ./weights or into a folder named in TRASLUZ_WEIGHTS, or, with a network, "
            "download them with --weights timm:{name}."
        )
        raise RecipeError(message.format(name=name))
    return read_weights(source, reporter)
