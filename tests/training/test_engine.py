"""The engine: averaging, accumulation and the moving average must be what their formulas say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.training.harness import Session, recipe
from trasluz import components
from trasluz.data.feed.batch import Batch
from trasluz.families.base import Update
from trasluz.model.hardware import Hardware
from trasluz.recipe import OPTIMISERS, TrainSection
from trasluz.rng import Rng
from trasluz.training.decay import decays
from trasluz.training.engine import Engine, make_fabric
from trasluz.training.optimisers import load_optimiser, make_optimiser, set_rate

CPU = Hardware("cpu", 1, 1, "fp32", "channels-last", 1)
MAIN = Update("main", ("*",))


def engine(network: nn.Module, **train: object) -> Engine:
    return Engine(make_fabric(CPU), nn.ModuleDict({"net": network}), (MAIN,), TrainSection(**train))


def test_a_batch_in_parts_gives_the_gradient_of_the_whole() -> None:
    torch.manual_seed(0)
    network, x = nn.Linear(5, 3), torch.rand(10, 5)
    (network(x) ** 2).sum(1).mean().backward()
    expected = network.weight.grad.clone()
    network.zero_grad()
    parts = engine(network, accumulate=3)
    batch, rng = Batch(x, x, torch.arange(10)), Rng(0).at(0, 0, torch.arange(10))
    sizes, positions = [], []
    for part, own, share in parts.parts(batch, rng):
        sizes.append(len(part))
        positions += own.positions.tolist()
        parts.backward(MAIN, (network(part.inputs) ** 2).sum(1).mean(), share)
    assert sizes == [4, 3, 3]
    assert positions == list(range(10))
    torch.testing.assert_close(network.weight.grad, expected)


def test_the_moving_average_follows_its_formula_and_averages_buffers_too() -> None:
    network = nn.BatchNorm1d(2)
    averaging = engine(network, ema=0.9)
    expected, mean = network.weight.detach().clone(), network.running_mean.clone()
    for step in range(1, 30):
        with torch.no_grad():
            network.weight.fill_(float(step))
            network.running_mean.fill_(float(step))
            network.num_batches_tracked.fill_(step)
        averaging.end_step()
        decay = min(0.9, (1 + step) / (10 + step))
        expected, mean = decay * expected + (1 - decay) * step, decay * mean + (1 - decay) * step
    evaluated = averaging.evaluated["net"]
    torch.testing.assert_close(evaluated.weight, expected)
    torch.testing.assert_close(evaluated.running_mean, mean)
    assert int(evaluated.num_batches_tracked) == 29


def test_clipping_limits_the_norm_over_all_parameters() -> None:
    network = nn.Linear(4, 4, bias=False)
    clipped = engine(network, clip=0.5, optimiser={"name": "sgd", "learning_rate": 1.0})
    before = network.weight.detach().clone()
    clipped.begin_step(0, 0.0, 1.0)
    clipped.backward(MAIN, network.weight.sum() * 100, 1.0)
    clipped.apply(MAIN)
    assert float((network.weight.detach() - before).norm()) == pytest.approx(0.5, rel=1e-4)
    assert network.weight.grad is None


@pytest.mark.parametrize("name", components.names(OPTIMISERS.package))
def test_every_optimiser_goes_on_from_its_state_in_channels_last(name: str) -> None:
    momentum = {"momentum": 0.9} if name in ("sgd", "rmsprop") else {}
    section = OPTIMISERS.read({"name": name, "learning_rate": 0.01, **momentum})

    def network() -> nn.Conv2d:
        torch.manual_seed(1)
        return nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)

    def step(net: nn.Conv2d, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad()
        (net(torch.linspace(0, 1, 150).reshape(2, 3, 5, 5)) ** 2).sum().backward()
        optimiser.step()

    whole, halves = network(), network()
    one, two = make_optimiser(section, whole.named_parameters()), make_optimiser(section, halves.named_parameters())
    for _step in range(4):
        step(whole, one)
    for _step in range(2):
        step(halves, two)
    plain = {
        "state": {k: {n: v.clone().contiguous() for n, v in s.items()} for k, s in two.state_dict()["state"].items()}
    }
    again = make_optimiser(section, halves.named_parameters())
    load_optimiser(again, {**plain, "param_groups": two.state_dict()["param_groups"]})
    for _step in range(2):
        step(halves, again)
    assert torch.equal(whole.weight, halves.weight)


def test_weight_decay_spares_norms_and_biases() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    groups = make_optimiser(
        OPTIMISERS.read({"weight_decay": 0.1}), network.named_parameters(), decaying=decays(network)
    ).param_groups
    assert [(g["weight_decay"], len(g["params"])) for g in groups] == [(0.1, 1), (0.0, 3)]
    groups = make_optimiser(
        OPTIMISERS.read({"weight_decay": 0.1, "decay_norms_and_biases": True}), network.named_parameters()
    ).param_groups
    assert [(g["weight_decay"], len(g["params"])) for g in groups] == [(0.1, 4)]


def test_a_tensor_rate_is_filled_in_place() -> None:
    parameter = nn.Parameter(torch.zeros(1))
    rate = torch.tensor(0.1)
    optimiser = torch.optim.Adam([parameter], lr=rate, fused=True)
    set_rate(optimiser, 0.5)
    assert optimiser.param_groups[0]["lr"] is rate
    assert float(rate) == 0.5


def test_two_updates_move_only_their_own_networks_and_only_when_due() -> None:
    networks = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.Linear(1, 1)})
    first, second = Update("first", ("a",)), Update("second", ("b",), every=2)
    both = Engine(
        make_fabric(CPU), networks, (first, second), TrainSection(optimiser={"name": "sgd", "learning_rate": 1.0})
    )
    before = networks.b.weight.detach().clone()
    both.begin_step(1, 0.0, 1.0)
    assert [both.due(u) for u in (first, second)] == [True, False]
    total = networks.b(networks.a(torch.ones(1, 1))).sum()
    both.backward(first, total, 1.0)
    both.apply(first)
    assert torch.equal(networks.b.weight, before)
    assert networks.b.weight.grad is None


def test_the_engine_is_left_as_found_when_training_ends(tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    benchmark = torch.backends.cudnn.benchmark
    Session(recipe("classifier", epochs=1), tmp_path / "run").run()
    assert (torch.get_num_threads(), torch.backends.cudnn.benchmark) == (threads, benchmark)
