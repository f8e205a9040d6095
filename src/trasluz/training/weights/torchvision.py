"""``torchvision:NAME``: weights of torchvision, by its names: ``resnet18`` (its best), ``resnet18.IMAGENET1K_V1``.

They are looked for where ``torch.hub`` keeps them, ``checkpoints/resnet18-f37072fd.pth``, and downloaded there
otherwise; the digits in the name are the beginning of the file's SHA-256.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch

from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.download import DownloadError, download
from trasluz.errors import RecipeError, nearest
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.training.weights._files import read_tensors
from trasluz.training.weights.base import Weights

_DIGITS = re.compile(r"-([0-9a-f]{8,64})\.")


def read(name: str, reporter: Reporter) -> Weights:
    """The weights ``name`` under torchvision's names, with the mean and standard deviation that they want.

    Raises:
        RecipeError: torchvision has no such weights, or they are not here and cannot be downloaded.
    """
    known = published(name)
    file = known.url.rsplit("/", 1)[-1]
    digits = _DIGITS.search(file)
    path = Path(torch.hub.get_dir()) / "checkpoints" / file
    if not path.is_file():
        _download(name, known.url, path, digits[1] if digits else "", reporter)
    tensors = read_tensors(path, digits[1] if digits else "")
    wanted = known.transforms()
    side = wanted.crop_size[0]
    shown = Preprocess(size=(side, side), channels=3, mean=tuple(wanted.mean), std=tuple(wanted.std))
    return Weights(f"torchvision:{name}", tensors, bare=True, preprocess=shown)


def published(name: str) -> Any:
    """What torchvision knows of these weights."""
    import torchvision

    models: Any = torchvision.models
    known = models.list_models(module=models)
    architecture, _dot, version = name.partition(".")
    if architecture not in known:
        raise RecipeError(_unknown(name, known))
    weights = models.get_model_weights(architecture)
    if version and version not in weights.__members__:
        raise RecipeError(_unknown(name, [f"{architecture}.{known_version}" for known_version in weights.__members__]))
    return weights[version or "DEFAULT"]


def _unknown(name: str, known: list[str]) -> str:
    guess = nearest(name, known) or known[0]
    message = _("phases.from: torchvision has no weights {name!r}. Did you mean {guess}?")
    return message.format(name=name, guess=guess)


def _download(name: str, url: str, path: Path, digits: str, reporter: Reporter) -> None:
    try:
        download([url], path, digits, reporter)
    except DownloadError as error:
        message = _(
            "phases.from: torchvision:{name} is not on this machine and cannot be downloaded ({reason}); put {file} "
            "from {url} into {folder}, or give a copy as file:PATH, or try again with a network."
        )
        text = message.format(name=name, reason=error, file=path.name, url=url, folder=path.parent)
        raise RecipeError(text) from None
