"""Splits by whole groups: none is cut, sizes and classes come near to what was asked for, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from trasluz.data.split.draw import draw_places
from trasluz.data.split.grouped import choose_groups
from trasluz.errors import RecipeError
from trasluz.rng import Rng

Rows = dict[str, np.ndarray]


def _places(groups: np.ndarray, seed: int) -> np.ndarray:
    return draw_places(np.arange(len(groups)), groups, Rng(seed))


def _choose(
    labels: np.ndarray | None, groups: np.ndarray, valid: float | str | None = 0.2, seed: int = 0, **more: float
) -> Rows:
    return choose_groups(labels, {}, valid, more.get("test"), _places(groups, seed), groups)


def _mixed(seed: int, groups: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Groups of 1 to 30 samples, each with its own mixture of three classes of unequal size."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 31, groups)
    shares = rng.dirichlet([2.0, 1.0, 0.5], groups)
    labels = np.concatenate([rng.choice(3, size, p=share) for size, share in zip(sizes, shares, strict=True)])
    return labels.astype(np.int64), np.repeat(np.arange(groups), sizes)


@pytest.mark.parametrize("seed", range(10))
def test_no_group_is_cut_and_size_and_classes_come_near(seed: int) -> None:
    labels, groups = _mixed(seed)
    found = _choose(labels, groups, seed=seed, test=0.1)
    train = np.setdiff1d(np.arange(len(groups)), np.concatenate(list(found.values())))
    parts = [train, found["valid"], found["test"]]
    assert sum(len(np.unique(groups[part])) for part in parts) == len(np.unique(groups))
    for name, share in (("valid", 0.2), ("test", 0.1)):
        assert len(found[name]) == pytest.approx(share * len(groups), rel=0.1)
        given = np.bincount(labels[found[name]], minlength=3) / len(found[name])
        assert np.abs(given - np.bincount(labels, minlength=3) / len(labels)).max() < 0.08


def test_classes_are_shared_out_as_well_as_scikit_learn_does() -> None:
    ours, theirs = [], []
    for seed in range(10):
        labels, groups = _mixed(seed)
        whole = np.bincount(labels, minlength=3) / len(labels)
        fold = next(StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(labels, labels, groups))[1]
        for rows, kept in ((_choose(labels, groups, seed=seed)["valid"], ours), (fold, theirs)):
            shares = np.bincount(labels[rows], minlength=3) / len(rows)
            kept.append(np.abs(shares - whole).max() + abs(len(rows) / len(labels) - 0.2))
    assert np.mean(ours) <= np.mean(theirs)


def test_single_samples_are_shared_out_exactly() -> None:
    labels = np.repeat([0, 1, 2], [100, 60, 40])
    rows = _choose(labels, np.arange(200), valid=0.2)["valid"]
    assert np.bincount(labels[rows]).tolist() == [20, 12, 8]


def test_every_class_is_judged_where_groups_are_large() -> None:
    """Three classes of three films each: a tenth is less than one film."""
    groups = np.repeat(np.arange(9), 50)
    labels = groups % 3
    rows = _choose(labels, groups, valid=0.1)["valid"]
    assert sorted(labels[rows][::50].tolist()) == [0, 1, 2]


def test_a_class_in_one_group_stays_in_training() -> None:
    groups = np.repeat(np.arange(10), 10)
    labels = np.where(groups == 3, 1, 0)
    for seed in range(20):
        assert 3 not in groups[_choose(labels, groups, seed=seed)["valid"]]


def test_another_seed_chooses_other_groups() -> None:
    labels, groups = _mixed(0)
    chosen = {tuple(np.unique(groups[_choose(labels, groups, seed=seed)["valid"]])) for seed in range(8)}
    assert len(chosen) == 8


def test_every_group_is_chosen_about_equally_often() -> None:
    groups = np.repeat(np.arange(20), 10)
    labels = groups % 2
    times = np.zeros(20)
    for seed in range(200):
        times[np.unique(groups[_choose(labels, groups, seed=seed)["valid"]])] += 1
    assert times.sum() == 800
    assert times.min() > 20  # of 40 expected, more than 3 standard deviations away


def test_several_labels_and_none_are_shared_out_too() -> None:
    groups = np.repeat(np.arange(20), 10)
    rng = np.random.default_rng(0)
    several = rng.random((200, 3)) < 0.4
    for labels in (several, None, np.full(200, -1)):
        assert len(_choose(labels, groups)["valid"]) == 40


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ([0] * 20, r"data\.valid: all 20 training samples are one group.*data\.valid=null"),
        ([0] * 10 + [1] * 10, r"data\.valid: each of the 2 groups holds all training samples of some class"),
    ],
)
def test_too_few_groups_are_refused(groups: list[int], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        _choose(np.repeat([0, 1], 10), np.array(groups))


def test_the_last_n_may_not_cut_a_group() -> None:
    groups = np.repeat(np.arange(5), 4)
    assert _choose(None, groups, valid="last 4")["valid"].tolist() == [16, 17, 18, 19]
    for rule in ("last 5", "last 20"):
        with pytest.raises(RecipeError, match=r"data\.valid: 'last \d+' cuts a group in two or leaves none"):
            _choose(None, groups, valid=rule)


def test_a_given_split_is_left_alone() -> None:
    groups = np.repeat(np.arange(10), 4)
    found = choose_groups(None, {"test": np.arange(8)}, 0.25, 0.5, _places(groups, 0), groups)
    assert set(found) == {"valid"}
    assert found["valid"].min() >= 8
    assert len(found["valid"]) == 8
