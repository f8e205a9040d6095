"""What pytorch-grad-cam and captum make of a small network: the figures that ``tests/look/cams/test_against_others.py``
reads.

Neither is a dependency of the project (captum pins NumPy, grad-cam wants OpenCV): run it in an environment that has
them,

    pip install grad-cam captum && python scripts/reference_maps.py tests/look/cams/reference_maps.npz

Weights and images come from a fixed generator and are stored beside what the libraries compute with them.
"""

from __future__ import annotations

import sys
from importlib.metadata import version

import numpy as np
import pytorch_grad_cam as theirs
import torch
from captum.attr import LayerGradCam, LayerGradientXActivation
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

LAYERS = ("1", "3")  # ReLUs: one on the images' own grid, one on half of it
TINY = 1e-4  # a factor on the scores
METHODS = {
    "grad-cam": theirs.GradCAM,
    "grad-cam-plus-plus": theirs.GradCAMPlusPlus,
    "hires-cam": theirs.HiResCAM,
    "layer-cam": theirs.LayerCAM,
    "xgrad-cam": theirs.XGradCAM,
    "ablation-cam": theirs.AblationCAM,
}


def network() -> nn.Sequential:
    """Piecewise linear, with three classes, for images of 2×8×10."""
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(6 * 4 * 5, 12), nn.ReLU(), nn.Linear(12, 3)),
    ).eval()


class Scaled(nn.Module):
    """A network whose scores are multiplied."""

    def __init__(self, body: nn.Module, factor: float) -> None:
        super().__init__()
        self.body, self.factor = body, factor

    def forward(self, images: Tensor) -> Tensor:  # noqa: D102  # as every network has it
        scores: Tensor = self.body(images) * self.factor
        return scores


def raw(
    method: type[theirs.base_cam.BaseCAM], model: nn.Module, layer: nn.Module, images: Tensor, label: int
) -> np.ndarray:
    """A map of pytorch-grad-cam before its ReLU, its enlargement and its stretching to 0…1: ``[n, h, w]``."""
    targets = [ClassifierOutputTarget(label)] * len(images)
    with method(model=model, target_layers=[layer]) as cam:
        cam(images, targets)
        activations = cam.activations_and_grads.activations[0].numpy()
        gradients = cam.activations_and_grads.gradients
        gradient = gradients[0].numpy() if gradients else None
        return np.asarray(cam.get_cam_image(images, layer, targets, activations, gradient, False))


def main(target: str) -> None:
    """Computes everything for both layers and all classes, and writes it."""
    images = torch.randn(2, 2, 8, 10, generator=torch.Generator().manual_seed(1))
    model = network()
    found: dict[str, np.ndarray] = {f"weights/{k}": v.numpy().copy() for k, v in model.state_dict().items()}
    found["images"] = images.numpy()
    found["versions"] = np.array([f"{name} {version(name)}" for name in ("grad-cam", "captum", "torch")])
    for name in LAYERS:
        layer, classes = model[int(name)], range(3)
        for method, kind in METHODS.items():
            found[f"{method}/{name}"] = np.stack([raw(kind, model, layer, images, k) for k in classes], 1)
        tiny = [raw(theirs.GradCAMPlusPlus, Scaled(model, TINY), layer, images, k) for k in classes]
        found[f"tiny grad-cam-plus-plus/{name}"] = np.stack(tiny, 1)
        for label, kind in (("captum grad-cam", LayerGradCam), ("captum hires-cam", LayerGradientXActivation)):
            maps = [kind(model, layer).attribute(images, target=k).detach().sum(1).numpy() for k in classes]
            found[f"{label}/{name}"] = np.stack(maps, 1)
    score = [raw(theirs.ScoreCAM, model, model[1], images, k) for k in range(3)]
    found["score-cam/1"] = np.stack(score, 1)  # only where nothing is enlarged: it aligns corners
    np.savez_compressed(target, **found)


if __name__ == "__main__":
    main(sys.argv[1])
