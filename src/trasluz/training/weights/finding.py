"""Weights on this machine: where they lie, and which network each belongs to.

Looked for, best first: what was given; a folder named in ``TRASLUZ_WEIGHTS``, those of ``TRASLUZ_DATA`` and
``./weights``; the Hugging Face hub's cache of timm; ``torch.hub``'s cache.  Nothing is downloaded, and of a file only
the names and shapes of its tensors are read.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trasluz.data.read.folders import data_folders
from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.training.weights._architectures import Architecture, Sizes, published_files, rank, recognised
from trasluz.training.weights._files import SUFFIXES, read_sizes
from trasluz.training.weights.timm import published as published_by_timm
from trasluz.training.weights.torchvision import published as published_by_torchvision

_ENVIRONMENT = "TRASLUZ_WEIGHTS"
_MOST_FILES = 200  # of one folder that are looked into
_NO_PARAMETERS = ("running_mean", "running_var", "num_batches_tracked")
_HUB_FILES = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True)
class FoundWeights:
    """Weights and the network that they are of.

    ``source`` is what ``phases.from`` takes; ``architecture`` its name in ``library``; ``side`` the images' height and
    width in pixels that it was made for; ``parameters`` counts numbers; ``licence`` is empty where it is not known.
    """

    source: str
    library: str
    architecture: str
    path: Path
    side: int
    parameters: int
    licence: str


def find_weights(given: Path | None = None) -> tuple[FoundWeights, ...]:
    """The weights on this machine, or those of ``given``, a file or a folder of files; best first.

    Raises:
        RecipeError: there is nothing at ``given``, it is no file of weights, or it fits no known architecture; or the
            folder that TRASLUZ_WEIGHTS names is not there.
    """
    if given is not None:
        return _given(given.expanduser())
    found = [one for place in _places() for one in _in_folder(place)]
    kept: dict[Path, FoundWeights] = {}
    for one in (*found, *_in_timms_cache(), *_in_torch_hub()):
        kept.setdefault(one.path.resolve(), one)
    return tuple(kept.values())


def weights_named(source: str) -> FoundWeights:
    """What the libraries know of their weights ``timm:NAME`` or ``torchvision:NAME``, which need not be here yet.

    Raises:
        RecipeError: they have no such weights.
    """
    library, _colon, name = source.partition(":")
    known = published_by_timm(name) if library == "timm" else published_by_torchvision(name)
    architecture = Architecture("timm" if library == "timm" else "torchvision", name.partition(".")[0])
    return _found(source, architecture, Path(), architecture.sizes, getattr(known, "license", "") or "")


def layers_of(found: FoundWeights) -> tuple[tuple[str, ...], str]:
    """The names of the network's parameters in order, and that of its last layer, such as ``fc`` or ``head.fc``."""
    architecture = Architecture("timm" if found.library == "timm" else "torchvision", found.architecture)
    return tuple(name for name in architecture.sizes if not name.endswith(_NO_PARAMETERS)), architecture.head


def _given(path: Path) -> tuple[FoundWeights, ...]:
    if not path.is_dir():
        return (_described(path),)
    found = tuple(_in_folder(path))
    if not found:
        message = _(
            "--weights: in {path} is no file of weights ({allowed}) that fits a known architecture; give the file or "
            "folder of weights of a network of timm or torchvision."
        )
        raise RecipeError(message.format(path=path, allowed=", ".join(SUFFIXES)))
    return found


def _places() -> list[Path]:
    named = os.environ.get(_ENVIRONMENT, "")
    own = [Path(part).expanduser() for part in named.split(os.pathsep) if part]
    for path in own:
        if not path.exists():
            message = _("{name}: there is no file or folder {path}; correct or unset it.")
            raise RecipeError(message.format(name=_ENVIRONMENT, path=path))
    return [*own, *(inner for folder in data_folders() for inner in (folder, folder / "weights")), Path("weights")]


def _in_folder(folder: Path) -> Iterator[FoundWeights]:
    """The weights in a folder, or in one file, that fit an architecture; others are passed over."""
    paths = [folder] if folder.is_file() else sorted(folder.iterdir()) if folder.is_dir() else []
    files = [path for path in paths if path.suffix in SUFFIXES and path.is_file()][:_MOST_FILES]
    yield from _best_first(one for path in files if (one := _described_or_none(path)) is not None)


def _best_first(found: Iterable[FoundWeights]) -> list[FoundWeights]:
    """Common architectures in their order, then small networks before large ones: a processor may be all there is."""
    return sorted(found, key=lambda one: (rank(one.architecture), one.parameters, str(one.path)))


def _described_or_none(path: Path) -> FoundWeights | None:
    try:
        return _described(path)
    except RecipeError:
        return None


def _described(path: Path) -> FoundWeights:
    """What the file is.

    Raises:
        RecipeError: it is not there, damaged, of another kind, holds more than tensors, or fits no architecture.
    """
    sizes = read_sizes(path)
    architecture = recognised(sizes, path.stem)
    if architecture is None:
        message = _(
            "{path}: its {count} tensors (the first is {name} {shape}) fit no architecture of timm or torchvision; "
            "name the network yourself in a recipe, with phases.from: file:PATH and phases.map."
        )
        name, shape = next(iter(sizes.items()))
        raise RecipeError(message.format(path=path, count=len(sizes), name=name, shape=list(shape)))
    return _found(f"file:{path.absolute()}", architecture, path.absolute(), sizes, "")


def _found(source: str, architecture: Architecture, path: Path, sizes: Sizes, licence: str) -> FoundWeights:
    shown = architecture.preprocess
    side = shown.size[0] if shown is not None and shown.size is not None else 224
    count = sum(math.prod(shape) for name, shape in sizes.items() if not name.endswith(_NO_PARAMETERS))
    return FoundWeights(source, architecture.library, architecture.name, path, side, count, licence)


def _in_timms_cache() -> list[FoundWeights]:
    """timm's weights in the hub's cache, which names them: ``models--timm--resnet18.a1_in1k``."""
    from huggingface_hub import constants, try_to_load_from_cache

    found = []
    for folder in sorted(Path(constants.HF_HUB_CACHE).glob("models--timm--*")):
        name = folder.name.removeprefix("models--timm--")
        published = _published_by_timm(name)
        files = (try_to_load_from_cache(f"timm/{name}", file) for file in _HUB_FILES)
        path = next((Path(file) for file in files if isinstance(file, str)), None)
        sizes = None if path is None or published is None else _sizes_or_none(path)
        if path is not None and sizes is not None:
            architecture = Architecture("timm", name.partition(".")[0])
            found.append(_found(f"timm:{name}", architecture, path, sizes, published.license or ""))
    return _best_first(found)


def _published_by_timm(name: str) -> Any:
    """What timm knows of its weights ``name``; ``None`` for none."""
    from timm.models import get_pretrained_cfg

    try:
        return get_pretrained_cfg(name)
    except RuntimeError:  # an architecture that it has, of another version's weights
        return None


def _in_torch_hub() -> list[FoundWeights]:
    """The weights that torchvision, and timm before the hub, left in ``torch.hub``'s cache."""
    import torch

    published, found = published_files(), []
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    for path in sorted(folder.iterdir())[:_MOST_FILES] if folder.is_dir() else ():
        name = published.get(path.name)
        if name is None:
            found += list(_in_folder(path))
        elif (sizes := _sizes_or_none(path)) is not None:
            architecture = Architecture("torchvision", name.partition(".")[0])
            found.append(_found(f"torchvision:{name}", architecture, path, sizes, ""))
    return _best_first(found)


def _sizes_or_none(path: Path) -> Sizes | None:
    try:
        return read_sizes(path)
    except RecipeError:
        return None
