"""Operations: what one image costs a network, counted, not timed."""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from trasluz.families.capabilities import GivesLogits
from trasluz.look.subject import Subject


def operations(subject: Subject) -> int:
    """Additions and multiplications of the matrix products and convolutions on one image's way to its scores; 0 for
    networks of neither."""
    blank = torch.zeros(1, *subject.spec.shape, device=subject.device)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        subject.ask(GivesLogits).logits(subject.networks, subject.preprocess.normalise(blank))
    return int(counter.get_total_flops())
