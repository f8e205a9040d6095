"""State trees must come back as they went, types of keys and numbers included."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from trasluz.runs.state import load_state, save_state


def test_optimiser_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    layer = torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(layer.parameters(), fused=True)
    layer(torch.rand(2, 3, 8, 8)).sum().backward()
    optimiser.step()
    tree = {
        "optimiser": optimiser.state_dict(),
        "epoch": 3,
        "rate": 0.1 + 0.2,
        "none": None,
        "flag": True,
        "words": ["a", 1],
    }
    save_state(tmp_path, tree)
    back = load_state(tmp_path)
    assert back["optimiser"]["param_groups"] == [
        {**g, "betas": list(g["betas"])} for g in tree["optimiser"]["param_groups"]
    ]
    for key, values in tree["optimiser"]["state"].items():
        for name, value in values.items():
            assert torch.equal(back["optimiser"]["state"][key][name], value)
    assert {k: back[k] for k in ("epoch", "rate", "none", "flag", "words")} == {
        k: tree[k] for k in ("epoch", "rate", "none", "flag", "words")
    }


def test_tensors_that_share_memory_and_odd_shapes_are_kept(tmp_path: Path) -> None:
    base = torch.arange(6.0)
    save_state(tmp_path, {"a": base, "b": base[:0], "c": base.reshape(2, 3).T, "d": torch.tensor(5), "e": {}})
    back = load_state(tmp_path)
    assert torch.equal(back["a"], base)
    assert back["b"].shape == (0,)
    assert torch.equal(back["c"], base.reshape(2, 3).T)
    assert back["d"].item() == 5
    assert back["e"] == {}


def test_an_object_that_is_no_state_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="/a/1"):
        save_state(tmp_path, {"a": [1, object()]})
