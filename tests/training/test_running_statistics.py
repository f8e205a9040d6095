"""Running statistics that lag are computed anew at the end: what they then are, when it is done, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from tests.training.harness import Killed, Session, assert_same, digits, outcome
from trasluz.data.feed.batches import evaluation_batches
from trasluz.recipe import Recipe, TrainSection, from_dict
from trasluz.training.callbacks.base import Callback
from trasluz.training.fit import fit
from trasluz.training.loop import Loop
from trasluz.training.population.fit import fit_population
from trasluz.training.running_statistics import lag, recompute
from trasluz.training.store import MemoryStore

CONV = {"name": "conv", "channels": [8, 8], "dense": [16], "norm": {}}


def _recipe(network: dict[str, Any] | None = None, **train: Any) -> Recipe:
    model = {"family": "classifier", "network": network or CONV}
    settings = {"epochs": 2, "batch": 30, "checkpoint_minutes": 0, "optimiser": {"learning_rate": 3e-3}, **train}
    return from_dict(
        {"model": model, "train": settings, "compute": {"threads": 1, "device": "cpu", "precision": "fp32"}, "seed": 3}
    )


def _norms(networks: nn.Module) -> dict[str, torch.Tensor]:
    return {n: b.clone() for n, b in networks.state_dict().items() if "running_" in n}


def _inputs(loop: Loop) -> torch.Tensor:
    rows = loop.data.split("train")
    found = evaluation_batches(loop.data, rows, len(rows), loop.preprocess, torch.device("cpu"))
    return next(found)[0].inputs


def test_they_are_what_pytorch_counts_over_all_training_images_at_once(tmp_path: Path) -> None:
    loop = Session(_recipe(), tmp_path / "run").run()
    ours, network = _norms(loop.networks), loop.networks["classifier"]
    update_bn([_inputs(loop)], network)
    theirs = _norms(loop.networks)
    assert ours.keys() == theirs.keys()
    assert len(ours) == 4
    for name, values in ours.items():
        torch.testing.assert_close(values, theirs[name], rtol=1e-4, atol=1e-6)


def test_batches_are_pooled_by_the_law_of_total_variance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # In the first norm nothing depends on how images are batched, so pooled statistics must be those of all at once.
    loop = Session(_recipe({"name": "dense", "hidden": [12], "norm": {}}), tmp_path / "run", data=digits(122)).run()
    whole = _norms(loop.networks)
    monkeypatch.setattr("trasluz.training.running_statistics.batch_size_for", lambda samples: 16)
    (name,) = {key.rsplit(".", 1)[0] for key in whole}
    found = recompute(loop.family, loop.networks, [name], loop.data, loop.preprocess, loop.engine)
    assert found == len(loop.data.split("train")) == 91
    for key, values in _norms(loop.networks).items():
        torch.testing.assert_close(values, whole[key], rtol=1e-5, atol=1e-7)


def test_networks_are_left_as_they_were_but_for_the_statistics(tmp_path: Path) -> None:
    loop = Session(_recipe(), tmp_path / "run").run()
    loop.networks.train()
    before = {name: value.clone() for name, value in loop.networks.state_dict().items()}
    names = [name for name, module in loop.networks.named_modules() if isinstance(module, nn.BatchNorm2d)]
    recompute(loop.family, loop.networks, names, loop.data, loop.preprocess, loop.engine)
    for name, value in loop.networks.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)  # done twice, nothing changes
    assert all(module.training for module in loop.networks.modules())
    assert {m.momentum for m in loop.networks.modules() if isinstance(m, nn.BatchNorm2d)} == {0.1}
    assert not any(module._forward_hooks for module in loop.networks.modules())


def test_they_lag_where_a_hundredth_of_the_steps_is_less_than_they_remember() -> None:
    network = nn.ModuleDict({"a": nn.Sequential(nn.BatchNorm1d(3), nn.BatchNorm1d(3, momentum=0.01))})
    plain = TrainSection()
    few = lag(network, 6, plain)
    assert few is not None
    assert (few.names, few.memory) == (("a.0", "a.1"), 100)
    assert few.initial == pytest.approx(0.99**6)
    more = lag(network, 1000, plain)
    assert more is not None
    assert more.names == ("a.1",)
    assert lag(network, 10_000, plain) is None
    averaged = lag(network, 10_000, TrainSection(ema=0.99))
    assert averaged is not None
    assert averaged.names == ("a.0", "a.1")
    assert averaged.memory == pytest.approx(200)
    assert lag(network, 6, TrainSection(statistics="running")) is None


def test_only_norms_that_count_in_training_are_asked() -> None:
    plain = TrainSection()
    assert lag(nn.Sequential(nn.BatchNorm1d(3)).eval(), 1, plain) is None
    assert lag(nn.Sequential(nn.BatchNorm1d(3, track_running_stats=False), nn.LayerNorm(3)), 1, plain) is None
    assert lag(nn.Sequential(nn.BatchNorm1d(3, momentum=0.0)), 1, plain) is None
    always = lag(nn.Sequential(nn.BatchNorm1d(3, momentum=None)), 10**6, plain)  # an average over all steps
    assert always is not None
    assert always.initial == 0


def test_the_last_record_is_of_the_weights_that_are_kept_and_the_run_says_why(tmp_path: Path) -> None:
    store = MemoryStore()
    fit(_recipe(ema=0.9), digits(), store)
    records, told = store.metrics(), store.info()["statistics"]["train"]
    assert [record.get("statistics") for record in records] == [None, "recomputed"]
    assert (told["images"], told["norms"], told["steps"], told["memory"]) == (90, 2, 6, pytest.approx(20))
    assert told["initial"] == pytest.approx(0.9**6)
    measured = {n: v for n, v in records[-1].items() if n.startswith(("valid/", "train_eval/"))}
    assert measured == told["after"] != told["before"]
    assert told["before"].keys() == told["after"].keys() > {"valid/loss", "train_eval/loss"}


def test_it_can_be_switched_off_and_is_not_done_after_many_steps(tmp_path: Path) -> None:
    for chosen in (_recipe(statistics="running"), _recipe({**CONV, "norm": {"momentum": 0.9}}, epochs=38)):
        store = MemoryStore()
        fit(chosen, digits(), store)
        assert "statistics" not in {**store.info(), **store.metrics()[-1]}


def test_lagging_statistics_no_longer_hide_what_was_learned() -> None:
    # Five steps leave 0.59 of the weight on the values that the statistics started with.
    told = []
    for statistics in ("running", "auto"):
        store = MemoryStore()
        fit(_recipe(epochs=5, batch=90, statistics=statistics, optimiser={"learning_rate": 0.01}), digits(), store)
        told.append(store.metrics()[-1])
    assert told[0]["train/loss"] == told[1]["train/loss"]  # training itself is not touched
    assert told[1]["train_eval/loss"] < told[0]["train_eval/loss"]
    assert told[1]["train_eval/loss"] < told[1]["train/loss"]


class _KillAt(Callback):
    def __init__(self, epoch: int) -> None:
        self._epoch = epoch

    def on_epoch_end(self, loop: Loop, record: Any) -> None:
        if record["epoch"] == self._epoch:
            raise Killed


@pytest.mark.parametrize("ema", [None, 0.9])
def test_a_run_that_is_killed_after_it_ends_with_the_same_bits(ema: float | None, tmp_path: Path) -> None:
    chosen = _recipe(ema=ema)
    alone = Session(chosen, tmp_path / "alone").run()
    with pytest.raises(Killed):
        Session(chosen, tmp_path / "killed", [_KillAt(2)]).run()
    resumed = Session(chosen, tmp_path / "killed").run(resumed=True)
    assert_same(outcome(alone), outcome(resumed))
    assert alone.store.info()["statistics"] == resumed.store.info()["statistics"]


@pytest.mark.parametrize("restore", [True, False])
def test_who_stops_early_keeps_weights_with_statistics_of_their_own(restore: bool, tmp_path: Path) -> None:
    watch = {"monitor": "valid/loss", "min_delta": 10.0, "patience": 1, "restore_best": restore}
    loop = Session(_recipe(epochs=9, early_stopping=watch), tmp_path / "run").run()
    ours, network = _norms(loop.networks), loop.networks["classifier"]
    assert loop.stop_reason
    assert len(loop.store.metrics()) == 2
    update_bn([_inputs(loop)], network)
    for name, values in _norms(loop.networks).items():
        torch.testing.assert_close(values, ours[name], rtol=1e-4, atol=1e-6)
    assert ("statistics" in loop.store.metrics()[-1]) == (not restore)
    assert loop.store.info()["statistics"]["train"]["images"] == 90


def test_each_phase_ends_with_statistics_of_its_weights(tmp_path: Path) -> None:
    tree = _recipe().to_dict() | {"phases": [{"name": "all"}, {"name": "head", "trainable": ["*.outputs.*"]}]}
    loop = Session(from_dict(tree), tmp_path / "run").run()
    assert set(loop.store.info()["statistics"]) == {"all"}  # in the second phase the norms rest
    assert [r.get("statistics") for r in loop.store.metrics()] == [None, "recomputed", None, None]


@pytest.mark.parametrize("stops", [None, {"monitor": "valid/loss", "min_delta": 10.0, "patience": 1}])
def test_members_of_a_population_get_what_they_get_alone(stops: dict[str, Any] | None) -> None:
    network = {"name": "dense", "hidden": [12], "norm": {}}
    # SGD, because a bias before a batch norm has no gradient but rounding, of which Adam makes whole steps.
    sgd = {"name": "sgd", "learning_rate": 0.05}
    recipes = [_recipe(network, epochs=3, early_stopping=stops, optimiser=sgd).with_seed(seed) for seed in (1, 2)]
    stores = [MemoryStore(), MemoryStore()]
    together = fit_population(recipes, digits(), stores)
    for chosen, store, model in zip(recipes, stores, together, strict=True):
        alone = MemoryStore()
        expected = fit(chosen, digits(), alone)
        assert not isinstance(model, Exception)
        for (name, ours), theirs in zip(
            model.networks.state_dict().items(), expected.networks.state_dict().values(), strict=True
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4, msg=name)
        one, other = alone.metrics()[-1], store.metrics()[-1]
        assert one.keys() == other.keys()
        assert one.get("statistics") == other.get("statistics")
        assert np.isclose(one["train_eval/loss"], other["train_eval/loss"], rtol=1e-3)
        ours, theirs = store.info()["statistics"]["train"], alone.info()["statistics"]["train"]
        assert (ours["images"], ours["steps"]) == (theirs["images"], theirs["steps"])
