from __future__ import annotations

import pytest
import torch

from trasluz.objectives.likelihoods import build_likelihood

RAW = torch.tensor([[[[-1.0, 0.25], [0.5, 3.0]]]])
TARGETS = torch.tensor([[[[0.0, 0.5], [0.5, 1.0]]]])


def test_linear_pixels_are_judged_as_they_are_and_shown_clipped() -> None:
    likelihood = build_likelihood({"name": "squared-error", "linear": True}, (1, 2, 2))
    assert likelihood.negative_log(RAW, TARGETS).tolist() == [1 + 0.0625 + 0 + 4]
    assert torch.equal(likelihood.mean(RAW), RAW.clamp(0, 1))


def test_pixels_are_bent_into_zero_to_one_by_default() -> None:
    likelihood = build_likelihood("squared-error", (1, 2, 2))
    assert torch.equal(likelihood.mean(RAW), RAW.sigmoid())
    error = (RAW.sigmoid() - TARGETS).square().sum().item()
    assert likelihood.negative_log(RAW, TARGETS).item() == pytest.approx(error)


@pytest.mark.parametrize("linear", [False, True])
def test_tables_are_never_bent_nor_clipped(linear: bool) -> None:
    likelihood = build_likelihood({"name": "squared-error", "linear": linear}, (4,))
    assert torch.equal(likelihood.mean(RAW.flatten(1)), RAW.flatten(1))
    assert likelihood.negative_log(RAW.flatten(1), TARGETS.flatten(1)).tolist() == [1 + 0.0625 + 0 + 4]
