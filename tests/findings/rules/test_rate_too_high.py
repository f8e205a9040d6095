from __future__ import annotations

import numpy as np
import pytest

from tests.findings.made import audit, evidence, found, history, not_found, rebuilt
from trasluz.findings.evidence import Evidence

FALLING = list(np.exp(-np.arange(12) / 4))


def test_a_loss_that_ends_above_its_beginning() -> None:
    finding = found("rate-too-high", evidence(records=history(train_loss=[2.3, 2.0, 3.0, 3.5, 3.2])))
    assert finding.severity == "bad"
    assert finding.settings == ("train.optimiser.learning_rate=0.0001",)


def test_a_running_loss_that_strong_augmentation_keeps_high_is_none_where_the_network_has_learned() -> None:
    classes = {"a": {"train": 50}, "b": {"train": 50}}
    running = [0.88, 1.27, 0.86]  # three epochs of 108 photographs with mixup, dropout and growing sizes
    for judged, there in ((0.42, False), (0.68, True), (1.3, True)):
        records = history(train_loss=running, train_eval_loss=[judged] * 3)
        (found if there else not_found)("rate-too-high", evidence(records=records, audit=audit(classes=classes)))


def test_a_loss_that_leaps_again_and_again() -> None:
    leaping = FALLING.copy()
    leaping[4], leaping[8] = 0.9, 0.8
    finding = found("rate-too-high", evidence(records=history(train_loss=leaping)))
    assert finding.severity == "warn"
    assert finding.numbers["jumps"] == 2


def test_a_falling_loss_a_single_leap_and_noise_at_the_end_are_none() -> None:
    not_found("rate-too-high", evidence(records=history(train_loss=FALLING)))
    once = FALLING.copy()
    once[5] = 0.9
    not_found("rate-too-high", evidence(records=history(train_loss=once)))
    small = [1.0, *(0.001 * (1.5 + (-1) ** np.arange(11)))]
    not_found("rate-too-high", evidence(records=history(train_loss=small)))


def test_the_peak_of_a_schedule_from_which_the_loss_came_back_is_none() -> None:
    leaping = FALLING.copy()
    leaping[3], leaping[5] = 0.9, 0.8
    cycle = [*np.linspace(1e-4, 1e-3, 4), *np.linspace(1e-3, 1e-5, 8)]
    not_found("rate-too-high", evidence(records=history(cycle, train_loss=leaping)))
    found("rate-too-high", evidence(records=history(train_loss=leaping)))
    lost = [*leaping[:-3], 0.7, 0.7, 0.7]
    found("rate-too-high", evidence(records=history(cycle, train_loss=lost)))


def test_steps_that_threw_the_loss_far_above_chance_for_good() -> None:
    classes = {"a": {"train": 50}, "b": {"train": 50}}
    thrown = {"train_loss": [9.0, 0.7, 0.7, 0.7], "train_cross_entropy": [9.0, 0.7, 0.7, 0.7]}
    finding = found("rate-too-high", evidence(records=history(**thrown), audit=audit(classes=classes)))
    assert finding.numbers["chance"] == pytest.approx(np.log(2))
    for first, there in ((9.0, True), (6.0, False)):  # thrown ten times as far, so that little was won since
        little = [first, 0.63, 0.6, 0.59, 0.58, 0.58]
        records = history(train_loss=little, train_cross_entropy=little)
        (found if there else not_found)("rate-too-high", evidence(records=records, audit=audit(classes=classes)))
    learned = {"train_loss": [9.0, 0.7, 0.5, 0.1], "train_cross_entropy": [9.0, 0.7, 0.5, 0.1]}
    not_found("rate-too-high", evidence(records=history(**learned), audit=audit(classes=classes)))
    falling = [90.0, 60.0, 40.0, 30.0, 20.0, 15.0, 12.0, 10.0]  # from pixels of 255, and on its way
    raw = history(train_loss=falling, train_cross_entropy=falling)
    not_found("rate-too-high", evidence(records=raw, audit=audit(classes=classes)))
    table = audit(classes=classes, kind="table")
    not_found("rate-too-high", evidence(records=history(**thrown), audit=table))


def test_a_loss_whose_weight_rises_may_rise() -> None:
    set_ = {"model": {"family": "vae", "divergence": {"name": "kl", "warmup": 0.5}}}
    not_found("rate-too-high", evidence(set_, records=history(train_loss=[2.3, 2.0, 3.0, 3.5, 3.2])))


def test_a_loss_that_wanders_above_chance() -> None:
    classes = {name: {"train": 50} for name in "abcdefghij"}
    wandering = [2.85, 2.55, 2.62, 2.79, 2.75, 2.56, 2.52, 2.57, 2.6, 2.53, 2.53, 2.55]

    def made(values: list[float], kind: str = "image") -> Evidence:
        records = history(train_loss=values, train_cross_entropy=values)
        return evidence(records=records, audit=audit(classes=classes, kind=kind))

    finding = found("rate-too-high", made(wandering))
    assert finding.severity == "bad"
    assert finding.numbers["chance"] == pytest.approx(np.log(10))
    not_found("rate-too-high", made([2.6 - 0.0001 * i for i in range(12)]))  # hardly moved
    not_found("rate-too-high", made([2.9 - 0.03 * i for i in range(12)]))  # on its way
    not_found("rate-too-high", made([value - 0.3 for value in wandering]))  # it was below chance
    not_found("rate-too-high", made(wandering, "table"))
    joint = {"model": {"family": "joint", "classification": 0.0}}  # of which nothing learns
    records = history(train_loss=FALLING, train_cross_entropy=wandering)
    not_found("rate-too-high", evidence(joint, records=records, audit=audit(classes=classes)))


def test_a_rate_far_above_the_usual_one_is_brought_there() -> None:
    records = history(train_loss=[2.3, 2.0, 3.0, 3.5, 3.2])
    made = evidence({"train.optimiser.learning_rate": 1.0}, records=records)
    assert found("rate-too-high", made).settings == ("train.optimiser.learning_rate=0.001",)


def test_steps_that_silenced_what_was_thrown_above_chance_at_ten_times_the_usual_rate() -> None:
    classes = {name: {"train": 50} for name in "abcd"}  # chance: 1.386
    silenced = [1.78, 1.43, 1.41, 1.4, 1.4, 1.39, 1.39]
    records = history(train_loss=silenced, train_cross_entropy=silenced)
    fast, usual = ({"train.optimiser.learning_rate": rate} for rate in (0.1, 0.001))
    assert "no better" in found("rate-too-high", evidence(fast, records=records, audit=audit(classes=classes))).seen
    not_found("rate-too-high", evidence(usual, records=records, audit=audit(classes=classes)))
    learned = [*silenced[:-1], 1.3]
    records = history(train_loss=learned, train_cross_entropy=learned)
    not_found("rate-too-high", evidence(fast, records=records, audit=audit(classes=classes)))


@pytest.mark.parametrize(
    ("rate", "last", "mse", "there"), [(0.3, 0.191, 0.2, True), (0.001, 0.191, 0.2, False), (0.3, 0.1, 0.2, False)]
)
def test_a_decoder_that_was_broken_in_the_first_epoch(rate: float, last: float, mse: float, there: bool) -> None:
    pca = {"pca": {"mse": 0.023, "components": 8.0, "code": 8.0}}
    set_ = {"model": {"family": "autoencoder"}, "train.optimiser.learning_rate": rate}
    records = history(train_loss=[0.19, *[last] * 6])
    broken = evidence(set_, records=records, evaluation=rebuilt({"mse": mse}, baselines=pca))
    (found if there else not_found)("rate-too-high", broken)
    near = evidence(set_, records=records, evaluation=rebuilt({"mse": 0.03}, baselines=pca))  # at rest, and near PCA
    not_found("rate-too-high", near)
