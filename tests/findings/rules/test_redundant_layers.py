from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from tests.findings.made import evidence, found, not_found
from tests.look.made_subjects import subject
from trasluz.findings.evidence import Evidence
from trasluz.look import base
from trasluz.look.looks import probes
from trasluz.reporting import Reporter


@cache
def _probed(redundant: bool) -> tuple[probes.ProbesResult, dict[str, int]]:
    """A network that adds something at each layer, or one with a layer that only doubles what it is given."""
    torch.manual_seed(0)
    double = nn.Linear(64, 64, bias=False)
    with torch.no_grad():
        double.weight.copy_(2 * torch.eye(64))
    narrow = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU())
    net = nn.Sequential(*narrow, *([double, nn.ReLU()] if redundant else []), nn.Linear(64, 10))
    look = base.compute("probes", subject(net), None, {}, Reporter())
    assert isinstance(look, probes.ProbesResult)
    return look, {f"net.{name}": array.numel() for name, array in net.state_dict().items()}


def _seen(redundant: bool) -> Evidence:
    look, parameters = _probed(redundant)
    return dataclasses.replace(evidence(), looks={"probes": look}, parameters=parameters)


def test_a_layer_that_only_doubles_what_it_is_given() -> None:
    finding = found("redundant-layers", _seen(True))
    assert finding.severity == "note"
    assert "1 of 3 layers with weights, net.3, adds nothing" in finding.seen
    assert finding.numbers["at_best"] <= 0.01


def test_layers_that_add_something_few_images_and_better_networks_are_none() -> None:
    not_found("redundant-layers", _seen(False))
    not_found("redundant-layers", evidence())
    made = _seen(True)
    look, _parameters = _probed(True)
    wide = dataclasses.replace(look, gain_low=look.gain - 0.05, gain_high=look.gain + 0.05)
    not_found("redundant-layers", dataclasses.replace(made, looks={"probes": wide}))
    not_found("redundant-layers", dataclasses.replace(made, looks={"probes": dataclasses.replace(look, own=0.999)}))


def test_an_activation_counts_to_the_layer_before_it() -> None:
    look, parameters = _probed(True)
    layers, gains = ("net.1", "net.2", "net.3", "net.4", "net.5"), np.array([0.5, 0.1, -0.2, 0.25, 0.0])

    def probed(gains: np.ndarray) -> Evidence:
        swapped = dataclasses.replace(look, layers=layers, gain=gains, gain_low=gains - 0.002, gain_high=gains + 0.002)
        return dataclasses.replace(evidence(), looks={"probes": swapped}, parameters=parameters)

    not_found("redundant-layers", probed(gains))  # together the layer and its activation add a twentieth
    gains[3] = 0.2
    assert "net.3" in found("redundant-layers", probed(gains)).seen


def test_a_stack_is_judged_by_its_mean_where_images_are_few() -> None:
    look, _parameters = _probed(True)
    layers = tuple(f"net.{number}" for number in range(8))

    def probed(*gains: float, half: float = 0.016) -> Evidence:
        gain = np.array(gains)
        swapped = dataclasses.replace(
            look, layers=layers, gain=gain, gain_low=gain - half, gain_high=gain + half, own=0.0
        )
        return dataclasses.replace(
            evidence(), looks={"probes": swapped}, parameters={f"{name}.weight": 8 for name in layers}
        )

    finding = found("redundant-layers", probed(0.7, 0, 0, 0, 0, 0, 0, 0))
    assert finding.numbers["at_best"] == pytest.approx(0.016 / 6**0.5)  # of the mean of six
    assert "together" in finding.seen
    not_found("redundant-layers", probed(0.7, 0, 0, 0.03, 0, 0.03, 0, 0))  # one gains between two: no stack of three
    not_found("redundant-layers", probed(0.7, 0, 0, 0, 0, 0, 0, 0, half=0.05))


def test_only_layers_that_the_run_taught_are_judged() -> None:
    made = _seen(True)

    def with_phase(**phase: object) -> Evidence:
        recipe = made.recipe.override({"phases": [{"name": "only", **phase}]})
        return dataclasses.replace(made, recipe=recipe)

    found("redundant-layers", with_phase())
    not_found("redundant-layers", with_phase(trainable=["net.5.*"]))
    not_found("redundant-layers", with_phase(frozen=["net.3.*"]))
    elsewhere = {"started_from": [{"phase": "only", "loaded": 4, "fresh_names": ["net.5.weight", "net.5.bias"]}]}
    not_found("redundant-layers", dataclasses.replace(made, info={**made.info, **elsewhere}))
    new = {"started_from": [{"phase": "only", "loaded": 2, "fresh_names": ["net.3.weight", "net.5.weight"]}]}
    assert "1 of 2 layers" in found("redundant-layers", dataclasses.replace(made, info={**made.info, **new})).seen


def test_what_was_probed_is_called_samples_which_rows_of_a_table_are_too() -> None:
    assert " samples, 95 % interval" in found("redundant-layers", _seen(True)).seen
