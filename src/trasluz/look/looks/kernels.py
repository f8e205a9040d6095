"""Kernels: what the first convolution of a network looks for, as small images (row 4.8 of the notebooks)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from trasluz.families.capabilities import HasLayers
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = N_("The kernels of the first convolution, on one scale around zero.")
DEFAULT = True


class Config(Section):
    """No options."""


@dataclass(frozen=True)
class KernelsResult(Result):
    """``layer``: its name.  ``kernels``: float32 ``[kernels, channels, height, width]``, the weights themselves."""

    layer: str
    kernels: np.ndarray


RESULT = KernelsResult


def _first(subject: Subject) -> tuple[str, nn.Conv2d] | None:
    """The first convolution over images in order of computation whose kernels are larger than one pixel."""
    modules = dict(subject.networks.named_modules())
    for name in subject.ask(HasLayers).layers(subject.networks):
        module = modules.get(name)
        if isinstance(module, nn.Conv2d) and max(module.kernel_size) > 1:
            return name, module
    return None


def refusal(subject: Subject) -> str | None:
    """Networks without convolutions have none."""
    missing = subject.lacks("layers")
    return missing or (None if _first(subject) else _("this network has no convolution with kernels to see"))


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> KernelsResult:
    """The weights of the first convolution; images play no part."""
    found = _first(subject)
    assert found is not None, "refusal() made sure of it"
    name, module = found
    return KernelsResult(name, module.weight.detach().float().cpu().numpy().copy())
