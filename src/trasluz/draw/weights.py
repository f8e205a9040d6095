"""In one sentence, which weights something was found with, where they are not the final ones."""

from __future__ import annotations

from trasluz.draw.names import integer, metric_value
from trasluz.messages import _
from trasluz.runs.weights import BestEpoch


def weights_sentence(best: BestEpoch | None) -> str:
    """The sentence in the language in force; empty without ``best``, for the final weights."""
    if best is None:
        return ""
    message = _(
        "With the weights of epoch {epoch} of the phase {phase}, the best by `{monitor}` ({value}), instead of those "
        "at the end of the training."
    )
    value = metric_value(best.monitor, best.value)
    return message.format(epoch=integer(best.epoch), phase=best.phase, monitor=best.monitor, value=value)
