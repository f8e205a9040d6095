from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from trasluz.networks.dropout import Dropout, mask_like, masks_from
from trasluz.rng import Rng


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_share_dropped_is_the_rate_within_five_standard_errors(rate: float) -> None:
    n = 400_000
    dropped = float((mask_like(torch.ones(n), rate, Rng(1)) == 0).float().mean())
    assert abs(dropped - rate) < 5 * (rate * (1 - rate) / n) ** 0.5 + 2**-16


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_kept_values_are_scaled_by_the_true_kept_share_so_that_the_mean_stays(rate: float) -> None:
    mask = mask_like(torch.ones(1_000_000), rate, Rng(2))
    kept = 1 - round(rate * 65536) / 65536
    assert torch.allclose(mask[mask > 0], torch.tensor(1 / kept))
    assert float(mask.mean()) == pytest.approx(1.0, abs=0.006)


def test_neighbouring_values_are_dropped_independently() -> None:
    kept = (mask_like(torch.ones(200_000), 0.5, Rng(3)) > 0).float() - 0.5
    for lag in (1, 2, 3, 4, 8):
        assert abs(float((kept[:-lag] * kept[lag:]).mean())) * 4 < 5 / len(kept) ** 0.5


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_backward_multiplies_by_the_same_mask_as_forward(dtype: torch.dtype) -> None:
    x = torch.ones(3, 5, 7, 9, dtype=dtype, requires_grad=True)
    y = Dropout(0.3)(x)
    y.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, y.detach())


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 5, 7, 9), (4, 6), (5,), (0, 3, 2, 2)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_shape_format_and_layout_stay(shape: tuple[int, ...], layout: torch.memory_format) -> None:
    x = torch.rand(shape, dtype=torch.bfloat16)
    if len(shape) == 4:
        x = x.contiguous(memory_format=layout)
    y = Dropout(0.4)(x)
    assert (y.shape, y.dtype) == (x.shape, x.dtype)
    assert y.stride() == x.stride() or x.numel() == 0


def test_views_with_gaps_and_expanded_values_are_dropped_value_by_value() -> None:
    torch.manual_seed(4)
    for x in (torch.ones(40, 50)[:, ::2], torch.ones(1, 50).expand(40, 50), torch.ones(40, 50).T):
        dropped = (Dropout(0.5)(x) == 0).float()
        assert 0.4 < float(dropped.mean()) < 0.6
        assert dropped.std(0).min() > 0


@pytest.mark.parametrize("scope", ["key", "ambient"])
def test_same_key_gives_the_same_masks_and_another_step_others(scope: str) -> None:
    layer, x = Dropout(0.5), torch.ones(1000)
    outputs = []
    for step in (7, 7, 8):
        with Rng(5).ambient("dropout", 0, step) if scope == "ambient" else masks_from(Rng(5).child("dropout", 0, step)):
            outputs.append((layer(x), layer(x)))
    assert torch.equal(outputs[0][0], outputs[1][0])
    assert torch.equal(outputs[0][1], outputs[1][1])
    assert not torch.equal(outputs[0][0], outputs[2][0])
    assert not torch.equal(outputs[0][0], outputs[0][1])


def test_evaluation_mode_and_rate_zero_change_nothing() -> None:
    x = torch.rand(10)
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x


def test_rate_that_rounds_to_everything_drops_everything() -> None:
    assert float(mask_like(torch.ones(100), 1 - 1e-9, Rng(0)).sum()) == 0


def test_training_sees_the_mean_and_variance_of_pytorchs_own_dropout() -> None:
    torch.manual_seed(6)
    x = torch.rand(500_000)
    ours, theirs = Dropout(0.2)(x), F.dropout(x, 0.2)
    assert float(ours.mean()) == pytest.approx(float(theirs.mean()), rel=0.01)
    assert float(ours.var()) == pytest.approx(float(theirs.var()), rel=0.02)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_members_of_a_population_have_the_masks_that_each_has_alone(layout: torch.memory_format) -> None:
    layer, members = Dropout(0.3), [Rng(3).child("member", number) for number in range(4)]
    x = torch.rand(5, 3, 4, 4).contiguous(memory_format=layout)

    def one(rng: Rng, values: torch.Tensor) -> torch.Tensor:
        with masks_from(rng):
            return layer(layer(values))

    alone = torch.stack([one(member, x) for member in members])
    keys = Rng.stack(members).key
    together = torch.func.vmap(lambda key: one(Rng(key), x))(keys)
    assert torch.equal(alone, together)
    assert not torch.equal(alone[0], alone[1])


def test_a_block_inside_another_leaves_the_outer_ones_masks_as_they_were() -> None:
    layer, x = Dropout(0.5), torch.ones(64)
    with masks_from(Rng(1)):
        plain = [layer(x), layer(x)]
    with masks_from(Rng(1)):
        first = layer(x)
        with masks_from(Rng(2)):
            layer(x)
        second = layer(x)
    assert torch.equal(first, plain[0])
    assert torch.equal(second, plain[1])
