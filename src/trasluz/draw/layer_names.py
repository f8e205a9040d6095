"""Names of layers as people read them: without the network's, where all are of one network."""

from __future__ import annotations

from collections.abc import Sequence


def short_names(layers: Sequence[str]) -> tuple[str, ...]:
    """``classifier.block1.conv`` → ``block1.conv``, unless layers of several networks stand beside each other."""
    firsts = {layer.split(".", 1)[0] for layer in layers}
    return tuple(layer.split(".", 1)[-1] for layer in layers) if len(firsts) == 1 else tuple(layers)
