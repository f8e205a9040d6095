"""The rule for hardware: the same answer every time, and a sentence where something is absent."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping

import pytest
import torch

from trasluz.errors import RecipeError
from trasluz.model import memory
from trasluz.model.hardware import choose, describe, has_bf16, versions
from trasluz.model.memory import kept_memory
from trasluz.recipe import ComputeSection


def test_nothing_is_left_to_chance() -> None:
    chosen = choose(ComputeSection())
    assert chosen == choose(ComputeSection())
    assert "auto" not in chosen.to_dict().values()
    assert chosen.precision == ("bf16" if has_bf16(chosen.device) else "fp32")


@pytest.mark.skipif(torch.cuda.is_available(), reason="a CUDA device is present")
def test_an_absent_device_is_refused_with_what_there_is() -> None:
    with pytest.raises(RecipeError, match="cuda is not available on this machine; allowed: cpu"):
        choose(ComputeSection(device="cuda"))


def test_what_is_asked_for_is_kept() -> None:
    chosen = choose(ComputeSection(device="cpu", precision="fp32", layout="contiguous", threads=3))
    assert (chosen.precision, chosen.layout, chosen.threads) == ("fp32", "contiguous", 3)


def test_machine_and_versions_can_be_written_as_json() -> None:
    text = json.dumps({**describe(choose(ComputeSection())), **versions()})
    assert torch.__version__.split("+")[0] in text


def test_memory_is_kept_and_given_back_without_changing_results() -> None:
    with kept_memory("cpu"):
        inside = torch.ones(3_000_000).sum()
    assert float(inside) == 3_000_000
    with kept_memory("cuda"):
        pass


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps memory")
def test_a_block_inside_another_one_leaves_the_memory_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heat map in the middle of a training would else slow down all the steps that follow."""
    settings: list[Mapping[int, int]] = []
    monkeypatch.setattr(memory, "_set", lambda _libc, values: settings.append(values))
    with kept_memory("cpu"):
        with pytest.raises(ValueError), kept_memory("cpu"):  # noqa: PT011
            raise ValueError
        with kept_memory("cpu"):
            pass
        assert settings == [memory._KEEP]
    assert settings == [memory._KEEP, memory._USUAL]
