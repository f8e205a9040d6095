"""Derived features: what a frozen, resting part of a network makes of images, computed once and trained on like data.

A phase that moves only the last layers of one network, on images that are never augmented, would compute the same
features in every epoch.  Here the network is cut where what moves begins; the features of the training and validation
images become data of their own, and the rest of the network trains on them.  The cut is tried on a few images first:
only where both parts together give what the whole gives, also with the draws of a training step, is it used.
"""

from __future__ import annotations

import copy
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.batches import evaluation_batches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.cache import cache_folder, writing
from trasluz.families.base import BaseFamily
from trasluz.model.evaluation_mode import batch_size_for, evaluation_mode
from trasluz.recipe import DataSection, TrainSection
from trasluz.rng import Rng
from trasluz.training.engine import Engine
from trasluz.training.kept_features import digest_of, kept_features, worth_keeping

_IN_MEMORY = 1 << 30  # bytes of features above which they are kept on disk
_TRIED = 4  # images on which a cut is tried
_TOLERANCE = 1e-3  # relative; bf16 gives features three digits


@dataclass(frozen=True)
class Cut:
    """Where a network is cut: the module at ``path`` takes the features; of a chain, its children from ``first`` on."""

    path: str
    first: int | None = None

    def head(self, network: nn.Module) -> nn.Module:
        """The part that trains; its layers are the network's own."""
        module = network.get_submodule(self.path)
        return module if self.first is None else nn.Sequential(*list(module.children())[self.first :])

    def features(self, network: nn.Module, inputs: Tensor) -> Tensor:
        """What the head is given when the network sees ``inputs``."""
        caught: list[Tensor] = []

        def catch(_module: nn.Module, given: tuple[Any, ...]) -> None:
            caught.append(given[0])
            raise _Caught

        module = network.get_submodule(self.path)
        taker = module if self.first is None else list(module.children())[self.first]
        handle = taker.register_forward_pre_hook(catch)
        try:
            network(inputs)
        except _Caught:
            pass
        finally:
            handle.remove()
        return caught[0].detach().clone()


class _Caught(Exception):  # noqa: N818 - ends a forward pass early
    pass


@dataclass(frozen=True)
class PhaseData:
    """What a phase's steps and its validation see: data, their preprocessing, and the networks that take them."""

    data: Data
    preprocess: Preprocess
    section: DataSection
    view: Callable[[nn.ModuleDict], nn.ModuleDict] = lambda networks: networks


def derive(
    family: BaseFamily,
    networks: nn.ModuleDict,
    phase_data: PhaseData,
    train: TrainSection,
    engine: Engine,
    tell: Callable[[int, int], None] = lambda done, whole: None,
) -> PhaseData | None:
    """Features in the place of images, or ``None`` where ``where_to_cut`` finds nothing.

    ``tell`` hears of how many images the features are known, and of how many they will be.
    """
    found = where_to_cut(family, networks, phase_data, train, engine)
    if found is None:
        return None
    name, cut = found
    features = _features_of(cut, networks, name, phase_data, engine, tell)
    data = replace(phase_data.data, kind="table", samples=features, columns=(), audit={})
    section = phase_data.section.model_copy(update={"normalise": "raw"})
    return PhaseData(
        data, Preprocess(kind="table"), section, lambda whole: nn.ModuleDict({name: cut.head(whole[name])})
    )


def where_to_cut(
    family: BaseFamily, networks: nn.ModuleDict, phase_data: PhaseData, train: TrainSection, engine: Engine
) -> tuple[str, Cut] | None:
    """The network to cut and where; ``None`` where features would save nothing or change what is trained.

    ``networks`` are in the mode and with the frozen parameters of the phase.
    """
    name = family.reads_inputs_through()
    if name is None or train.progressive is not None or phase_data.section.augment.active or train.epochs == 1:
        return None
    others = any(_moves(network) for other, network in networks.items() if other != name)
    penalised = any(family.penalty(networks, update.name) is not None for update in family.updates())
    if others or penalised or phase_data.data.lengths is not None:
        return None
    cut = find_cut(networks[name], _some_inputs(phase_data, engine), engine)
    return None if cut is None else (name, cut)


def find_cut(network: nn.Module, inputs: Tensor, engine: Engine) -> Cut | None:
    """The latest cut before everything that moves at which the parts give what the whole gives; ``None`` for none, and
    where nothing rests, so that there are no features to be saved."""
    if all(p.requires_grad for p in network.parameters()):
        return None
    return next((cut for cut in _candidates(network) if _holds(cut, network, inputs, engine)), None)


def _candidates(network: nn.Module) -> list[Cut]:
    """Cuts from late to early: at the innermost module that holds all that moves, and in the chains around it."""
    found: list[Cut] = []
    path, module = "", network
    while True:
        children = list(module.children())
        moving = [i for i, child in enumerate(children) if _moves(child)]
        own = any(p.requires_grad for p in module.parameters(recurse=False))
        if isinstance(module, nn.Sequential) and moving and not own:
            found = [*_chain_cuts(path, children, moving[0]), *found]
        elif path:
            found = [Cut(path), *found]
        if own or len(moving) != 1:
            return found
        name = list(module.named_children())[moving[0]][0]
        path, module = f"{path}.{name}".strip("."), children[moving[0]]


def _chain_cuts(path: str, children: list[nn.Module], first: int) -> Iterator[Cut]:
    """Before the first child that moves, then before the layers without weights in front of it (such as dropout)."""
    while first > 0:
        yield Cut(path, first)
        if list(children[first - 1].parameters()):
            return
        first -= 1
    if path:
        yield Cut(path)


def _moves(module: nn.Module) -> bool:
    return any(p.requires_grad for p in module.parameters())


def _holds(cut: Cut, network: nn.Module, inputs: Tensor, engine: Engine) -> bool:
    """Whether the head makes of the resting features what the whole network, in its present mode, makes of images."""
    trial = copy.deepcopy(network)
    _far_from_the_start(trial)
    try:
        with torch.no_grad(), engine.forward():
            features = cut.features(copy.deepcopy(network).eval(), inputs)
            with Rng(0).ambient("cut", device=engine.device):
                whole = trial(inputs).float()
            with Rng(0).ambient("cut", device=engine.device):
                parts = cut.head(trial)(features).float()
    except (RuntimeError, TypeError, ValueError, LookupError):  # a head that takes more than one thing, or is not used
        return False
    near = _TOLERANCE * float(whole.abs().max())
    return whole.shape == parts.shape and torch.allclose(whole, parts, rtol=_TOLERANCE, atol=near)


def _far_from_the_start(network: nn.Module) -> None:
    """Draws what moves anew, at an ordinary size: fresh heads give almost nothing, and there what a network does with
    their answer (a ``tanh``, say) does not show."""
    noise = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.requires_grad:
                spread = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 1.0
                parameter.copy_(spread * torch.randn(parameter.shape, generator=noise))


def _features_of(
    cut: Cut,
    networks: nn.ModuleDict,
    name: str,
    phase_data: PhaseData,
    engine: Engine,
    tell: Callable[[int, int], None],
) -> np.ndarray:
    """Float32 ``[n, …]``, a row per sample; only those of training and validation images are filled."""
    data = phase_data.data
    rows = np.concatenate([data.split("train"), data.split("valid")])
    shape = _shape_of_features(cut, networks, name, phase_data, engine)
    if not worth_keeping(data, len(rows) * math.prod(shape) * 4):
        return _computed(cut, networks, name, phase_data, engine, rows, tell)
    whole: list[np.ndarray] = []

    def compute() -> np.ndarray:
        whole.append(_computed(cut, networks, name, phase_data, engine, rows, tell))
        return np.asarray(whole[0][rows])

    trunk = digest_of(networks[name], cut.head(networks[name]))
    how = (cut, trunk, phase_data.preprocess, str(engine.device), engine.precision)
    part = kept_features(data, rows, how, compute)
    if whole:
        return whole[0]
    tell(len(rows), len(rows))
    found = _room((len(data.samples), *shape), len(rows))
    found[rows] = part
    return found


def _shape_of_features(
    cut: Cut, networks: nn.ModuleDict, name: str, phase_data: PhaseData, engine: Engine
) -> tuple[int, ...]:
    """Of one sample."""
    with evaluation_mode(networks, engine.device), engine.forward():
        return tuple(cut.features(networks[name], _some_inputs(phase_data, engine)).shape[1:])


def _computed(
    cut: Cut,
    networks: nn.ModuleDict,
    name: str,
    phase_data: PhaseData,
    engine: Engine,
    rows: np.ndarray,
    tell: Callable[[int, int], None],
) -> np.ndarray:
    """Float32 ``[n, …]``, a row per sample; only ``rows`` are filled."""
    found: np.ndarray | None = None
    done, size = 0, batch_size_for(phase_data.data.samples)
    with evaluation_mode(networks, engine.device):
        for batch, _rng in evaluation_batches(phase_data.data, rows, size, phase_data.preprocess, engine.device):
            with engine.forward():
                part = cut.features(networks[name], batch.inputs).float().cpu().numpy()
            if found is None:
                found = _room((len(phase_data.data.samples), *part.shape[1:]), len(rows))
            found[rows[done : done + len(part)]] = part
            done += len(part)
            tell(done, len(rows))
    assert found is not None, "there is at least one training sample"
    return found


def _room(shape: tuple[int, ...], filled: int) -> np.ndarray:
    """An empty float32 array, on disk when the ``filled`` rows are large; rows that are not filled take no room."""
    if filled * math.prod(shape[1:]) * 4 <= _IN_MEMORY:
        return np.empty(shape, np.float32)
    folder = cache_folder()
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            return np.memmap(file, np.float32, "w+", shape=shape)


def _some_inputs(phase_data: PhaseData, engine: Engine) -> Tensor:
    rows = phase_data.data.split("train")[:_TRIED]
    batch, _rng = next(evaluation_batches(phase_data.data, rows, _TRIED, phase_data.preprocess, engine.device))
    return batch.inputs
