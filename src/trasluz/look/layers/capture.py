"""Capture: run a network once and keep what chosen layers give, ready for gradients with respect to it.

    with capture(networks, ("classifier.conv2",)) as kept:
        scores = family.logits(networks, inputs)
    gradients = torch.autograd.grad(scores.sum(), kept.last("classifier.conv2"))

While the block runs, modules are in evaluation mode and parameters ask for no gradient; afterwards modes,
``requires_grad`` and hooks are as they were, and no ``.grad`` is ever written.  Gradients flow from what is kept, so
a frozen network is as good as any other.  The layers behind get a copy of what is kept, so that in-place operations
(ReLU, ``+=``) change the copy only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn


@dataclass
class Captured:
    """``calls``: name of a layer → what it gave, one tensor per call, as float ``[n, ...]`` with its graph.

    Layers stand in the order of their last call: a ReLU that is used twice in a residual block stands where it is
    used for the last time.  A layer that was not called has no entry.
    """

    calls: dict[str, list[Tensor]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The layers that were called, in the order of their last call."""
        return tuple(self.calls)

    def last(self, name: str) -> Tensor:
        """What the layer gave when it was called last.

        Raises:
            KeyError: it was not called.
        """
        return self.calls[name][-1]

    def _keep(self, name: str, output: Tensor) -> Tensor:
        """Keeps ``output`` and returns what the layers behind get."""
        kept = output if output.requires_grad else output.detach().requires_grad_()
        self.calls[name] = [*self.calls.pop(name, []), kept]
        return kept.clone()


@contextmanager
def capture(network: nn.Module, names: Iterable[str]) -> Iterator[Captured]:
    """Keeps what the modules of ``network`` called ``names`` (as in ``named_modules``) give inside the block.

    Of a module that gives several tensors (tuple, list or mapping) the first floating-point one is kept.

    Raises:
        KeyError: there is no module of that name.
    """
    modules = dict(network.named_modules())
    kept = Captured()
    chosen = {name: modules[name] for name in names}
    handles = [module.register_forward_hook(_hook(kept, name)) for name, module in chosen.items()]
    try:
        with still(network), torch.inference_mode(False), torch.enable_grad():
            yield kept
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def still(network: nn.Module) -> Iterator[None]:
    """Inside, modules are in evaluation mode and parameters ask for no gradient; afterwards both are as they were."""
    modes = {module: module.training for module in network.modules()}
    asking = [parameter for parameter in network.parameters() if parameter.requires_grad]
    try:
        for module in modes:
            module.training = False
        for parameter in asking:
            parameter.requires_grad_(False)
        yield
    finally:
        for parameter in asking:
            parameter.requires_grad_(True)
        for module, mode in modes.items():
            module.training = mode


@contextmanager
def changed(network: nn.Module, name: str, call: int, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Inside, the layers behind the module called ``name`` get ``change`` of what it gives at its call number ``call``.

    Calls count from 0 inside the block, so that it is meant for one forward pass.  ``change`` gives a new tensor.

    Raises:
        KeyError: there is no module of that name.
    """
    seen = 0

    def hook(_module: nn.Module, _inputs: tuple[Any, ...], output: object) -> object:
        nonlocal seen
        seen += 1
        return _with_first(output, change) if seen == call + 1 else output

    handle = dict(network.named_modules())[name].register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


Hook = Callable[[nn.Module, tuple[Any, ...], Any], Any]


def _hook(kept: Captured, name: str) -> Hook:
    def keep(_module: nn.Module, _inputs: tuple[Any, ...], output: object) -> object:
        return _with_first(output, lambda tensor: kept._keep(name, tensor))

    return keep


def _with_first(output: object, change: Callable[[Tensor], Tensor]) -> object:
    """``output`` with its first floating-point tensor changed; the same object where it holds none."""
    if isinstance(output, Tensor):
        return change(output) if output.is_floating_point() else output
    if isinstance(output, Mapping):
        keys: list[Any] = list(output)
        values = [output[key] for key in keys]
    elif isinstance(output, (tuple, list)):
        values = list(output)
    else:
        return output
    at = next((i for i, v in enumerate(values) if isinstance(v, Tensor) and v.is_floating_point()), None)
    if at is None:
        return output
    values[at] = change(values[at])
    if isinstance(output, Mapping):
        return type(output)(zip(keys, values, strict=True))  # type: ignore[call-arg]  # as dictionaries are made
    return type(output)(*values) if hasattr(output, "_fields") else type(output)(values)
