"""Totals: means per sample, and the first term that stopped being finite, of one network or of one of many members."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from trasluz.families.base import Losses
from trasluz.training.totals import Totals

ENGINE: Any = SimpleNamespace(device=torch.device("cpu"), sum_over_processes=lambda values: values)


def test_a_member_whose_loss_is_nan_is_noticed_and_its_term_and_step_named() -> None:
    totals = Totals(torch.device("cpu"))
    for step in range(5):
        losses = torch.ones(3)
        if step >= 2:
            losses[1] = torch.nan
        totals.add(Losses({"squared_error": losses, "loss": losses * 2}), 10.0, step)
    assert totals.first_not_finite() == ("squared_error", 2)


def test_what_is_watched_is_recorded_beside_terms_and_statistics_apart_whatever_their_shapes() -> None:
    totals = Totals(torch.device("cpu"))
    for value, count in ((1.0, 1.0), (4.0, 3.0)):
        number = torch.tensor(value)
        totals.add(
            Losses({"loss": number}, {"accuracy": number / 4}, {"shares": number.expand(2), "sum": number}), count, 0
        )
    assert totals.means(ENGINE) == {"accuracy": pytest.approx(3.25 / 4), "loss": pytest.approx(3.25)}
    found = totals.statistics(ENGINE)
    assert found["shares"].tolist() == [3.25, 3.25]
    assert float(found["sum"]) == 3.25, "a statistic of one number is no term"


def test_means_of_members_are_means_over_them() -> None:
    totals = Totals(torch.device("cpu"))
    totals.add(Losses({"loss": torch.tensor([1.0, 3.0])}), 2.0, 0)
    assert totals.means(ENGINE) == {"loss": 2.0}
    again = Totals(torch.device("cpu"))
    again.load_state_dict(totals.state_dict())
    assert again.means(ENGINE) == {"loss": 2.0}


def test_what_each_member_gave_is_what_its_own_totals_would_say() -> None:
    together, alone = Totals(torch.device("cpu")), [Totals(torch.device("cpu")) for _member in range(3)]
    draws = torch.Generator().manual_seed(0)
    for step, count in enumerate((4.0, 4.0, 1.0)):
        terms, shares = torch.rand(3, generator=draws), torch.rand(3, 2, generator=draws)
        rare = {"rare": terms * 2} if step == 1 else {}
        together.add(Losses({"loss": terms}, rare, {"shares": shares}), count, step)
        for member, own in enumerate(alone):
            watched = {name: value[member] for name, value in rare.items()}
            own.add(Losses({"loss": terms[member]}, watched, {"shares": shares[member]}), count, step)
    for (means, statistics), own in zip(together.of_members(), alone, strict=True):
        assert list(means) == list(own.means(ENGINE))
        assert means == pytest.approx(own.means(ENGINE), rel=1e-12)
        torch.testing.assert_close(statistics, own.statistics(ENGINE))
    assert together.not_finite() == {}


def test_who_is_not_finite_is_told_with_its_own_term_and_step() -> None:
    totals = Totals(torch.device("cpu"))
    for step in range(5):
        losses = torch.ones(4)
        losses[1] = torch.nan if step >= 2 else 1.0
        losses[3] = torch.inf if step >= 4 else 1.0
        totals.add(Losses({"squared_error": losses, "loss": losses * 2}), 10.0, 10 + step)
    assert totals.not_finite() == {1: ("squared_error", 12), 3: ("squared_error", 14)}
