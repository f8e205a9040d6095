"""Activations: right whatever the batch, at first use, before changes in place; and for every family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.made_subjects import Scores, subject
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families.base import create
from trasluz.look.layers.activations import gather, mean_and_max, passes, readable
from trasluz.look.looks import feature_maps, strip
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.reporting import Reporter


class _Twice(nn.Module):
    """One activation, in place, that is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.out = nn.Linear(192, 10)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.out(self.act(-self.act(self.conv(images)) + 0.1).flatten(1))
        return found


def test_outputs_are_kept_at_first_use_and_before_they_change_in_place() -> None:
    net = _Twice()
    seen = subject(net)
    samples = seen.take(seen.rows[:7]).samples
    found = gather(seen, samples, ["net.act", "net.conv"])
    with torch.no_grad():
        plain = net.conv(seen.inputs(samples)).numpy()
    assert list(found) == ["net.act", "net.conv"]
    np.testing.assert_allclose(found["net.conv"], plain, atol=1e-6)
    np.testing.assert_allclose(found["net.act"], np.maximum(plain, 0), atol=1e-6)


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = subject(_Twice())
    samples = seen.take(seen.rows[:20]).samples
    whole = gather(seen, samples, ["net.conv"])["net.conv"]
    monkeypatch.setattr("trasluz.look.layers.activations.batch_size_for", lambda _samples: 6)
    np.testing.assert_allclose(gather(seen, samples, ["net.conv"])["net.conv"], whole, atol=1e-6)


def test_pooling_is_over_positions() -> None:
    maps = torch.arange(24.0).reshape(1, 2, 3, 4)
    assert mean_and_max(maps).tolist() == [[5.5, 17.5, 11.0, 23.0]]
    steps = torch.tensor([[[1.0, 5.0], [3.0, 1.0]]])
    assert mean_and_max(steps).tolist() == [[2.0, 3.0, 3.0, 5.0]]
    assert mean_and_max(torch.ones(2, 3)).shape == (2, 3)


def test_hooks_go_even_when_the_pass_fails() -> None:
    class Failing(Scores):
        def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
            raise ValueError("no")

    net = _Twice()
    seen = subject(net, family=Failing((1, 8, 8)))
    with pytest.raises(ValueError, match="no"):
        gather(seen, seen.pick(2).samples, ["net.conv"])
    assert not any(module._forward_hooks for module in net.modules())


def _made(model: dict[str, Any], domains: tuple[str, ...] = ()) -> Subject:
    noise = np.random.default_rng(0).integers(0, 256, (12, 28, 28, 1), dtype=np.uint8)
    rows = np.arange(12)
    data = Data(
        name="noise",
        kind="image",
        samples=noise,
        splits={"train": rows[:6], "valid": rows[6:]},
        labels=rows % 3,
        classes=("a", "b", "c"),
        domain=rows % 2 if domains else None,
        domains=domains,
    )
    family = create(model, data.spec)
    return Subject(Model(family, family.build(), Preprocess(), data.spec), lambda: data)


_FAMILIES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"family": "classifier"}, ()),
    ({"family": "autoencoder"}, ()),
    ({"family": "vae", "latent": 3}, ()),
    ({"family": "joint"}, ()),
    ({"family": "joint", "latent": 3}, ()),
    ({"family": "gan"}, ()),
    ({"family": "swap"}, ("x", "y")),
]


@pytest.mark.parametrize(("model", "domains"), _FAMILIES, ids=[str(m) for m, _d in _FAMILIES])
def test_every_family_can_be_seen_through(model: dict[str, Any], domains: tuple[str, ...]) -> None:
    made = _made(model, domains)
    layers = made.family.layers(made.networks)
    assert passes(made)
    assert set(readable(made)) <= set(layers)
    assert readable(made)
    found = strip.compute(made, None, strip.Config(), Reporter())
    assert [layer.name for layer in found.layers] == list(layers)
    assert {layer.name: layer.gives for layer in found.layers} == layers
    for layer in found.layers:
        ends = [int(text.rsplit("= ", 1)[1]) for text in layer.arithmetic]
        assert tuple(ends) == (layer.gives[len(layer.gives) - len(ends) :])
    maps = feature_maps.compute(made, None, feature_maps.Config(), Reporter())
    assert 1 <= len(maps.layers) <= 12
