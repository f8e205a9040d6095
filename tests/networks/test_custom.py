"""Networks as people write them, each built, tried, and refused in one sentence where it has to be."""

from __future__ import annotations

import sys
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.errors import RecipeError
from trasluz.networks.choose import build_classifier, build_encoder

SHAPE, CLASSES = (1, 12, 12), 3


class Net(nn.Module):
    """A convolution and a linear layer; ``change`` says what else forward does."""

    def __init__(
        self, shape: tuple[int, ...] = SHAPE, change: Callable[[Net, Tensor], object] = lambda net, x: net.scores(x)
    ) -> None:
        super().__init__()
        channels, height, width = shape
        self.conv = nn.Conv2d(channels, 4, 3, padding=1)
        self.linear = nn.Linear(4 * height * width, CLASSES)
        self.change = change

    def scores(self, x: Tensor) -> Tensor:
        return self.linear(F.relu(self.conv(x)).flatten(1))

    def forward(self, x: Tensor) -> object:
        return self.change(self, x)


Named = namedtuple("Named", "extra logits")


@dataclass
class Fields:
    logits: Tensor
    loss: Tensor | None = None


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """A function that offers another as ``own_networks:build`` and gives what a recipe says of it."""

    def offer(build: Callable[..., Any], **more: Any) -> dict[str, Any]:
        module = ModuleType("own_networks")
        build.__module__ = "own_networks"
        module.build = build  # type: ignore[attr-defined]  # a module made here
        monkeypatch.setitem(sys.modules, "own_networks", module)
        return {"module": "own_networks:build", **more}

    monkeypatch.setenv("TRASLUZ_ALLOW", "own_networks")
    return offer


Own = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "build",
    [
        lambda input_shape, outputs: Net(input_shape),
        lambda shape, classes: Net(shape),
        lambda outputs, input_shape: Net(input_shape),
        lambda *, outputs, input_shape: Net(input_shape),
        lambda *given, **named: Net((given or tuple(named.values()))[0]),
    ],
    ids=["as-told", "other-names", "other-order", "by-name", "anything"],
)
def test_a_function_may_call_its_parameters_as_it_likes(own: Own, build: Callable[..., nn.Module]) -> None:
    assert build_classifier(own(build), SHAPE, CLASSES)(torch.rand(2, *SHAPE)).shape == (2, CLASSES)


OUTPUTS: dict[str, tuple[Callable[[Tensor], object], tuple[str | int, ...], str]] = {
    "tuple": (lambda y: (y[:, :1], y), (1, -1), r"gives tuple \(0 \[2, 1\], 1 \[2, 3\]\).*network.output: 1\."),
    "list": (lambda y: [y, None], (0,), r"gives list \(0 \[2, 3\], 1 NoneType\).*output: 0\."),
    "dict": (lambda y: {"extra": y.sum(), "logits": y}, ("logits", 1), r"gives dict .*output: logits\."),
    "named tuple": (lambda y: Named(y.sum(), y), ("logits", 1), r"gives Named .*output: logits\."),
    "dataclass": (Fields, ("logits", 0), r"gives Fields \(logits \[2, 3\], loss NoneType\).*output: logits\."),
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_of_several_outputs_the_setting_names_one_and_the_refusal_the_setting(own: Own, kind: str) -> None:
    finish, keys, sentence = OUTPUTS[kind]

    def build(input_shape: tuple[int, ...], outputs: int) -> nn.Module:
        torch.manual_seed(0)
        return Net(input_shape, lambda net, x: finish(net.scores(x)))

    with pytest.raises(RecipeError, match=sentence) as told:
        build_classifier(own(build), SHAPE, CLASSES)
    assert "\n" not in str(told.value)
    torch.manual_seed(0)
    plain, x = Net(), torch.rand(2, *SHAPE)
    for key in keys:
        network = build_classifier(own(build, output=key), SHAPE, CLASSES)
        assert torch.equal(network(x), plain(x))
        assert network.state_dict().keys() == plain.state_dict().keys()


def test_an_output_that_there_is_not_is_refused_with_those_that_there_are(own: Own) -> None:
    build = lambda input_shape, outputs: Net(input_shape, lambda net, x: {"logits": net.scores(x)})  # noqa: E731
    with pytest.raises(
        RecipeError, match=r"model.network.output: the network gives no 'logit'; allowed: logits \[2, 3\]"
    ):
        build_classifier(own(build, output="logit"), SHAPE, CLASSES)
    with pytest.raises(RecipeError, match="the network gives no 7; allowed: logits"):
        build_classifier(own(build, output=7), SHAPE, CLASSES)


def test_an_output_also_serves_encoders(own: Own) -> None:
    build = lambda input_shape, outputs: Net(input_shape, lambda net, x: (net.scores(x), x))  # noqa: E731
    assert build_encoder(own(build, output=0), SHAPE)[1] == (CLASSES,)


def test_lazy_layers_learn_their_shapes_before_anything_else_and_keep_their_mode(own: Own) -> None:
    build = lambda input_shape, outputs: nn.Sequential(  # noqa: E731
        nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(outputs)
    )
    network = build_classifier(own(build), SHAPE, CLASSES)
    assert network[4].in_features == 4 * 10 * 10
    assert network.training
    assert int(network[1].num_batches_tracked) == 0


class Complex(Net):
    def __init__(self) -> None:
        super().__init__()
        self.filter = nn.Parameter(torch.zeros(3, dtype=torch.complex64))


class UnusedLazy(Net):
    def __init__(self) -> None:
        super().__init__()
        self.late = nn.LazyLinear(3)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "TorchScript": (lambda: torch.jit.trace(Net(), torch.rand(2, *SHAPE)), "TorchScript module.*without torch.jit"),
    "complex weights": (Complex, "filter has complex numbers .*torch.view_as_real"),
    "a lazy layer that is not used": (UnusedLazy, "late is a lazy layer that forward does not use"),
    "three channels": (lambda: Net((3, 12, 12)), "It takes 3 channels: set data.channels: 3"),
    "another size": (lambda: Net((1, 32, 32)), "It takes images of 32×32 pixels: set data.size: 32"),
    "another size in colours": (
        lambda: Net((3, 64, 64)), "images of 64×64 pixels in colours: set data.size: 64 and data.channels: 3"
    ),
    "rows": (lambda: nn.Linear(144, 3), r"It takes rows of 144 numbers: let it begin with nn.Flatten\(\)"),
    "float64": (lambda: Net().double(), "Some of its weights are torch.float64.*return network.float"),
    "a size that nothing has": (lambda: Net((1, 13, 13)), "Give it others with data.size and data.channels"),
    "classes": (
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(144, 5)), r"must give \['n', 3\], but it gives \['n', 5\]"
    ),
    "an old weight norm": (
        lambda: nn.Sequential(nn.Flatten(), nn.utils.weight_norm(nn.Linear(144, 3))),
        "cannot be copied.*parametrizations",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_is_refused_in_one_line_that_says_what_to_do(own: Own, kind: str) -> None:
    make, sentence = REFUSED[kind]
    with pytest.raises(RecipeError, match=sentence) as told:
        build_classifier(own(lambda input_shape, outputs: make()), SHAPE, CLASSES)
    assert "\n" not in str(told.value)


def test_a_network_is_tried_on_images_that_are_not_all_the_same(own: Own) -> None:
    def careful(net: Net, x: Tensor) -> Tensor:
        if x.std() == 0:
            raise ValueError("nothing to see")
        return net.scores(x)

    build_classifier(own(lambda input_shape, outputs: Net(input_shape, careful)), SHAPE, CLASSES)
