"""Looks at data whose samples come in groups: their numbers stay, and their intervals are by groups."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from tests.look.looks.made_decoders import Gaussian
from tests.look.looks.made_maps import made_data, made_subject
from tests.look.looks.planted import trained
from tests.look.made_subjects import digits, subject
from trasluz.look import base
from trasluz.look.checks.verdicts import judge, knows_something, measured
from trasluz.look.looks.code_use import CodeUseResult
from trasluz.look.looks.latent_map import LatentMapResult
from trasluz.look.looks.probes import ProbesResult
from trasluz.look.looks.trust import TrustResult
from trasluz.metrics.clustered import hits_interval
from trasluz.metrics.paired import paired_proportions
from trasluz.reporting import Reporter


def _probes(groups: np.ndarray | None) -> ProbesResult:
    torch.manual_seed(0)
    data = dataclasses.replace(digits(), groups=groups)
    found = base.compute("probes", subject(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), data), None, {}, Reporter())
    assert isinstance(found, ProbesResult)
    return found


def test_probes_have_their_intervals_by_groups() -> None:
    alone, together = _probes(None), _probes(np.arange(1797) // 40)
    right = together.settled == 0  # of one layer: who is right
    groups = np.arange(1000, 1400) // 40
    assert (together.low[0], together.high[0]) == hits_interval(right, groups)
    most = np.bincount(np.asarray(digits().labels)[:1000]).argmax() == np.asarray(digits().labels)[1000:1400]
    assert (together.gain[0], together.gain_low[0], together.gain_high[0]) == paired_proportions(right, most, groups)
    assert together.accuracy == alone.accuracy
    assert together.gain == alone.gain
    assert together.high - together.low > alone.high - alone.low
    of_one = _probes(np.zeros(1797, np.int64))
    assert (of_one.low, of_one.high, of_one.gain_low, of_one.gain_high) == (0, 1, -1, 1)


def test_what_the_code_tells_of_classes_has_its_interval_by_groups() -> None:
    found = {}
    for of, groups in (("alone", None), ("together", np.arange(90) // 10)):
        seen = made_subject(dataclasses.replace(made_data(), groups=groups))
        result = base.compute("latent-map", seen, None, {"method": "pca"}, Reporter())
        assert isinstance(result, LatentMapResult)
        assert result.neighbours is not None
        found[of] = result.neighbours
    assert found["alone"].value == found["together"].value == 1  # brightness tells these classes
    assert (found["together"].low, found["together"].high) == hits_interval(np.ones(60, bool), np.arange(60) // 10)
    assert found["together"].low < found["alone"].low


def test_checks_of_maps_are_by_groups() -> None:
    values, groups = np.repeat([0.5, 0.1, 0.3, 0.6], 10), np.repeat(np.arange(4), 10)
    alone, together = measured(values), measured(values, groups)
    assert alone.mean == together.mean == pytest.approx(0.375)
    assert together.low < alone.low < alone.high < together.high
    assert not measured(values, np.zeros(40, np.int64)).above_zero
    assert measured(np.append(values, np.nan), np.append(groups, 9)) == together


def test_a_model_that_knows_few_groups_is_not_said_to_know_anything() -> None:
    found = base.compute("trust", trained(), None, {"count": 24, "steps": 2, "random_networks": 2}, Reporter())
    assert isinstance(found, TrustResult)
    assert not len(found.groups)
    assert knows_something(found)
    assert not knows_something(dataclasses.replace(found, groups=np.zeros(24, np.int64)))
    data = dataclasses.replace(trained().data, groups=np.arange(len(trained().data.samples)) // 4)
    shown = dataclasses.replace(trained(), open_data=lambda: data)
    grouped = base.compute("trust", shown, None, {"count": 24, "steps": 2, "random_networks": 2}, Reporter())
    assert isinstance(grouped, TrustResult)
    assert len(grouped.groups) == 24
    method = grouped.methods[0]
    alone, together = judge(found, method), judge(grouped, method)
    assert (alone.alike, alone.rise) == (together.alike, together.rise)  # over random networks, which have no groups
    assert alone.deletion[0].mean == together.deletion[0].mean
    assert alone.deletion[0].low != together.deletion[0].low


def test_the_distance_of_codes_from_the_prior_is_over_pairs_of_different_groups() -> None:
    found = {}
    for of, groups in (("alone", None), ("single", np.arange(300)), ("together", np.arange(300) // 20)):
        seen = made_subject(dataclasses.replace(made_data(300), groups=groups), Gaussian())
        result = base.compute("code-use", seen, None, {}, Reporter())
        assert isinstance(result, CodeUseResult)
        assert result.mmd is not None
        assert result.mmd_low is not None
        assert result.mmd_low < result.mmd
        found[of] = result
    assert found["single"].mmd == pytest.approx(found["alone"].mmd)
    assert found["together"].mmd != found["alone"].mmd
