"""What methods of heat maps are called in the literature, for people; options name them in lower case."""

from __future__ import annotations

from trasluz.messages import N_, _

_NAMES = {
    "ablation-cam": "Ablation-CAM",
    "eigen-cam": "Eigen-CAM",
    "eigen-grad-cam": "EigenGradCAM",
    "grad-cam": "Grad-CAM",
    "grad-cam-plus-plus": "Grad-CAM++",
    "grad-cam-positive": "Grad-CAM+",
    "hires-cam": "HiResCAM",
    "layer-cam": "LayerCAM",
    "score-cam": "Score-CAM",
    "smooth-grad": "SmoothGrad",
    "xgrad-cam": "XGrad-CAM",
}
_WORDS = {
    "guided-backprop": N_("guided backpropagation"),
    "integrated-gradients": N_("integrated gradients"),
    "saliency": N_("gradient of the score"),
}


def method_name(method: str) -> str:
    """The name of a method in the language in force; one that is not known here, as it is."""
    return _(_WORDS[method]) if method in _WORDS else _NAMES.get(method, method)
