"""Activations: what layers give for images, seen on the way through one forward pass; nothing is left in the networks.

    seen = gather(subject, samples, ["classifier.relu1"], mean_and_max)     # {layer: float32 [n, 2·channels]}

A layer's output is handed over before the next layer runs, because an activation may change it in place.  A layer
that is used several times in a pass counts at its first use, as in ``family.layers``.

    layouts = readable(subject)                             # where the channels of every layer lie
    seen = gather(subject, samples, layouts)                # maps as [n, c, h, w], also those of windowed attention
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.families.capabilities import Discriminates, Encodes, GivesLogits, HasLayers, Reconstructs
from trasluz.look.maps.layouts import FIRST, Layout, Reader
from trasluz.look.subject import Subject
from trasluz.model.evaluation_mode import batch_size_for

See = Callable[[str, Tensor], None]
Way = Callable[[nn.ModuleDict, Tensor], Tensor]
Pool = Callable[[Tensor], Tensor]
Layers = Collection[str] | Mapping[str, Layout]  # names, or names with the layouts in which they are to be read
_IMAGES = 2  # more than one, so that the axis of images is told from one of windows
AS_MADE = frozenset({"discriminate"})  # capabilities that are shown images in [0, 1], not prepared inputs
_ALONE = ("encode", "discriminate")  # asked for only where neither scores nor reconstructions lead through the networks


@contextmanager
def watched(networks: nn.Module, layers: Layers, see: See) -> Iterator[Callable[[], None]]:
    """While inside, calls ``see(layer, output)`` at the first use of each of ``layers``, detached, of any shape.

    Of ``layers`` with their layouts it gets views with the channels in the second place.  Gives a function that starts
    a new pass, in which first uses count again.  ``see`` must copy what it keeps.
    """
    used: set[str] = set()
    layouts = layers if isinstance(layers, Mapping) else dict.fromkeys(layers, FIRST)

    def hook(name: str) -> Callable[[nn.Module, tuple[Any, ...], Any], None]:
        def look(_module: nn.Module, _inputs: tuple[Any, ...], output: object) -> None:
            if name not in used and isinstance(output, Tensor):
                used.add(name)
                see(name, layouts[name].maps(output.detach()))

        return look

    modules = dict(networks.named_modules())
    handles = [modules[name].register_forward_hook(hook(name)) for name in layers]
    try:
        yield used.clear
    finally:
        for handle in handles:
            handle.remove()


_WAYS: Mapping[str, Callable[[Subject], Way]] = {
    "logits": lambda subject: subject.ask(GivesLogits).logits,
    "reconstruct": lambda subject: subject.ask(Reconstructs).reconstruct,
    "encode": lambda subject: subject.ask(Encodes).encode,
    "discriminate": lambda subject: subject.ask(Discriminates).discriminate,
}


def way_through(subject: Subject, capability: str) -> Way:
    """What shows a batch to the networks for one of the capabilities that ``passes`` may name."""
    return _WAYS[capability](subject)


def passes(subject: Subject) -> tuple[str, ...]:
    """The capabilities by which images go through as many of the networks as they can."""
    found = tuple(name for name in ("logits", "reconstruct") if subject.can(name))
    return found or tuple(name for name in _ALONE if subject.can(name))[:1]


def run_through(
    subject: Subject, samples: np.ndarray, layers: Layers, see: See, through: tuple[str, ...] | None = None
) -> None:
    """Shows ``samples`` (as stored) to the networks in batches, in inference mode; ``see`` is called once per batch
    and layer that they reach, with the output ``[batch, ...]``.

    ``through``: capabilities of the family to run, otherwise ``passes(subject)``.
    """
    size = batch_size_for(samples)
    chosen = passes(subject) if through is None else through
    with (
        subject.model.inference(),
        watched(subject.networks, layers, see) as start_pass,
    ):
        for first in range(0, len(samples), size):
            start_pass()
            run_pass(subject, subject.pixels(samples[first : first + size]), chosen)


def readable(subject: Subject, through: tuple[str, ...] | None = None) -> dict[str, Layout]:
    """The layers whose channels can be told apart for each image on its way, in their order, with the layouts that
    bring channels to the second place.

    Left out are layers that work from codes or noise, and the inside of attention: windows of an image in the batch's
    axis, heads.  Tokens stay as they are, ``[n, tokens, c]``, because those without a place speak as well.
    """
    modules = dict(subject.networks.named_modules())
    layers = tuple(subject.ask(HasLayers).layers(subject.networks))
    reader = Reader(subject.networks)
    found: dict[str, Layout] = {}

    def see(name: str, output: Tensor) -> None:
        layout = reader.read(modules[name], output.shape, _IMAGES)
        if len(output) == _IMAGES and (output.ndim != 4 or layout is not None):
            found[name] = layout if layout is not None and output.ndim == 4 else FIRST

    with subject.model.inference(), watched(subject.networks, layers, see):
        blank = torch.zeros(_IMAGES, *subject.spec.shape, device=subject.device)
        run_pass(subject, blank, passes(subject) if through is None else through)
    return {layer: found[layer] for layer in layers if layer in found}


def run_pass(subject: Subject, pixels: Tensor, chosen: tuple[str, ...]) -> None:
    """Shows images in [0, 1] (or other samples, as networks see them) to the networks by each of these capabilities."""
    inputs = subject.preprocess.normalise(pixels)
    for capability in chosen:
        way_through(subject, capability)(subject.networks, pixels if capability in AS_MADE else inputs)


def gather(
    subject: Subject,
    samples: np.ndarray,
    layers: Layers,
    pool: Pool | None = None,
    through: tuple[str, ...] | None = None,
) -> dict[str, np.ndarray]:
    """Layer → float32 ``[n, ...]`` of its outputs, or of ``pool`` of them; without layers that images do not reach."""
    kept: dict[str, list[np.ndarray]] = {}

    def see(name: str, output: Tensor) -> None:
        found = output if pool is None else pool(output)
        kept.setdefault(name, []).append(found.to("cpu", torch.float32, copy=True).numpy())

    run_through(subject, samples, layers, see, through)
    return {name: np.concatenate(kept[name]) for name in layers if name in kept}


def mean_and_max(values: Tensor) -> Tensor:
    """Means over positions, then maxima over positions: ``[n, 2·c]``; what has no positions is left as it is."""
    if values.ndim == 4:
        return torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
    return torch.cat([values.mean(1), values.amax(1)], 1) if values.ndim == 3 else values.flatten(1)
