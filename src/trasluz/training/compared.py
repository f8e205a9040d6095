"""The training images that stand beside validation: what an epoch's means cannot be compared with, these can.

An epoch's means are over moving weights, augmented images and dropout.  So wherever validation is measured, the same
is measured of a fixed sample of training images in the same way: in evaluation mode, as they are, with the very
weights that validation uses.
"""

from __future__ import annotations

import numpy as np
from torch import nn

from trasluz.data.data import Data
from trasluz.data.split.limit import limit_rows
from trasluz.families.base import BaseFamily
from trasluz.recipe import TrainSection
from trasluz.rng import Rng
from trasluz.training.derived import PhaseData
from trasluz.training.validation import Computes, validate

SPLIT = "train_eval"  # what records call it: train_eval/loss stands beside valid/loss


def compared_rows(data: Data, train: TrainSection) -> np.ndarray:
    """Row numbers of the sample, in order: as many as ``train`` allows, and no more than validation has; none without
    validation.

    Classes keep their shares.  Where only some training samples have a label, these come first: of the others nothing
    can be right or wrong.  The draw follows from the data alone, so that it is the same in every epoch, after a
    resume, in each of several processes, and for runs of different seeds on one split.
    """
    rows = data.split("train")
    count = min(train.compared(len(rows)), len(data.split("valid")), len(rows))
    return rows[:0] if count == 0 else draw(data, rows, count)


def draw(data: Data, rows: np.ndarray, count: int) -> np.ndarray:
    """``count`` of ``rows`` in order, labelled ones first, classes in their shares; fewer are among more."""
    order = Rng(0).permutation("compared", 0, len(data.samples)).numpy().astype(np.float64)
    if data.labels is None or data.labels.ndim != 1:
        return limit_rows(rows, data.labels, count, order)
    known = data.labels[rows] >= 0
    labelled, others = rows[known], rows[~known]
    chosen = limit_rows(labelled, data.labels, count, order)
    return np.sort(np.concatenate([chosen, limit_rows(others, None, count - len(chosen), order)]))


def measure(
    family: BaseFamily, networks: nn.ModuleDict, where: PhaseData, compared: np.ndarray, by: Computes
) -> dict[str, float]:
    """The family's metrics ``valid/…`` on validation and ``train_eval/…`` on the training images ``compared`` with it.

    ``networks``: what ``where.view`` gives of those that are evaluated.
    """
    found: dict[str, float] = {}
    for split, rows in (("valid", where.data.split("valid")), (SPLIT, compared)):
        if len(rows):
            measured = validate(family, networks, where.data, rows, where.preprocess, by)
            found |= {f"{split}/{name}": value for name, value in measured.items()}
    return found
