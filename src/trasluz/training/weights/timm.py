"""``timm:NAME``: weights of the timm library, by its names: ``resnet18`` (its default ones), ``resnet18.a1_in1k``.

They are looked for in the Hugging Face hub's cache, ``models--timm--…/snapshots/…/model.safetensors``, and downloaded
there otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RecipeError, nearest
from trasluz.messages import _
from trasluz.reporting import Reporter
from trasluz.rng import Rng
from trasluz.training.weights._files import read_tensors
from trasluz.training.weights.base import Weights

_FILES = ("model.safetensors", "pytorch_model.bin")
_SHA256_DIGITS = 64
_PATIENCE = 10.0  # seconds that the hub has to answer before anything is asked of it


def read(name: str, reporter: Reporter) -> Weights:
    """The weights ``name`` under timm's names, with the mean and standard deviation that they want.

    Raises:
        RecipeError: timm has no such weights, or they are not here and cannot be downloaded.
    """
    known = published(name)
    path = _cached(known) or _download(name, known, reporter)
    kept = path.resolve().name  # the hub names what it keeps by its SHA-256
    read_tensors(path, kept if len(kept) == _SHA256_DIGITS else "")
    size = known.input_size
    shown = Preprocess(size=(size[1], size[2]), channels=size[0], mean=known.mean, std=known.std)
    return Weights(f"timm:{name}", _as_timm_loads(name, path), bare=True, preprocess=shown)


def published(name: str) -> Any:
    """What timm knows of these weights."""
    import timm
    from timm.models import get_pretrained_cfg

    try:
        found = get_pretrained_cfg(name)
    except RuntimeError:
        found = None
    if found is None or not found.has_weights or not found.hf_hub_id:
        known = timm.list_pretrained()
        guess = nearest(name, [*known, *(tagged.partition(".")[0] for tagged in known)])
        hint = _(" Did you mean {guess}?").format(guess=guess) if guess else ""
        message = _("phases.from: timm has no weights {name!r} on the hub; timm.list_pretrained() lists {count}.")
        raise RecipeError(message.format(name=name, count=len(known)) + hint)
    return found


def _cached(published: Any) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    names = [published.hf_hub_filename] if published.hf_hub_filename else _FILES
    found = (try_to_load_from_cache(published.hf_hub_id, name) for name in names)
    return next((Path(path) for path in found if isinstance(path, str)), None)


def _download(name: str, published: Any, reporter: Reporter) -> Path:
    from huggingface_hub import constants, hf_hub_download, hf_hub_url
    from huggingface_hub.utils import get_session  # type: ignore[attr-defined]  # public, and not marked as such

    file = published.hf_hub_filename or _FILES[0]
    try:
        title = _("Downloading {file}").format(file=f"timm:{name}")
        with reporter.task(title, None, _("files")) as task, _quiet():
            # Once, because the download itself tries for half a minute where there is no network.
            get_session().head(hf_hub_url(published.hf_hub_id, file), timeout=_PATIENCE)
            path = Path(hf_hub_download(published.hf_hub_id, file))
            task.advance(1)
            return path
    except Exception as error:  # the hub's client lets through whatever its transport raises
        message = _(
            "phases.from: timm:{name} is not on this machine and cannot be downloaded ({reason}); copy the folder "
            "models--{folder} of another machine's hub cache into {cache}, or give a copy of {file} from "
            "https://huggingface.co/{hub} as file:PATH, or try again with a network."
        )
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        folder = published.hf_hub_id.replace("/", "--")
        text = message.format(
            name=name, reason=reason, folder=folder, cache=constants.HF_HUB_CACHE, file=file, hub=published.hf_hub_id
        )
        raise RecipeError(text) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """The hub's client without its lines about attempts that failed: how it ends is told in one sentence."""
    logger = logging.getLogger("huggingface_hub")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _as_timm_loads(name: str, path: Path) -> dict[str, Any]:
    """The file's tensors under the names of timm's network: some files are older than those names."""
    import timm

    with Rng(0).ambient("build"):
        network = timm.create_model(name, pretrained=True, pretrained_cfg_overlay={"file": str(path)})
    return dict(network.state_dict())
