"""Class × layer maps by pytorch-grad-cam: ``calls`` is one per class and layer, as its documentation shows;
``repeated`` one per layer, with every image once for every class in the batch."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import torch
from pytorch_grad_cam import GradCAMPlusPlus
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

sys.path.insert(0, str(Path(__file__).parent))
from maps_work import CLASSES, report, work  # beside this file: its environment has no Trasluz


def main() -> None:
    network, images, layers = work(sys.argv[1])
    modules = dict(network.named_modules())
    targets = [[ClassifierOutputTarget(label)] * len(images) for label in range(CLASSES)]
    every = [target for of_class in targets for target in of_class]
    batch = images.repeat(CLASSES, 1, 1, 1)

    def calls() -> int:
        count = 0
        for layer in layers:
            with GradCAMPlusPlus(model=network, target_layers=[modules[layer]]) as cam:
                count += sum(len(cam(input_tensor=images, targets=of_class)) for of_class in targets)
        return count

    def repeated() -> int:
        count = 0
        for layer in layers:
            with GradCAMPlusPlus(model=network, target_layers=[modules[layer]]) as cam:
                count += len(cam(input_tensor=batch, targets=every))
        return count

    words = f"grad-cam {version('grad-cam')}, PyTorch {torch.__version__}, fp32, {torch.get_num_threads()} threads"
    chosen = {"calls": calls, "repeated": repeated}[sys.argv[2]]
    report(chosen, words, sum(p.numel() for p in network.parameters()))


if __name__ == "__main__":
    main()
