"""Networks of other people train in the layout that they need, or are refused in one sentence before a run exists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import trasluz as tz
from tests.training.harness import Session, assert_same, digits
from tests.training.test_resume import kill_and_resume, reference
from trasluz.errors import RecipeError
from trasluz.model.storing import load_model
from trasluz.networks.layout import are_plain
from trasluz.recipe import Recipe, from_dict
from trasluz.reporting import Reporter
from trasluz.training.trial import fewest_at_once


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRASLUZ_ALLOW", "tests")


class Heard(Reporter):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def own(name: str, **train: Any) -> Recipe:
    model = {"family": "classifier", "network": {"module": f"tests.training.own_networks:{name}"}}
    section = {"epochs": 3, "batch": 20, "checkpoint_minutes": 0, **train}
    return from_dict({"name": "own", "model": model, "train": section, "compute": {"threads": 1, "device": "cpu"}})


def arrays() -> tuple[np.ndarray, list[str]]:
    data = digits()
    return data.samples, [str(label) for label in data.labels]


def test_view_after_a_convolution_trains_is_stored_and_used_plane_by_plane(tmp_path: Path) -> None:
    heard = Heard()
    run = tz.train(own("view"), data=arrays(), runs=tmp_path, reporter=heard)
    assert sum("compute.layout: contiguous" in text for text in heard.said) == 1
    assert run.info["hardware"]["layout"] == "contiguous"
    assert json.loads((run.path / "model" / "config.json").read_text())["layout"] == "contiguous"
    assert are_plain(load_model(run.path / "model").networks)
    opened = tz.open_run(run.path)
    assert np.array_equal(opened.predict(arrays()[0][:40]).probabilities, run.predict(arrays()[0][:40]).probabilities)
    assert run.look("cam").maps
    again = Heard()
    tz.resume(run.path, set={"train.epochs": 4}, data=arrays(), reporter=again)
    assert not any("compute.layout" in text for text in again.said)
    assert tz.open_run(run.path).info["hardware"]["layout"] == "contiguous"


def test_the_same_network_with_flatten_gives_the_same_scores_from_the_same_weights(tmp_path: Path) -> None:
    viewed, flat = (Session(own(name, epochs=1), tmp_path / name).run() for name in ("view", "plain"))
    flat.networks.load_state_dict(viewed.networks.state_dict())
    x = torch.rand(3, 1, 8, 8).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        torch.testing.assert_close(viewed.networks["classifier"](x), flat.networks["classifier"](x))


@pytest.mark.parametrize("kills", [[1], [7, 8]], ids=["first step", "twice in an epoch"])
def test_a_killed_run_plane_by_plane_ends_as_the_uninterrupted_one(kills: list[int], tmp_path: Path) -> None:
    chosen = own("view", ema=0.9)
    assert_same(reference(chosen, tmp_path / "whole"), kill_and_resume(chosen, tmp_path / "killed", kills))


def test_networks_that_can_stay_with_channels_side_by_side(tmp_path: Path) -> None:
    heard = Heard()
    run = tz.train(own("plain", epochs=1), data=arrays(), runs=tmp_path, reporter=heard)
    assert not any("contiguous" in text for text in heard.said)
    assert run.info["hardware"]["layout"] == "channels-last"
    assert not are_plain(run.model.networks)


def test_a_recipe_that_asks_for_planes_is_evaluated_on_planes(tmp_path: Path) -> None:
    chosen = own("view", epochs=1).override({"compute.layout": "contiguous"})
    run = tz.train(chosen, data=arrays(), runs=tmp_path)
    assert run.history[-1]["valid/accuracy"] >= 0
    assert are_plain(run.model.networks)


@pytest.mark.parametrize(
    ("name", "train", "sentence"),
    [
        ("all_frozen", {}, "no gradient reaches a weight of this network.*outside torch.no_grad"),
        ("squeezed", {}, r"of a batch of 1 the network must give \[1, 10\], but it gives \[10\]; name the dimension"),
        ("more_in_training", {}, r"gives tuple \(0 \[2, 10\], 1 \[2, 10\]\).*such as model.network.output: 0"),
        ("failing", {}, r"cannot be trained on samples of the shape \['n', 1, 8, 8\]: KeyError: 'mask'"),
        ("without_weights", {}, "this network has no weights"),
        ("norm_of_rows", {"batch": 89}, "with batches of 89 some step .* one sample by itself.*such as 90"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_a_run_exists(
    tmp_path: Path, name: str, train: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RecipeError, match=sentence) as told:
        Session(own(name, **train), tmp_path / "run").run()
    assert "\n" not in str(told.value)
    assert not (tmp_path / "run").exists()


def test_a_norm_of_rows_trains_where_no_sample_comes_alone(tmp_path: Path) -> None:
    assert Session(own("norm_of_rows", batch=90, epochs=1), tmp_path / "run").run().global_step == 1


def test_an_output_that_there_is_only_in_training_is_taken_there_alone(tmp_path: Path) -> None:
    chosen = own("more_in_training", epochs=1).override({"model.network.output": 0})
    assert Session(chosen, tmp_path / "run").run().global_step == 5


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_the_fewest_samples_at_once_are_those_of_the_parts_of_each_process(
    samples: int, batch: int, processes: int, parts: int, counted: bool
) -> None:
    sizes = (
        [batch] if counted else [len(range(start, min(start + batch, samples))) for start in range(0, samples, batch)]
    )
    found = []
    for size in sizes:
        for own_ in np.array_split(np.arange(size), processes):
            share = max(len(own_), 1)
            found += [len(part) for part in np.array_split(np.arange(share), min(parts, share))]
    assert fewest_at_once(samples, batch, 7 if counted else None, processes, parts) == min(found)
