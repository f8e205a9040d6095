"""The codebook against brute force and against the equations written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from trasluz.networks import codebook
from trasluz.networks.codebook import Codebook, perplexity, spread_around_means
from trasluz.rng import Rng


def made(size: int = 7, width: int = 3) -> Codebook:
    torch.manual_seed(0)
    book = Codebook(size, width)
    book.vectors.normal_()
    return book


def vectors(count: int = 40, width: int = 3) -> Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("at_once", [7, 100, 2**24])
def test_the_nearest_codeword_is_that_of_brute_force_however_many_are_compared_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codebook, "_MOST_DISTANCES", at_once)
    book, given = made(), vectors()
    words, indices = book(given)
    expected = [min(range(7), key=lambda k: float(((z - book.vectors[k]) ** 2).sum())) for z in given]
    assert indices.tolist() == expected
    assert torch.equal(words, book.vectors[expected])


def test_distances_are_float32_whatever_autocast_says() -> None:
    book, given = made(500), vectors(200)
    with torch.autocast("cpu", torch.bfloat16):
        words, indices = book(given)
    assert words.dtype == torch.float32
    assert torch.equal(indices, book(given)[1])


def test_the_codebook_follows_the_published_equations() -> None:
    book, decay = made(2, 1), 0.9
    book.follow(torch.tensor([3.0, 0.0]), torch.tensor([[6.0], [0.0]]), decay)
    assert book.vectors[0].item() == pytest.approx(2.0)  # the first batch's mean: N and m began at 0
    never = book.vectors[1].item()
    book.follow(torch.tensor([1.0, 2.0]), torch.tensor([[5.0], [-8.0]]), decay)
    counts = [0.9 * (0.1 * 3) + 0.1 * 1, 0.1 * 2]
    sums = [0.9 * (0.1 * 6) + 0.1 * 5, 0.1 * -8]
    np.testing.assert_allclose(book.counts, counts, rtol=1e-6)
    np.testing.assert_allclose(book.sums[:, 0], sums, rtol=1e-6)
    np.testing.assert_allclose(book.vectors[:, 0], [sums[0] / counts[0], -4.0], rtol=1e-6)
    assert never != book.vectors[1].item()


def test_a_code_that_is_never_used_stays_where_it_is_for_ever() -> None:
    book = made(2, 3)
    before = book.vectors[1].clone()
    for _step in range(3000):
        book.follow(torch.tensor([1.0, 0.0]), torch.ones(2, 3) * torch.tensor([[1.0], [0.0]]), 0.9)
    assert torch.equal(book.vectors[1], before)
    assert book.vectors.isfinite().all()


def test_unused_codes_start_anew_among_the_encoders_vectors_and_the_others_stay() -> None:
    book = made(2000, 2)
    book.counts.copy_(torch.tensor([30.0, 10.0] + [0.001] * 1998))
    book.vectors[:2] = torch.tensor([[5.0, 0.0], [-5.0, 0.0]])
    kept = book.vectors[:2].clone()
    book.restart(0.5, torch.tensor(0.25), Rng(3))
    assert torch.equal(book.vectors[:2], kept)
    fresh = book.vectors[2:]
    near_first = fresh[:, 0] > 0
    assert float(near_first.float().mean()) == pytest.approx(0.75, abs=0.03)
    around = torch.where(near_first[:, None], fresh - kept[0], fresh - kept[1])
    assert float(around.std()) == pytest.approx(0.25, rel=0.05)
    torch.testing.assert_close(book.sums[2:] / book.counts[2:, None], fresh)
    assert float(book.counts[2:].min()) == pytest.approx((40 + 1.998) / 2000)


def test_one_code_is_its_own_neighbour_and_never_restarts() -> None:
    book, given = made(1), vectors()
    _words, indices = book(given)
    book.follow(book.use(indices, 40), book.gather(given, indices, 40), 0.99)
    before = book.vectors.clone()
    book.restart(0.5, torch.tensor(1.0), Rng(0))
    assert torch.equal(book.vectors, before)
    torch.testing.assert_close(before[0], given.mean(0))


def test_the_spread_is_that_of_vectors_around_the_means_of_their_codes() -> None:
    book, given = made(), vectors(400)
    _words, indices = book(given)
    residuals = given.clone()
    for code in indices.unique():
        residuals[indices == code] -= given[indices == code].mean(0)
    found = spread_around_means(given.square().sum() / 10, book.use(indices, 10), book.gather(given, indices, 10))
    assert float(found) == pytest.approx(float(residuals.square().mean().sqrt()), rel=1e-4)


def test_perplexity_counts_codes_that_do_alike() -> None:
    assert perplexity(torch.tensor([5.0, 5.0, 0.0, 5.0])) == pytest.approx(3)
    assert perplexity(torch.tensor([7.0])) == pytest.approx(1)
    assert perplexity(torch.tensor([1.0, 3.0])) == pytest.approx(math.exp(0.25 * math.log(4) + 0.75 * math.log(4 / 3)))
