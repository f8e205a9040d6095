"""Probes: the rows they learn from and are judged by, what they say of a known network, and that nothing stays."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.look.made_subjects import digits, subject
from trasluz.errors import DataError, RequestError
from trasluz.look import base
from trasluz.look.classes.probing import effective_rank, probe
from trasluz.look.looks import probes
from trasluz.look.looks.probes import Config, ProbesResult
from trasluz.look.result import load_result, save_result
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


def _net() -> nn.Sequential:
    """Layer 0 says all, layer 1 (a copy of it) nothing more, layer 3 leaves one number, layer 4 can tell little."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.Dropout(0.5), nn.Linear(64, 1), nn.Linear(1, 10))
    with torch.no_grad():
        net[1].weight.copy_(torch.eye(64))  # type: ignore[union-attr, operator]  # a linear layer's weight is a tensor
    return net


def _look(seen: Subject, **options: object) -> ProbesResult:
    found = base.compute("probes", seen, None, options, Reporter())
    assert isinstance(found, ProbesResult)
    return found


def test_a_layer_that_keeps_all_is_read_better_than_one_that_keeps_a_number() -> None:
    found = _look(subject(_net()))
    assert found.layers == ("net.1", "net.3", "net.4")  # flattening and dropout give what came in
    assert found.accuracy[0] > 0.85
    assert found.accuracy[1] < 0.5
    assert found.gain_high[1] < 0
    assert found.gain_low[0] > 0
    assert (found.low <= found.accuracy).all()
    assert (found.accuracy <= found.high).all()
    assert found.width.tolist() == [64, 1, 10]
    assert found.rank[1] == pytest.approx(1)


def test_the_numbers_are_those_of_the_parts_by_hand() -> None:
    seen, data = subject(_net()), digits()
    found = _look(seen)
    assert (found.taught, found.tested, found.split) == (1000, 400, "valid")
    pixels = data.samples.reshape(len(data.samples), -1).astype(np.float32) / 255
    with torch.no_grad():
        pixels = seen.networks["net"][1](torch.from_numpy(pixels)).numpy()  # type: ignore[index]
    labels = np.asarray(data.labels)
    said = probe(pixels[:1000], labels[:1000], pixels[1000:1400], 10)
    assert found.accuracy[0] == pytest.approx(float((said == labels[1000:1400]).mean()), abs=0.005)
    assert 1 < found.rank[0] <= effective_rank(pixels[1000:1400]) + 1e-6
    with torch.no_grad():
        own = seen.networks["net"](seen.inputs(data.samples[1000:1400])).argmax(1).numpy()
    assert found.own == pytest.approx(float((own == labels[1000:1400]).mean()))


def test_zeros_are_counted_after_a_rectifier() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(144, 10))
    found = _look(subject(net))
    assert found.layers == ("net.0", "net.1", "net.3")
    assert found.zeros[0] == 0
    assert 0 < found.zeros[1] < 1


def test_who_is_taught_is_not_judged() -> None:
    taught, tested = probes._rows(subject(_net(), split="train"), Config(train=800, tested=300))
    assert len(tested) == 300
    assert len(taught) == 700
    assert not set(taught) & set(tested)
    taught, tested = probes._rows(subject(_net()), Config(train=100, tested=50))
    assert set(taught) <= set(range(1000))
    assert set(tested) <= set(range(1000, 1400))


def test_fewer_large_samples_teach_unless_somebody_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = subject(_net())
    assert [len(rows) for rows in probes._rows(seen, Config())] == [1000, 400]
    monkeypatch.setattr(probes, "_NUMBERS", 64 * 300)  # numbers of 300 images
    assert [len(rows) for rows in probes._rows(seen, Config())] == [300, 300]
    assert [len(rows) for rows in probes._rows(seen, Config(train=800))] == [800, 300]
    monkeypatch.setattr(probes, "_NUMBERS", 1)
    assert [len(rows) for rows in probes._rows(seen, Config())] == [200, 200]


def test_samples_without_a_label_play_no_part() -> None:
    data = digits()
    labels = np.asarray(data.labels).copy()
    labels[::2] = -1
    taught, tested = probes._rows(subject(_net(), dataclasses.replace(data, labels=labels)), Config())
    assert (len(taught), len(tested)) == (500, 200)
    for nobodys in (np.full(len(labels), -1), None):
        with pytest.raises(RequestError, match="too few"):
            probes._rows(subject(_net(), dataclasses.replace(data, labels=nobodys)), Config())


def test_groups_of_layers_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _look(subject(_net()))
    monkeypatch.setattr(probes, "_MEMORY", 1)
    parted = _look(subject(_net()))
    assert parted.layers == whole.layers
    np.testing.assert_array_equal(parted.accuracy, whole.accuracy)
    np.testing.assert_array_equal(parted.settled, whole.settled)


def test_examples_are_the_first_the_last_and_those_never_decided() -> None:
    settled = np.array([2, 0, 3, 1, 0, 3, 2])
    assert probes._examples(settled, 3, 2).tolist() == [1, 4, 0, 6, 2, 5]


def test_a_stored_result_is_the_one_that_was_found(tmp_path: Path) -> None:
    found = _look(subject(_net()))
    save_result(tmp_path / "probes", found, {})
    again = load_result(tmp_path / "probes", ProbesResult)
    for field in dataclasses.fields(found):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(found, field.name))


def test_models_without_scores_or_classes_are_refused() -> None:
    unlabelled = probes.refusal(subject(_net(), digits(labels=False)))
    assert unlabelled is not None
    assert "one label" in unlabelled

    class Blind:
        capabilities = frozenset({"encode"})

    reason = probes.refusal(subject(_net(), family=Blind()))
    assert reason is not None
    assert "logits" in reason


def test_nothing_is_left_in_the_network() -> None:
    net = _net()
    seen = subject(net)
    net.train()
    _look(seen)
    assert all(module.training for module in net.modules())
    assert not any(module._forward_hooks for module in net.modules())
    assert all(parameter.grad is None for parameter in net.parameters())


def test_layers_that_give_what_is_no_number_are_refused_in_a_sentence() -> None:
    net = _net()
    with torch.no_grad():
        net[3].weight[0, 5] = torch.nan  # type: ignore[index, union-attr]  # a linear layer's weight is a tensor
    with pytest.raises(DataError, match="no finite numbers"):
        _look(subject(net))
