"""The energy distance of samples: against a closed form, against its definition, and in parts as a whole."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from trasluz.metrics.sample_distance import characteristic, sample_distance


def _found(real: Tensor, generated: Tensor) -> float:
    return sample_distance(_sums(real, generated), len(real))


def _sums(real: Tensor, generated: Tensor) -> dict[str, Tensor]:
    return {**characteristic(real, "real"), **characteristic(generated, "generated")}


def _grey(values: Tensor) -> Tensor:
    return values[:, None, None, None]


def test_two_normal_distributions_are_as_far_apart_as_the_closed_form_says() -> None:
    draw = torch.Generator().manual_seed(0)
    real, made = (torch.randn(1000, generator=draw) for _each in range(2))
    shift = 1.5
    # E|x − y| of a normal difference with mean m and variance 2 (folded normal), and E|x − x'| = 2/√π.
    between = 2 / math.sqrt(math.pi) * math.exp(-(shift**2) / 4) + shift * math.erf(shift / 2)
    expected = (2 * between - 4 / math.sqrt(math.pi)) / (2 / math.sqrt(math.pi))
    assert _found(_grey(real), _grey(made + shift)) == pytest.approx(expected, rel=0.1)
    assert _found(_grey(0.1 * real), _grey(0.1 * (made + shift))) == pytest.approx(expected, rel=0.1)  # has no unit
    assert abs(_found(_grey(real), _grey(made))) < 0.01


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 6, 5), (3, 4, 5)])
def test_it_is_its_definition_over_all_pairs(shape: tuple[int, ...]) -> None:
    draw = torch.Generator().manual_seed(1)
    x, y = torch.rand(60, *shape, generator=draw), 0.3 + 0.4 * torch.rand(60, *shape, generator=draw)
    a, b = x.flatten(1), y.flatten(1)
    between = torch.cdist(a, b).mean()
    within = [torch.cdist(c, c).sum() / (60 * 59) for c in (a, b)]
    expected = float((2 * between - sum(within)) / within[0])
    assert _found(x, y) == pytest.approx(expected, rel=0.1)


def test_a_generator_that_makes_one_image_is_far_and_fewer_kinds_are_farther() -> None:
    draw = torch.Generator().manual_seed(2)
    kinds = torch.rand(4, 1, 24, 24, generator=draw)

    def some(count: int) -> Tensor:
        noise = 0.02 * torch.randn(200, 1, 24, 24, generator=draw)
        return kinds[torch.arange(200) % count] + noise

    distances = [_found(some(4), some(count)) for count in (4, 3, 2, 1)]
    assert distances == sorted(distances)
    assert abs(distances[0]) < 0.05
    assert distances[-1] > 0.5


def test_batches_add_up_and_where_nothing_can_be_said_it_is_0() -> None:
    draw = torch.Generator().manual_seed(3)
    real, made = torch.rand(600, 1, 8, 8, generator=draw), torch.rand(600, 1, 8, 8, generator=draw) ** 2
    parts = [_sums(real[rows], made[rows]) for rows in (slice(0, 1), slice(1, 250), slice(250, 600))]
    sums = {name: torch.stack([part[name] for part in parts]).sum(0) for name in parts[0]}
    assert sample_distance(sums, 600) == pytest.approx(_found(real, made), rel=1e-4)
    assert _found(torch.zeros(5, 1, 2, 2), torch.zeros(5, 1, 2, 2)) == 0
    assert _found(real[:1], made[:1]) == 0
