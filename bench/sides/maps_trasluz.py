"""Class × layer maps by Trasluz: one forward pass and one batched backward pass for all images, classes and layers."""

from __future__ import annotations

import sys
from importlib.metadata import version

import torch

from bench.sides.maps_work import CLASSES, report, work
from trasluz.look.checks.map_checks import enlarged
from trasluz.look.maps.class_maps import class_maps


def main() -> None:
    network, images, layers = work(sys.argv[1])
    classes = torch.arange(CLASSES).expand(len(images), CLASSES)
    size = (images.shape[2], images.shape[3])

    def maps() -> int:
        found = class_maps(network, network, images, classes, layers, "grad-cam-plus-plus").maps
        shown = [enlarged(values.flatten(0, 1).clamp_min(0), size) for values in found.values()]
        return sum(len(values) for values in shown)

    settings = f"Trasluz {version('trasluz')}, PyTorch {torch.__version__}, fp32, {torch.get_num_threads()} threads"
    report(maps, settings, sum(p.numel() for p in network.parameters()))


if __name__ == "__main__":
    main()
