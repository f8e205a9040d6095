"""Training images: a few of each class as stored, each beside draws of what training sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.data.feed.augment.preview import augmented, changes
from trasluz.errors import RecipeError
from trasluz.look.pictures import seen
from trasluz.look.result import Result
from trasluz.look.shown import Shown, few_of_each_class
from trasluz.look.subject import Subject
from trasluz.messages import N_, _
from trasluz.recipe import AugmentSection, load
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("A few training images of each class, beside what augmentation makes of them.")
DEFAULT = True
_FEWEST_ROWS = 6


class Config(Section):
    """``per_class``: how many images of a class, at least; more where there are few classes.  ``draws``: how often each
    is augmented.  ``classes``: at most so many of them."""

    per_class: Annotated[int, Field(ge=1, le=100)] = 2
    draws: Annotated[int, Field(ge=1, le=10)] = 3
    classes: Annotated[int, Field(ge=1, le=1000)] = 10


@dataclass(frozen=True)
class TrainingImagesResult(Result):
    """n images, d draws; ``d`` is 0 where training sees them as stored.

    ``images``: uint8 ``[n, h, w, c]``, sorted by class; ``names``; ``labels``: int64 ``[n]`` of ``classes``, −1 where
    there is none or several.  ``draws``: uint8 ``[n, d, h, w, c]``.  ``beside``: images of a class that stand in a row.
    ``mixed``: whether training also lays images over each other (mixup), which the draws leave out.
    """

    images: np.ndarray
    names: tuple[str, ...]
    labels: np.ndarray
    classes: tuple[str, ...]
    draws: np.ndarray
    beside: int
    mixed: bool


RESULT = TrainingImagesResult


def refusal(subject: Subject) -> str | None:
    """Needs images."""
    return None if subject.spec.kind == "image" else _("only images can be augmented")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> TrainingImagesResult:
    """Images of the training split, or those that somebody chose, augmented as in the first epoch."""
    shown = _shown(subject, config) if images is None else images
    labels = shown.labels if shown.labels.ndim == 1 else np.full(len(shown), -1, np.int64)
    whole = _augmentation(subject)
    section = whole.model_copy(
        update={"mixup": 0.0}
    )  # of two images laid over each other nobody sees what became of one
    draws = config.draws if changes(section) else 0
    twins = [
        augmented(shown.samples, section, subject.preprocess, Rng(0), first=turn * len(shown)) for turn in range(draws)
    ]
    stored = seen(subject.pixels(shown.samples)).cpu().numpy()
    empty = np.zeros((len(shown), 0, *stored.shape[1:]), np.uint8)
    return TrainingImagesResult(
        images=stored,
        names=shown.names,
        labels=labels,
        classes=subject.spec.classes,
        draws=np.stack([_as_seen(twin) for twin in twins], 1) if twins else empty,
        beside=config.per_class if draws else max(config.per_class, 6),
        mixed=whole.mixup > 0,
    )


def _shown(subject: Subject, config: Config) -> Shown:
    rows, data = subject.data.split("train"), subject.data
    if data.labels is None or data.labels.ndim != 1:
        return subject.take(rows[: config.per_class * _FEWEST_ROWS])
    rows = rows[np.isin(np.asarray(data.labels[rows]), np.arange(config.classes))]
    classes = max(min(len(subject.spec.classes), config.classes), 1)
    of_each = config.per_class * max(-(-_FEWEST_ROWS // classes), 1)
    return subject.take(few_of_each_class(data, rows, of_each * classes))


def _augmentation(subject: Subject) -> AugmentSection:
    """As the run's recipe has it; none without a run, nor where every phase shows images as they are."""
    path = None if subject.folder is None else subject.folder / "recipe.yaml"
    try:
        if path is None or not path.is_file():
            return AugmentSection()
        recipe = load(path)
        of_phases = [recipe.augment_in(phase) for phase, _train in recipe.resolved_phases()]
        return next((section for section in of_phases if section.active), of_phases[-1])
    except RecipeError:  # the run's own reader tells what is wrong with it
        return AugmentSection()


def _as_seen(images: np.ndarray) -> np.ndarray:
    """With channels that people can see."""
    found = images if images.shape[3] in (1, 3, 4) else images.mean(3, keepdims=True).round().astype(np.uint8)
    return np.asarray(found)
