"""Saliency (Simonyan, Vedaldi and Zisserman 2014, section 3): the gradient of the score with respect to the pixels."""

from __future__ import annotations

from torch import Tensor

from trasluz.look.saliencies import Attribution, Explained
from trasluz.messages import N_
from trasluz.recipe.base import Section

NAME = N_("gradient of the score")
HELP = N_("How fast the score changes with each pixel: its gradient (Simonyan et al. 2014).")
WARNING = ""
ADDS_UP = False


class Config(Section):
    """No settings."""


def attribute(explained: Explained, inputs: Tensor, classes: Tensor, positions: Tensor, config: Config) -> Attribution:
    """∂S/∂x."""
    return Attribution(explained.gradients(inputs, classes))
