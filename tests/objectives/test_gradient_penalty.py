"""R1 against gradients known in closed form."""

from __future__ import annotations

import torch

from trasluz.objectives.gradient_penalty import r1


def test_penalty_of_a_linear_score_is_the_square_of_its_weights_for_every_image() -> None:
    torch.manual_seed(0)
    weight, images = torch.randn(2 * 3 * 5, requires_grad=True), torch.rand(4, 2, 3, 5, requires_grad=True)
    penalty = r1(images.flatten(1) @ weight, images)
    torch.testing.assert_close(penalty, weight.square().sum().expand(4))
    penalty.mean().backward()
    torch.testing.assert_close(weight.grad, 2 * weight.detach())


def test_penalty_of_a_quadratic_score_is_that_of_each_image_alone() -> None:
    images = torch.rand(5, 1, 4, 4, requires_grad=True)
    torch.testing.assert_close(r1(images.square().flatten(1).sum(1), images), 4 * images.square().flatten(1).sum(1))
