"""Starting from weights trained elsewhere: what fits is loaded, what does not is said, nothing is guessed silently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tests.training.harness import Killed, Session, assert_same, outcome, recipe
from tests.training.test_resume import KillAt
from trasluz.errors import RecipeError
from trasluz.recipe import PhaseSection, from_dict
from trasluz.training.start_from import rename, starting_weights
from trasluz.training.weights.base import Weights


def networks(seed: int, outputs: int = 3) -> nn.ModuleDict:
    torch.manual_seed(seed)
    body = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2))
    return nn.ModuleDict({"encoder": body, "classifier": nn.Sequential(nn.Linear(2, outputs))})


def run_with(weights: dict[str, torch.Tensor], folder: Path) -> str:
    (folder / "model").mkdir(parents=True)
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / "model" / "weights.safetensors")
    return str(folder)


def phase(source: str, **rest: Any) -> PhaseSection:
    return PhaseSection.model_validate({"from": source, **rest})


def test_weights_of_another_network_are_doubted(tmp_path: Path) -> None:
    own = nn.ModuleDict({"classifier": nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 3))})
    other = nn.ModuleDict({"classifier": nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 5))})
    found = starting_weights(own, phase(run_with(other.state_dict(), tmp_path / "run")))
    assert found is not None
    assert found[1].doubtful
    assert found[1].sentence().endswith("3 of its own were left: is it the right network, and does phases.map fit?")


def test_a_counter_of_batch_norm_is_not_enough_to_start_from(tmp_path: Path) -> None:
    own = nn.ModuleDict({"classifier": nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))})
    other = {"classifier.1.num_batches_tracked": torch.tensor(7), "classifier.0.weight": torch.zeros(2, 2)}
    with pytest.raises(RecipeError, match="none of the weights"):
        starting_weights(own, phase(run_with(other, tmp_path / "run")))


def test_weights_that_fit_are_loaded_and_the_others_stay_and_are_counted(tmp_path: Path) -> None:
    source, own = networks(1, outputs=7), networks(2)
    found = starting_weights(own, phase(run_with(source.state_dict(), tmp_path / "run"), name="head"))
    assert found is not None
    weights, start = found
    assert_same(dict(weights.items())["encoder.0.weight"], source.state_dict()["encoder.0.weight"])
    assert_same(weights["classifier.0.weight"], own.state_dict()["classifier.0.weight"])
    assert start.loaded == 4
    assert start.fresh == ("classifier.0.weight", "classifier.0.bias")
    assert start.left == 2
    assert not start.doubtful
    assert start.sentence().startswith("Phase head: 4 of 6 weights come from")
    assert start.to_dict()["fresh_names"] == ["classifier.0.weight", "classifier.0.bias"]


def test_names_are_rewritten_by_the_first_pattern_that_fits() -> None:
    given = Weights("run", {name: torch.zeros(()) for name in ("encoder.a.b", "encoder.c", "decoder.a", "x1y2z")})
    rules = {"encoder.c": "kept", "encoder.*": "classifier.encoder.*", "decoder.*": None, "x*y*z": "*-*"}
    assert set(rename(given, rules)) == {"classifier.encoder.a.b", "kept", "1-2"}


def test_an_autoencoders_encoder_moves_into_a_classifier(tmp_path: Path) -> None:
    source = networks(1)
    target = nn.ModuleDict({"classifier": nn.ModuleDict({"encoder": networks(2)["encoder"], "head": nn.Linear(2, 3)})})
    run = run_with(source.state_dict(), tmp_path / "run")
    found = starting_weights(target, phase(run, map={"encoder.*": "classifier.encoder.*"}))
    assert found is not None
    assert_same(found[0]["classifier.encoder.2.bias"], source.state_dict()["encoder.2.bias"])
    assert found[1].loaded == 4
    assert found[1].left == 2


def test_a_last_layer_of_the_right_shape_can_be_left_behind(tmp_path: Path) -> None:
    source, own = networks(1), networks(2)
    run = run_with(source.state_dict(), tmp_path / "run")
    found = starting_weights(own, phase(run, map={"classifier.*": None}))
    assert found is not None
    assert found[1].fresh == ("classifier.0.weight", "classifier.0.bias")


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"encodr.*": "x.*"}, ["'encodr.*' fits no weight", "for example encoder"]),
        ({"*.weight": "same", "*.bias": None}, ["both become same"]),
        ({"*": "deep.*"}, ["none of the weights", "encoder.0.weight [5, 4]", "deep.encoder.0.weight", "phases.map"]),
    ],
)
def test_a_map_that_cannot_work_is_refused_with_the_nearest_name(
    rules: dict[str, str | None], words: list[str], tmp_path: Path
) -> None:
    run = run_with(networks(1).state_dict(), tmp_path / "run")
    with pytest.raises(RecipeError) as caught:
        starting_weights(networks(2), phase(run, map=rules))
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"map": {"a": "b"}}, "map renames the weights"),
        ({"from": "x", "map": {"a.*": "*.*"}}, "as many"),
        ({"from": "x", "frozen_norms": "off"}, "frozen_norms"),
    ],
)
def test_a_wrong_phase_is_refused_before_anything_is_read(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        from_dict({"phases": [wrong]})


def test_a_run_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="give the folder of a finished run"):
        starting_weights(networks(0), phase(str(tmp_path / "nothing")))


def test_the_moving_average_starts_from_the_given_weights_too_and_a_killed_run_ends_alike(tmp_path: Path) -> None:
    first = Session(recipe("classifier", epochs=1), tmp_path / "first").run()
    run = run_with(first.networks.state_dict(), tmp_path / "source")
    frozen = {"name": "head", "from": run, "frozen": ["classifier.conv*"], "map": {"classifier.outputs.*": None}}
    chosen = recipe("classifier", epochs=1, phases=[frozen, {"name": "all"}])
    expected = outcome(Session(chosen, tmp_path / "whole").run())
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [KillAt(3)]).run()
    assert_same(expected, outcome(Session(chosen, tmp_path / "killed").run(resumed=True)))
    head_only = Session(recipe("classifier", epochs=1, phases=[frozen]), tmp_path / "head").run()
    kernel = "classifier.conv1.weight"
    assert torch.equal(head_only.engine.evaluated.state_dict()[kernel], first.networks.state_dict()[kernel])
