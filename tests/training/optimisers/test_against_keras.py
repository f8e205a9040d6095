"""Our layers, L2 and optimisers against Keras' own numbers; ``scripts/keras_step.py`` made ``keras.npz``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trasluz.networks.layers import Flatten, NormSection, batch_norm
from trasluz.networks.recurrence import Lstm
from trasluz.objectives.l2 import kernels, l2
from trasluz.recipe import OPTIMISERS, OptimiserSection
from trasluz.training.optimisers import load_optimiser, make_optimiser

KERAS = dict(np.load(Path(__file__).parent / "keras.npz"))
STEPS = int(KERAS["steps"])
SETTINGS: dict[str, dict[str, Any]] = {
    "nadam": {"name": "nadam", "learning_rate": 1e-3, "eps": 1e-7},
    "rmsprop": {"name": "rmsprop", "learning_rate": 1e-4, "alpha": 0.9, "eps": 1e-7},
    "adam": {"name": "adam", "learning_rate": 1e-4, "eps": 1e-7},
}


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = Lstm(4, 6), Lstm(6, 3), Lstm(3, 6)
        self.dense = nn.Linear(6, 4)

    def forward(self, values: Tensor) -> Tensor:
        code = self.second(self.first(values))[:, -1:]
        result: Tensor = self.dense(self.third(code.expand(-1, 5, -1)))
        return result


def conv() -> nn.Module:
    norm = batch_norm(4, NormSection(momentum=0.01, eps=0.001))
    convolution = nn.Conv2d(2, 4, 3, padding=1)
    return nn.Sequential(convolution, nn.ReLU(), norm, nn.MaxPool2d(2), Flatten(), nn.Linear(36, 3), nn.Sigmoid())


def in_our_order(kind: str, name: str) -> list[Tensor]:
    """Keras' weights as ours lie: kernels turned, batch norm's statistics after its scale and shift."""
    stored = [torch.from_numpy(KERAS[f"{kind}/{name}/{i}"]) for i in range(len(ours(kind, network(kind))))]
    return [w.permute(3, 2, 0, 1) if w.ndim == 4 else w.T if w.ndim == 2 else w for w in stored]


def ours(kind: str, made: nn.Module) -> list[Tensor]:
    return [value for name, value in made.state_dict().items() if "num_batches" not in name]


def network(kind: str) -> nn.Module:
    return conv() if kind == "conv" else Recurrent()


def from_keras(kind: str) -> nn.Module:
    made = network(kind)
    for own, given in zip(ours(kind, made), in_our_order(kind, "weights"), strict=True):
        own.copy_(given)
    return made


def batch(kind: str) -> tuple[Tensor, Tensor]:
    inputs, targets = (torch.from_numpy(KERAS[f"{kind}/{name}"]) for name in ("inputs", "targets"))
    return (inputs.permute(0, 3, 1, 2) if kind == "conv" else inputs), targets


def train(kind: str, section: OptimiserSection) -> tuple[list[float], list[list[Tensor]]]:
    """The losses and the weights of a few steps on one batch."""
    made, (inputs, targets) = from_keras(kind).train(), batch(kind)
    optimiser = make_optimiser(section, made.named_parameters())
    losses, weights = [], []
    for step in range(STEPS):
        if step == 1:  # what an optimiser remembers must survive a checkpoint
            state = optimiser.state_dict()
            optimiser = make_optimiser(section, made.named_parameters())
            load_optimiser(optimiser, state)
        loss = (made(inputs) - targets).square().mean()
        if kind == "conv":
            loss = loss + l2(kernels(made), 0.01)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        weights.append([w.detach().clone() for w in ours(kind, made)])
    return losses, weights


def worst(kind: str, name: str, weights: list[list[Tensor]]) -> float:
    """The largest difference in any weight after any step; batch norm's moving variance is compared elsewhere."""
    names = [name for name in network(kind).state_dict() if "num_batches" not in name]
    found = []
    for step, own in enumerate(weights):
        for key, ours_, theirs in zip(names, own, in_our_order(kind, f"{name}/{step}"), strict=True):
            if not key.endswith("running_var"):
                found.append((ours_ - theirs).abs().max().item())
    return max(found)


@pytest.mark.parametrize("kind", ["conv", "recurrent"])
def test_a_forward_pass_gives_keras_outputs(kind: str) -> None:
    with torch.no_grad():
        outputs = from_keras(kind).eval()(batch(kind)[0])
    np.testing.assert_allclose(outputs.numpy(), KERAS[f"{kind}/outputs"], atol=2e-6)


@pytest.mark.parametrize("kind", ["conv", "recurrent"])
@pytest.mark.parametrize("name", SETTINGS)
def test_steps_by_keras_rule_give_keras_losses_and_weights(kind: str, name: str) -> None:
    losses, weights = train(kind, OPTIMISERS.read({**SETTINGS[name], "rule": "keras"}))
    np.testing.assert_allclose(losses, KERAS[f"{kind}/{name}/losses"], rtol=2e-6)
    assert worst(kind, name, weights) < 1e-6


def test_batch_norms_moving_variance_is_that_of_keras_but_for_the_unbiased_estimate() -> None:
    _losses, weights = train("conv", OPTIMISERS.read({**SETTINGS["adam"], "rule": "keras"}))
    place = next(i for i, name in enumerate(conv().state_dict()) if name.endswith("running_var"))
    count = 8 * 6 * 7
    start = in_our_order("conv", "weights")[place]
    ours_, theirs = weights[0][place], in_our_order("conv", "adam/0")[place]
    newest = (theirs - 0.99 * start) / 0.01
    torch.testing.assert_close(ours_, 0.99 * start + 0.01 * newest * count / (count - 1), atol=2e-6, rtol=0)


@pytest.mark.parametrize(("name", "apart"), [("nadam", 5e-5), ("rmsprop", 1e-6), ("adam", 1e-6)])
def test_pytorchs_own_formulas_differ_from_keras(name: str, apart: float) -> None:
    _losses, weights = train("recurrent", OPTIMISERS.read(SETTINGS[name]))
    assert worst("recurrent", name, weights) > apart


def test_only_three_optimisers_have_a_rule_of_keras() -> None:
    with pytest.raises(ValueError, match="rule"):
        OPTIMISERS.read({"name": "sgd", "rule": "keras"})
