"""Trials: what the scores become when something of an image or of a layer is changed, for one channel after another.

Score-CAM and Ablation-CAM weigh a layer's channels by such trials instead of gradients.  All classes are read from the
same forward passes; these take images and channels together, as many at a time as fit into a given memory.  A channel
that is zero everywhere needs no pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.look.layers.capture import changed, still
from trasluz.look.maps.layouts import Layout

_HELD = 3  # outputs as large as the largest that a forward pass holds at once: a layer's input, output and workspace


@dataclass(frozen=True)
class Trials:
    """Trials at one layer of ``network``, through which ``scores_of(inputs)`` gives ``[n, all classes]``.

    ``inputs``: ``[n, ...]``; ``classes``: int64 ``[n, k]``, those whose scores are wanted; ``plain``: their scores
    ``[n, k]`` without any change.  ``output``: what the ``layer`` gave for ``inputs`` at its call number ``call``, of
    that ``layout``.  ``memory``: bytes that forward passes may take, about.
    """

    network: nn.Module
    scores_of: Callable[[Tensor], Tensor]
    inputs: Tensor
    classes: Tensor
    plain: Tensor
    layer: str
    call: int
    layout: Layout
    output: Tensor
    memory: int

    @property
    def scores(self) -> Tensor:
        """The scores of the images as they are, ``[n, k]``."""
        return self.plain

    def blank(self) -> Tensor:
        """The scores of images of zeros, which is what a mask of zeros leaves: ``[n, k]``."""
        with still(self.network), torch.no_grad():
            scores = self.scores_of(torch.zeros_like(self.inputs[:1]))
        return scores.expand(len(self.inputs), -1).gather(1, self.classes)

    def masked(self, mask: Callable[[Tensor], Tensor]) -> Tensor:
        """The scores of each image times a mask of each channel: ``[n, c, k]``.

        ``mask`` makes masks of channels that were enlarged to the images' size, bilinearly: ``[m, height, width]``.
        """
        size = self.inputs.shape[2:]

        def score(images: Tensor, channels: Tensor) -> Tensor:
            chosen = self._maps[images, channels].unsqueeze(1)
            masks = mask(F.interpolate(chosen, size, mode="bilinear", align_corners=False)[:, 0])
            return self.scores_of(self.inputs[images] * masks.unsqueeze(1).to(self.inputs))

        return self._each(score, self.blank())

    def without_channels(self) -> Tensor:
        """The scores of each image with one channel of the layer set to zero at all places: ``[n, c, k]``."""

        def score(images: Tensor, channels: Tensor) -> Tensor:
            replaced = self.layout.without(self.output[images], channels.unsqueeze(1))
            with changed(self.network, self.layer, self.call, lambda _output: replaced):
                return self.scores_of(self.inputs[images])

        return self._each(score, self.plain)

    @property
    def _maps(self) -> Tensor:
        return self.layout.maps(self.output)

    def _each(self, score: Callable[[Tensor, Tensor], Tensor], otherwise: Tensor) -> Tensor:
        """``score`` of images and channels ``[m]`` with any activity, ``otherwise`` ``[n, k]`` of the others."""
        found = otherwise.unsqueeze(1).repeat(1, self._maps.shape[1], 1)
        pairs = self._maps.flatten(2).any(2).nonzero()
        with still(self.network), torch.no_grad():
            for images, channels in (part.unbind(1) for part in torch.split(pairs, self._at_once)):
                scores = score(images, channels).to(found)
                found[images, channels] = scores.gather(1, self.classes[images])
        return found

    @cached_property
    def _at_once(self) -> int:
        """How many forward passes fit into the memory, by the largest output of any module for one image."""
        with still(self.network), torch.no_grad(), _largest_output(self.network) as seen:
            self.scores_of(self.inputs[:1])
        largest = max(seen[0], self.inputs[0].numel() * self.inputs.element_size())
        return max(self.memory // (_HELD * largest), 1)


@contextmanager
def _largest_output(network: nn.Module) -> Iterator[list[int]]:
    """The bytes of the largest tensor that a module gives inside the block, as the only entry of a list."""
    seen = [0]

    def look(_module: nn.Module, _inputs: tuple[Any, ...], output: object) -> None:
        if isinstance(output, Tensor):
            seen[0] = max(seen[0], output.numel() * output.element_size())

    handles = [module.register_forward_hook(look) for module in network.modules()]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
