from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import nn

from tests.findings.made import audit, classified, evidence, found, history, not_found
from tests.look.made_subjects import subject
from trasluz.findings.evidence import Evidence
from trasluz.findings.rules.dead_units import _Layer, _layers
from trasluz.look import base
from trasluz.look.looks.feature_maps import FeatureMapsResult
from trasluz.look.result import Result
from trasluz.reporting import Reporter


def _net(dead: int) -> nn.Sequential:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 10))
    with torch.no_grad():
        net[0].weight.abs_()  # type: ignore[union-attr, operator]  # a convolution's weight is a tensor
        net[0].bias[:] = 0.1  # type: ignore[index, union-attr]
        net[0].weight[:dead] = 0  # type: ignore[index, union-attr]
        net[0].bias[:dead] = -1  # type: ignore[index, union-attr]
    return net


def _seen(dead: int, *looks: str, **options: Any) -> Evidence:
    made: dict[str, Result] = {
        name: base.compute(name, subject(_net(dead)), None, options, Reporter()) for name in looks
    }
    return dataclasses.replace(evidence(), looks=made)


def test_channels_that_are_zero_everywhere_by_either_look() -> None:
    for look in ("feature-maps", "exciting"):
        finding = found("dead-units", _seen(3, look))
        assert finding.severity == "note"
        assert "narrower" in finding.advice
        assert found("dead-units", _seen(4, look)).severity == "warn"  # half of the layer
        assert finding.numbers == {"dead": 3, "channels": 8, "share": 3 / 8}
        assert finding.settings[0].startswith("train.optimiser.learning_rate=")
    not_found("dead-units", _seen(1, "feature-maps"))  # one of eight was never alive in many a healthy layer
    half, classes = _seen(4, "exciting"), {name: {"train": 10} for name in "abcd"}
    for accuracy, severity in ((0.9, "note"), (0.5, "warn")):  # with the other half it has learned, or not
        record = history(train_accuracy=[accuracy])
        trained = dataclasses.replace(half, info={"audit": audit(classes=classes)}, history=record)
        assert found("dead-units", trained).severity == severity
    same = dataclasses.replace(half, evaluations={"valid": classified([[60, 0], [40, 0]])})
    assert found("dead-units", same).severity == "note"  # beside one answer for everything, which is told as such
    assert "net.1" in found("dead-units", _seen(3, "feature-maps", "exciting")).seen
    assert "400 images" in found("dead-units", _seen(3, "feature-maps", "exciting")).seen


def test_pixels_that_are_always_black_are_no_channels() -> None:
    seen = _seen(3, "feature-maps")
    maps = seen.looks["feature-maps"]
    assert isinstance(maps, FeatureMapsResult)
    before = dataclasses.replace(
        maps,
        layers=("net.flatten", *maps.layers),
        shapes={**maps.shapes, "net.flatten": (8, 1, 1)},
        dead={**{name: maps.dead[name][:0] for name in maps.layers}, "net.flatten": maps.dead[maps.layers[0]]},
    )
    known = dataclasses.replace(seen, looks={"feature-maps": before}, parameters={"net.0.weight": 72, "net.4.bias": 9})
    found_there = {layer.name for layer in _layers(known)}
    assert "net.flatten" not in found_there
    not_found("dead-units", dataclasses.replace(known, parameters={"net.4.weight": 720}))


def test_living_channels_few_images_and_no_looks_are_none() -> None:
    not_found("dead-units", _seen(0, "feature-maps", "exciting"))
    not_found("dead-units", _seen(3, "feature-maps", examined=50))
    not_found("dead-units", evidence())


def test_fewer_units_than_tell_the_classes_apart_are_a_caution() -> None:
    layer = _Layer("layer", 3, 10, 200, flat=True)
    assert not layer.costs(8, learned=True)  # seven are left for eight classes
    assert layer.costs(9, learned=True)
    assert not dataclasses.replace(layer, flat=False).costs(9, learned=True)  # maps tell by their places, too
    assert not layer.costs(20, learned=True)  # it was too narrow before any was dead


def test_units_of_a_table_are_known_from_its_probes() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
    with torch.no_grad():
        net[1].bias[:12] = -100  # type: ignore[index, union-attr]  # a linear layer's bias is a tensor
    made = base.compute("probes", subject(net), None, {}, Reporter())
    seen = dataclasses.replace(
        evidence(), looks={"probes": made}, parameters={"net.1.weight": 1280, "net.3.weight": 200}
    )
    finding = found("dead-units", seen)
    assert finding.severity == "warn"
    assert 12 <= finding.numbers["dead"] <= 14
    assert finding.numbers["channels"] == 20
