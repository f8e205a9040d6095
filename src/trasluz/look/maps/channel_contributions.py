"""Channel contributions: what each channel adds to the score of a class, activation times gradient over its map.

To first order this is what the score loses when the channel is set to zero (Molchanov et al. 2017, "Pruning
Convolutional Neural Networks for Resource Efficient Inference", equation 7, without the absolute value); summed over
channels and places it is HiResCAM's map summed up (Draelos and Carin 2020).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from trasluz.errors import RequestError
from trasluz.families.capabilities import GivesLogits
from trasluz.look.layers.capture import capture
from trasluz.look.layers.units import as_maps
from trasluz.look.maps.class_gradients import class_gradients
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.reach import unreached
from trasluz.look.subject import Subject
from trasluz.messages import _, did_you_mean

_AT_ONCE = 16  # images whose activations and gradients are held together


def class_towards(subject: Subject, samples: np.ndarray, chosen: str) -> np.ndarray:
    """The class that is asked about for each of ``samples``, int64 ``[n]``: the one called ``chosen``, or for
    ``predicted`` the one with the highest score.

    Raises:
        RequestError: the model gives no scores, or there is no such class.
    """
    missing = subject.lacks("logits")
    if missing is not None:
        raise RequestError(_("sort: contribution: {reason}.").format(reason=missing))
    known = subject.spec.classes
    if chosen in known:
        return np.full(len(samples), known.index(chosen), np.int64)
    if chosen != "predicted":
        hint = did_you_mean(chosen, known)
        message = _("towards: there is no class {name!r}; allowed: predicted, {allowed}.")
        raise RequestError(message.format(name=chosen, allowed=", ".join(known)) + hint)
    scores = subject.over(samples, lambda inputs, _unit: subject.ask(GivesLogits).logits(subject.networks, inputs))
    return np.asarray(scores.argmax(1))


def channel_contributions(
    subject: Subject, samples: np.ndarray, classes: np.ndarray, layers: Mapping[str, Layout]
) -> dict[str, np.ndarray]:
    """Layer → float32 ``[n, channels]`` for the score of each sample's class of ``classes`` (int64 ``[n]``), at the
    first use of each of ``layers`` (with their layouts), which must lead to the scores.

    Raises:
        RequestError: no gradient of the scores reaches a layer.
    """
    parts: dict[str, list[np.ndarray]] = {layer: [] for layer in layers}
    for start in range(0, len(samples), _AT_ONCE):
        inputs = subject.inputs(samples[start : start + _AT_ONCE])
        chosen = torch.from_numpy(classes[start : start + _AT_ONCE]).to(subject.device)[:, None]
        with capture(subject.networks, layers) as kept:
            scores = subject.ask(GivesLogits).logits(subject.networks, inputs)
            if not scores.requires_grad:
                raise unreached(next(iter(layers)))
            activations = [kept.calls[layer][0] for layer in layers]
            gradients = class_gradients(scores, activations, chosen)
        for layer, activation, gradient in zip(layers, activations, gradients, strict=True):
            product = as_maps(layers[layer].maps(activation.detach() * gradient[:, 0])).sum((2, 3))
            parts[layer].append(product.float().cpu().numpy())
    return {layer: np.concatenate(found) for layer, found in parts.items()}
