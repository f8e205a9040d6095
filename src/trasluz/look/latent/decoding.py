"""Decoding: what a model makes of codes, whether an image had them or not, batch by batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from trasluz.families.capabilities import Decodes
from trasluz.look.pictures import as_pictures
from trasluz.look.subject import Subject
from trasluz.model.evaluation_mode import batch_size_for


def decoded(
    subject: Subject,
    codes: np.ndarray,
    labels: np.ndarray | None = None,
    turn: Callable[[Tensor], np.ndarray] = as_pictures,
) -> np.ndarray:
    """What a model that decodes makes of codes ``[n, d]``, n ≥ 1: uint8 ``[n, h, w, c]``, as small as ``pictures``.

    ``labels`` int64 ``[n]``: classes, for a model that ``is_told_classes``.  ``turn``: what becomes of a batch of
    images float32 ``[n, c, h, w]``.
    """
    decode: Callable[..., Tensor] = subject.ask(Decodes).decode  # takes labels too where it is told classes
    size, found = batch_size_for(subject.data.samples), []
    with torch.inference_mode():
        for start in range(0, len(codes), size):
            part = slice(start, start + size)
            given = torch.from_numpy(np.ascontiguousarray(codes[part], np.float32)).to(subject.device)
            more = () if labels is None else (torch.from_numpy(labels[part]).to(subject.device),)
            found.append(turn(decode(subject.networks, given, *more).float()))
    return np.concatenate(found)


def is_told_classes(subject: Subject) -> int:
    """How many classes the decoder is told of, as that of a conditional GAN; 0 where it decodes codes alone."""
    return subject.family.classes
