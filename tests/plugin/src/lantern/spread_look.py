"""A look: how far each number of the code varies over the images of the split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter

HELP = "How far each number of the code varies."
DEFAULT = True


class Config(Section):
    """No options."""


@dataclass(frozen=True)
class SpreadResult(Result):
    """``spread``: float32 ``[k]``, the standard deviation of each number of the code."""

    spread: np.ndarray


RESULT = SpreadResult


def refusal(subject: Subject) -> str | None:
    """Needs codes."""
    return subject.lacks("encode")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> SpreadResult:
    """Over all images of the split."""
    samples = np.asarray(subject.data.samples[subject.rows])
    codes = subject.over(samples, lambda inputs, _pixels: subject.family.encode(subject.networks, inputs))
    return SpreadResult(codes.std(0).astype(np.float32))
