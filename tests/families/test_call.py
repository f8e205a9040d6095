from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from trasluz.families._call import apply, per_step, real_steps, unroll


class Listens(nn.Module):
    takes_lengths = True

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        return inputs.sum() if lengths is None else lengths


def squares(raw: Tensor, targets: Tensor) -> Tensor:
    return (raw - targets).square().flatten(1).sum(1)


def test_lengths_reach_only_networks_that_take_them() -> None:
    inputs, lengths = torch.ones(2, 3, 1), torch.tensor([1, 2])
    assert apply(Listens(), inputs, lengths) is lengths
    assert apply(Listens(), inputs, None) == 6
    assert apply(nn.Identity(), inputs, lengths) is inputs


def test_only_sequences_ask_a_decoder_for_their_steps() -> None:
    class Counts(nn.Module):
        takes_steps = True

        def forward(self, code: Tensor, steps: int = 0) -> Tensor:
            return torch.tensor(steps)

    assert unroll(Counts(), torch.ones(1, 2), torch.ones(1, 7, 2)) == 7
    assert unroll(Counts(), torch.ones(1, 2), torch.ones(1, 3, 7, 2)) == 0


def test_the_error_of_a_sequence_is_its_mean_over_real_steps() -> None:
    raw, targets, lengths = torch.randn(3, 5, 2), torch.randn(3, 5, 2), torch.tensor([5, 1, 3])
    expected = [squares(raw[i, :n], targets[i, :n]).sum().item() / n for i, n in enumerate(lengths.tolist())]
    assert per_step(squares, raw, targets, lengths).tolist() == pytest.approx(expected, rel=1e-5)
    assert per_step(squares, raw, targets, None).tolist() == pytest.approx(
        [squares(raw[i], targets[i]).sum().item() / 5 for i in range(3)], rel=1e-5
    )
    beyond = ~real_steps(lengths, 5)
    targets[beyond] = 1e6
    raw.requires_grad_()
    masked = per_step(squares, raw, targets, lengths)
    assert masked.tolist() == pytest.approx(expected, rel=1e-5)
    masked.sum().backward()  # type: ignore[no-untyped-call]  # PyTorch leaves it without annotations
    assert raw.grad is not None
    assert not raw.grad[beyond].any()
