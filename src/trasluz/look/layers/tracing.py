"""Tracing: one sample's way through a model, layer by layer, with what each place sees of the image.

Which layers feed a layer is read from the graph that autograd builds, so that sums and joins between layers count.
Runs on a copy of the networks; nothing of them changes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from trasluz.families.capabilities import Decodes, HasLayers, HasPrior, Translates
from trasluz.look.layers.activations import way_through
from trasluz.look.layers.arithmetic import View, seen_through, windows_of, windows_used
from trasluz.look.subject import Subject
from trasluz.rng import Rng

Seen = tuple[View, ...] | Literal["whole"] | None  # per axis; the whole image; not known
_KEEPS_PLACES = (nn.modules.batchnorm._BatchNorm, nn.Identity, nn.modules.dropout._DropoutNd)
_ELEMENTWISE = frozenset(
    {
        *("Add", "Sub", "Mul", "Div", "Neg", "Cat", "Clone", "ToCopy", "Sigmoid", "Tanh", "Hardtanh"),
        *("Relu", "LeakyRelu", "Elu", "Gelu", "Silu", "Softplus", "Mish"),
    }
)


@dataclass(frozen=True)
class Step:
    """A layer at its first use: its module, the shapes ``[...]`` of what it is given and gives (one sample), what a
    place of its output sees, and how many layers feed it (2 and more: branches meet; 0: not known); ``fed_by``: their
    names, in order of computation, ``""`` for the sample or code itself."""

    name: str
    module: nn.Module
    given: tuple[int, ...]
    gives: tuple[int, ...]
    seen: Seen
    feeders: int
    fed_by: tuple[str, ...] = ()


@dataclass
class _Trace:
    names: dict[nn.Module, str]
    steps: dict[str, Step] = field(default_factory=dict)
    given: dict[nn.Module, tuple[Any, tuple[int, ...]]] = field(default_factory=dict)
    seen: dict[Any, Seen] = field(default_factory=dict)  # node of autograd's graph → what its output's places see
    made_by: dict[Any, str] = field(default_factory=dict)  # node → the layer whose output it is, "" for what is given

    def start(self, sample: Tensor, seen: Seen) -> Tensor:
        """The sample as a known place of the graph."""
        known: Tensor = sample.detach().requires_grad_() * 1
        self.seen[known.grad_fn] = seen
        self.made_by[known.grad_fn] = ""
        return known

    def before(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        """Keeps where the input came from, because the layer may change it in place."""
        if inputs and isinstance(inputs[0], Tensor):
            self.given[module] = (inputs[0].grad_fn, tuple(inputs[0].shape[1:]))

    def after(self, module: nn.Module, _inputs: tuple[Any, ...], output: object) -> None:
        """Notes what the layer gives, and what a place of that sees."""
        if not isinstance(output, Tensor) or module not in self.given:
            return
        name, (origin, given) = self.names[module], self.given.pop(module)
        nodes, direct = _feeders(origin, self.seen)
        gives = tuple(output.shape[1:])
        seen = _after(module, _meet([self.seen[node] for node in nodes], direct), given, gives)
        if output.grad_fn is not None:
            self.seen[output.grad_fn] = seen
            self.made_by[output.grad_fn] = name
        feeders = {self.made_by[node] for node in nodes}
        fed_by = tuple(known for known in ("", *self.steps) if known in feeders and known != name)
        self.steps.setdefault(name, Step(name, module, given, gives, seen, len(nodes), fed_by))


def trace(subject: Subject) -> tuple[Step, ...]:
    """The layers that a sample or a code passes, in the order of ``family.layers``."""
    networks = copy.deepcopy(subject.networks).eval()
    layers = subject.ask(HasLayers).layers(subject.networks)
    modules = dict(networks.named_modules())
    found = _Trace({modules[name]: name for name in layers})
    for module in found.names:
        module.register_forward_pre_hook(found.before)
        module.register_forward_hook(found.after)
    with torch.enable_grad(), Rng(0).ambient("trace", device=subject.device):
        for run in _runs(subject, networks, found):
            run()
    return tuple(found.steps[name] for name in layers if name in found.steps)


def _runs(subject: Subject, networks: nn.ModuleDict, found: _Trace) -> Sequence[Callable[[], Tensor]]:
    """Every way through the networks: from the image, and from a code where the model generates."""
    spec = subject.spec
    pixels = torch.full((1, *spec.shape), 0.5, device=subject.device)
    axes = (View(),) * 2 if spec.kind == "image" else None
    inputs = found.start(subject.preprocess.normalise(pixels), axes)
    ways = [name for name in ("logits", "reconstruct", "encode") if subject.can(name)]
    runs = [partial(way_through(subject, name), networks, inputs) for name in ways]
    if subject.can("discriminate"):
        runs.append(partial(way_through(subject, "discriminate"), networks, found.start(pixels, axes)))
    if subject.can("translate"):
        translate = subject.ask(Translates).translate
        runs += [partial(translate, networks, inputs, domain) for domain in range(len(spec.domains))]
    if subject.can("prior", "decode"):
        rng = Rng(0).at(0, 0, torch.arange(1, device=subject.device))
        code = found.start(subject.ask(HasPrior).prior(networks, 1, rng), None)
        runs.append(partial(subject.ask(Decodes).decode, networks, code))
    return runs


def _feeders(node: Node | None, known: dict[Any, Seen]) -> tuple[list[Any], bool]:
    """The known nodes that lead to ``node``, and whether only elementwise operations lie between."""
    found: dict[Any, None] = {}
    direct, visited, left = True, set(), [node]
    while left:
        here = left.pop()
        if here is None or here in visited:
            continue
        visited.add(here)
        if here in known:
            found[here] = None
            continue
        kind = type(here).__name__
        after = [later for later, _place in here.next_functions]
        direct = direct and (kind == "AccumulateGrad" or kind.split("Backward")[0] in _ELEMENTWISE)
        left += after
    return list(found), direct


def _meet(seen: list[Seen], direct: bool) -> Seen:
    """What a place sees where branches meet: all that any of them sees, where they lie on the same grid."""
    if not seen or not direct or None in seen:
        return None
    if "whole" in seen:
        return "whole"
    paths = [views for views in seen if isinstance(views, tuple)]
    joined = []
    for views in zip(*paths, strict=True):
        if len({view.step for view in views}) > 1:
            return None
        start, end = min(view.start for view in views), max(view.start + view.field for view in views)
        margin = max(view.start + view.field + view.margin for view in views) - end
        joined.append(View(end - start, views[0].step, start, margin))
    return tuple(joined)


def _after(module: nn.Module, before: Seen, given: tuple[int, ...], gives: tuple[int, ...]) -> Seen:
    if before is None:
        return None
    if before == "whole" or len(gives) != 3 or len(given) != 3:
        return "whole"
    windows = windows_used(module, given, gives)
    if not windows and windows_of(module):
        return None
    if windows:
        return tuple(seen_through(view, window) for view, window in zip(before, windows, strict=True))
    if isinstance(module, nn.Upsample) and module.mode == "nearest":
        return tuple(
            View(
                view.field,
                view.step * Fraction(a, b),
                view.start - view.step * (1 - Fraction(a, b)),
                view.margin + view.step * (1 - Fraction(a, b)),
            )
            for view, a, b in zip(before, given[1:], gives[1:], strict=True)
        )
    if isinstance(module, _KEEPS_PLACES) or (_activation(module) and given == gives):
        return before
    return "whole" if max(gives[1:]) == 1 else None


def _activation(module: nn.Module) -> bool:
    """Whether it works on every value alone: activations, and dropout outside training."""
    return type(module).__module__ == "torch.nn.modules.activation" or type(module).__name__ == "Dropout"
