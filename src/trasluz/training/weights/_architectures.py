"""Which network a file of weights belongs to, told by the names and shapes of its tensors.

Each candidate of timm and torchvision is built without numbers (on PyTorch's meta device) and compared; its last layer
is left out, because a file may have been trained for other classes.  Several architectures differ in nothing but how
they pad or normalise, so that their tensors look alike: then the file's own name decides where it is a published one
or an architecture's whole name, and otherwise the order of ``_COMMON``.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.cache import remembered
from trasluz.rng import Rng

Sizes = Mapping[str, tuple[int, ...]]
Library = Literal["timm", "torchvision"]

# What people most often have, small ones first; of two whose tensors look alike the more used one stands first.
_COMMON = (
    "tf_efficientnet_lite0",
    "resnet18",
    "mobilenetv3_large_100",
    "resnet50",
    "efficientnet_b0",
    "tf_efficientnet_b0",
    "convnext_tiny",
    "vit_tiny_patch16_224",
    "vit_small_patch16_224",
    "vit_base_patch16_224",
    "mobilenetv2_100",
    "mobilenetv3_small_100",
    "resnet34",
    "regnety_004",
    "densenet121",
    "vgg16",
    "swin_tiny_patch4_window7_224",
)
_COUNTERS = ("num_batches_tracked",)  # older files lack them
_NEAR = 12  # architectures whose names are like the file's that are tried first
_SHORTEST = 5  # letters of a name that says something when it is a part of a file's: "vit" does not
_ALIKE = 0.6  # share of first names in common from which a module's other architectures are tried


@dataclass(frozen=True)
class Architecture:
    """One of a library's networks, by its name there."""

    library: Library
    name: str

    @property
    def preprocess(self) -> Preprocess | None:
        """What its published weights were shown; ``None`` where none were published."""
        found = _shown_by_timm(self.name) if self.library == "timm" else _shown_by_torchvision(self.name)
        if found is None:
            return None
        channels, side, mean, std = found
        return Preprocess(size=(side, side), channels=channels, mean=tuple(mean), std=tuple(std))

    @property
    def sizes(self) -> Sizes:
        """The shapes of its tensors by name, in order."""
        return _built(self)[0]

    @property
    def head(self) -> str:
        """The name of its last layer, such as ``fc`` or ``head.fc``."""
        return _built(self)[1][0]


def recognised(sizes: Sizes, stem: str) -> Architecture | None:
    """The architecture whose tensors have these names and shapes; ``stem`` is the file's name without its ending.

    What was found is remembered in the user's cache.
    """
    known = (version("timm"), version("torchvision"))  # others know other networks
    told = blake2b(repr((sorted(sizes.items()), stem, known)).encode()).hexdigest()

    def compute() -> dict[str, np.ndarray]:
        found = next((one for one in _candidates(sizes, stem) if _fits(sizes, one)), None)
        return {"found": np.array(["", ""] if found is None else [found.library, found.name])}

    library, name = remembered("architecture", told, "architecture-1", compute)["found"].tolist()
    return Architecture(library, name) if name else None


def published_files() -> dict[str, str]:
    """torchvision's published files by name: ``resnet18-f37072fd.pth`` → ``resnet18.IMAGENET1K_V1``."""
    import torchvision

    models: Any = torchvision.models
    return {
        weights.url.rsplit("/", 1)[-1]: f"{name}.{weights.name}"
        for name in models.list_models(module=models)
        for weights in models.get_model_weights(name)
    }


def rank(architecture: str) -> int:
    """Its place among the common ones, the last place for others."""
    return _COMMON.index(architecture) if architecture in _COMMON else len(_COMMON)


def _candidates(sizes: Sizes, stem: str) -> Iterator[Architecture]:
    """All architectures, the likely ones first; none twice."""
    tried: set[Architecture] = set()
    for one in _in_order(sizes, stem):
        if one not in tried:
            tried.add(one)
            yield one


def _in_order(sizes: Sizes, stem: str) -> Iterator[Architecture]:
    import timm
    import torchvision

    models: Any = torchvision.models
    of_timm, of_torchvision = timm.list_models(), models.list_models(module=models)
    whole = _whole_name(stem)
    yield from (Architecture("timm", name) for name in of_timm if name == whole)
    yield from (Architecture("timm", name) for name in _near(stem, of_timm))
    yield from (Architecture("torchvision", name) for name in _near(stem, of_torchvision))
    yield from (Architecture("timm", name) for name in _COMMON if name in of_timm)
    yield from (one for name in of_torchvision if _begins_alike(sizes, one := Architecture("torchvision", name)))
    yield from (Architecture("timm", name) for name in _of_like_modules(sizes))


def _whole_name(stem: str) -> str:
    """The architecture that the file's name is, or that timm published under that name: without tag and digits."""
    from timm.models import get_pretrained_cfg

    name = stem.partition(".")[0]
    found = name if name in _timm_files() else re.sub(r"-[0-9a-f]{8,}$", "", name)
    known = _timm_files().get(found)
    return known or (found if get_pretrained_cfg(found, allow_unregistered=True) is not None else "")


@cache
def _timm_files() -> dict[str, str]:
    """timm's files from the time before the hub, by their names without ending."""
    import timm
    from timm.models import get_pretrained_cfg

    found: dict[str, str] = {}
    for name in timm.list_pretrained():
        url = getattr(get_pretrained_cfg(name), "url", None) or ""
        if url:
            found[url.rsplit("/", 1)[-1].rpartition(".")[0]] = name.partition(".")[0]
    return found


def _near(stem: str, names: list[str]) -> list[str]:
    """Names that are in the file's name, whatever its dashes, and those that end with one of these (``tf_…``)."""
    plain = stem.lower().replace("-", "_")
    inside = sorted((n for n in names if len(n) >= _SHORTEST and n in plain), key=len, reverse=True)
    longest = inside[:1]
    like = [n for n in names if any(n.endswith(f"_{part}") for part in longest)]
    return sorted([*inside, *like], key=lambda name: (rank(name), -len(name)))[:_NEAR]


def _of_like_modules(sizes: Sizes) -> Iterator[str]:
    """timm's architectures in modules whose first one has its parts named as the file has."""
    import timm

    for module in timm.list_modules():
        names = timm.list_models(module=module)
        if names and _begins_alike(sizes, Architecture("timm", names[0])):
            yield from names


def _begins_alike(sizes: Sizes, architecture: Architecture) -> bool:
    """Whether most of the parts that hold weights have the same names in both."""
    built = _built_or_none(architecture)
    if built is None:
        return False
    own, given = ({name.partition(".")[0] for name in names} for names in (built[0], sizes))
    return len(own & given) >= _ALIKE * len(own | given)


def _fits(sizes: Sizes, architecture: Architecture) -> bool:
    """Whether all but the last layer's tensors have the same names and shapes."""
    built = _built_or_none(architecture)
    if built is None:
        return False
    own, heads = built
    body, given = (
        {n: tuple(s) for n, s in tree.items() if not n.endswith(_COUNTERS) and not n.startswith(_under(heads))}
        for tree in (own, sizes)
    )
    return bool(body) and body == given


def _under(heads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{head}." for head in heads)


def _built_or_none(architecture: Architecture) -> tuple[Sizes, tuple[str, ...]] | None:
    try:
        return _built(architecture)
    except Exception:  # a library's network may need numbers, a package or an argument to be built: not this file's
        return None


@cache
def _built(architecture: Architecture) -> tuple[Sizes, tuple[str, ...]]:
    """The shapes of its tensors by name, and the names of its last layers; no number is computed."""
    with warnings.catch_warnings(), torch.device("meta"), Rng(0).ambient("build"):
        warnings.simplefilter("ignore")
        network = _made(architecture)
    sizes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    heads = getattr(network, "pretrained_cfg", {}).get("classifier") or next(reversed(sizes)).rpartition(".")[0]
    return sizes, (heads,) if isinstance(heads, str) else tuple(heads)


def _made(architecture: Architecture) -> nn.Module:
    if architecture.library == "timm":
        import timm

        made: nn.Module = timm.create_model(architecture.name)
        return made
    import torchvision

    models: Any = torchvision.models
    plain = {"aux_logits": False} if architecture.name in ("googlenet", "inception_v3") else {}
    found: nn.Module = models.get_model(architecture.name, weights=None, **plain)
    return found


def _shown_by_timm(name: str) -> tuple[int, int, tuple[float, ...], tuple[float, ...]] | None:
    from timm.models import get_pretrained_cfg

    cfg: Any = get_pretrained_cfg(name)
    return None if cfg is None else (int(cfg.input_size[0]), int(cfg.input_size[-1]), cfg.mean, cfg.std)


def _shown_by_torchvision(name: str) -> tuple[int, int, tuple[float, ...], tuple[float, ...]] | None:
    import torchvision

    models: Any = torchvision.models
    wanted = models.get_model_weights(name)["DEFAULT"].transforms()
    return 3, int(wanted.crop_size[0]), tuple(wanted.mean), tuple(wanted.std)
