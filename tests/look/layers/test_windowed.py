"""Windowed attention: every look reads the channels of a Swin's layers where they lie, behind the places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.look.windowed import swin
from trasluz.errors import RequestError
from trasluz.look.layers.activations import gather, mean_and_max, readable
from trasluz.look.layers.units import find_layer, last_layer
from trasluz.look.looks import exciting, feature_maps, maximise, probes
from trasluz.look.maps.layouts import Layout
from trasluz.look.maps.map_layers import resolve
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.reporting import Reporter

MERGED = "classifier.layers.1.downsample.reduction"  # gives [n, 4, 4, 24]
WINDOWS = "classifier.layers.0.blocks.0.attn.proj"  # gives [16 n, 4, 12]


def _given(seen: Subject, layer: str, inputs: Tensor) -> Tensor:
    """What a layer gives, by a plain hook."""
    kept: list[Tensor] = []
    handle = seen.networks.get_submodule(layer).register_forward_hook(lambda _m, _i, output: kept.append(output))
    seen.networks["classifier"](inputs)
    handle.remove()
    return kept[0]


def _maps(seen: Subject, layer: str, rows: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return _given(seen, layer, seen.inputs(seen.data.samples[rows])).permute(0, 3, 1, 2).numpy()


def test_units_are_read_as_heat_maps_read_them_and_windows_are_not_units() -> None:
    seen = swin()
    layouts = readable(seen, ("logits",))
    known = resolve(seen, ("classifier.norm", "classifier.patch_embed.norm"))
    assert {name: layouts[name] for name in known} == known
    assert layouts["classifier.patch_embed.proj"] == Layout()
    assert not any("layers.0.blocks.0.attn" in name or "attn.softmax" in name for name in layouts)
    assert last_layer(seen) == "classifier.norm"
    assert find_layer(seen, MERGED.split(".", 1)[1]).layout == Layout("last")
    with pytest.raises(RequestError, match=r"no channels of a whole image.*classifier\.norm"):
        find_layer(seen, WINDOWS)


def test_torchvisions_swin_is_read_so_too() -> None:
    from torchvision.models import SwinTransformer

    torch.manual_seed(0)
    seen = swin()
    network = SwinTransformer([4, 4], 12, [1, 1], [1, 2], [4, 4], num_classes=3)
    other = Subject(
        Model(_Of(), torch.nn.ModuleDict({"classifier": network}), seen.preprocess, seen.spec), lambda: seen.data
    )
    layouts = readable(other, ("logits",))
    shapes = other.family.layers(other.networks)
    spatial = {name: layout.shape(shapes[name]) for name, layout in layouts.items() if len(shapes[name]) == 3}
    assert spatial["classifier.features.0.0"] == (12, 8, 8)
    assert spatial["classifier.features.0.1"] == (12, 8, 8), "it moves the channels behind the places"
    assert spatial["classifier.norm"] == (24, 4, 4)
    assert spatial["classifier.permute"] == (24, 4, 4), "and brings them back"


def test_exciting_finds_the_images_whose_own_channels_are_largest() -> None:
    seen = swin()
    found = exciting.compute(seen, None, exciting.Config(layer=MERGED, count=3, most=24), Reporter())
    maxima = _maps(seen, MERGED, seen.rows).max((2, 3))
    assert found.shape == (24, 4, 4)
    np.testing.assert_array_equal(found.channels, np.argsort(-maxima.std(0), kind="stable"))
    np.testing.assert_allclose(found.spread, maxima.std(0)[found.channels], rtol=1e-4)
    for place, channel in enumerate(found.channels):
        best = np.argsort(-maxima[:, channel], kind="stable")[:3]
        np.testing.assert_allclose(found.values[place], maxima[best, channel], rtol=1e-4)
        assert [found.names[i] for i in found.which[place]] == [str(row) for row in seen.rows[best]]


def test_maximise_raises_the_mean_of_the_channel_over_its_places() -> None:
    seen = swin()
    options: dict[str, Any] = {"layer": MERGED, "channels": (17,), "steps": 12, "shake": 0.0}
    found = maximise.compute(seen, None, maximise.Config(**options), Reporter())
    assert found.total == 24
    real = _maps(seen, MERGED, seen.rows)[:, 17].mean((1, 2))
    np.testing.assert_allclose(found.real, [real.max()], rtol=1e-4)
    with torch.no_grad():
        made = _given(seen, MERGED, seen.inputs(found.images))[..., 17].mean()
    np.testing.assert_allclose(found.scores, [made], atol=0.01)  # images are rounded to bytes
    assert found.scores[0] > real.mean()


def test_feature_maps_and_their_contributions_have_the_places_of_the_image() -> None:
    seen = swin()
    config = feature_maps.Config(layers=(MERGED,), sort="contribution", channels=24, towards="bars", count=2)
    found = feature_maps.compute(seen, None, config, Reporter())
    samples = seen.pick(2).samples
    output = _given(seen, MERGED, seen.inputs(samples).requires_grad_())
    kept = output.detach().requires_grad_()
    handle = seen.networks.get_submodule(MERGED).register_forward_hook(lambda _m, _i, _o: kept)
    (gradient,) = torch.autograd.grad(seen.networks["classifier"](seen.inputs(samples))[:, 1].sum(), kept)
    handle.remove()
    speaks = (kept * gradient).sum((1, 2)).detach().numpy()
    order = found.channels[MERGED]
    assert found.shapes[MERGED] == (24, 4, 4)
    np.testing.assert_allclose(found.contributions[MERGED], speaks[:, order], atol=1e-5)
    np.testing.assert_allclose(found.maps[MERGED], kept.detach().permute(0, 3, 1, 2).numpy()[:, order], rtol=2e-3)


def test_probes_pool_over_places() -> None:
    seen = swin()
    pooled = gather(seen, seen.pick(5).samples, readable(seen), mean_and_max)
    maps = _maps(seen, "classifier.norm", seen.pick(5).rows)
    expected = np.concatenate([maps.mean((2, 3)), maps.max((2, 3))], 1)
    np.testing.assert_allclose(pooled["classifier.norm"], expected, atol=1e-5)
    found = probes.compute(seen, None, probes.Config(train=60, tested=30), Reporter())
    widths = dict(zip(found.layers, found.width.tolist(), strict=True))
    assert widths["classifier.patch_embed.norm"] == 12
    assert widths["classifier.norm"] == 48


class _Of:
    """The family of a subject around another network, whose images are cut to 32×32."""

    capabilities = frozenset({"logits", "classify", "layers"})

    def logits(self, networks: torch.nn.ModuleDict, inputs: Tensor) -> Tensor:
        found: Tensor = networks["classifier"](inputs[:, :, :32, :32].expand(-1, 3, -1, -1))
        return found

    def layers(self, networks: torch.nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        from trasluz.families._layers import computation_order

        return computation_order(networks["classifier"], torch.zeros(1, 3, 32, 32), "classifier.")[0]
