"""A mixture of Gaussians over the codes of a run's training images (``look/latent/mixture.py``), fitted once and kept.

It belongs to the weights as a prior of their own, so one fit serves every seed of the images drawn from it.  It is
kept beside what else is found with these weights, in ``mixture.safetensors``: ``weights`` ``[k]``, ``means`` ``[k, d]``
and ``roots`` ``[k, d, d]`` in float32, and in the file's head the format and the digest of the model's weights.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from trasluz.api.applying import encode
from trasluz.api.opened import OpenedRun
from trasluz.errors import RequestError, StorageError
from trasluz.files import storage, write_bytes
from trasluz.look.latent.mixture import Mixture, fit
from trasluz.messages import _
from trasluz.reading import check_regular
from trasluz.reporting import Reporter
from trasluz.rng import Rng

FORMAT = "1"
FILE = "mixture.safetensors"
_ARRAYS = ("weights", "means", "roots")
_MOST_CODES = 20_000


def mixture_of(run: OpenedRun, reporter: Reporter) -> Mixture:
    """The mixture of the weights that ``run`` was opened with: the one that was kept, or one fitted now and kept.

    A file that is damaged, or that belongs to other weights or another version, is said aloud and replaced.  Where
    the folder cannot be written, that is said too, and the mixture is used all the same.

    Raises:
        RequestError: there are fewer than two training images to fit it to.
    """
    target, digest = run.weights.found / FILE, run.weights.digest()
    try:
        return _read(target, digest, run.model.code_size)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, SafetensorError) as error:
        message = _("{path}: this mixture cannot be used ({reason}); it is fitted again.")
        reporter.warn(message.format(path=target, reason=str(error).splitlines()[0]))
    mixture = _fit(run, reporter)
    try:
        _write(target, mixture, digest)
    except (StorageError, OSError) as error:
        reporter.warn(str(error))
    return mixture


def _fit(run: OpenedRun, reporter: Reporter) -> Mixture:
    """Fitted to the codes of the training images, at most 20,000 of them drawn at random.

    Fewer than ten components when there are few codes for that many numbers.

    Raises:
        RequestError: there are fewer than two training images.
    """
    rng = Rng(0)
    rows = run.data.split("train")
    rows = rows[rng.permutation("mixture", 0, len(rows)).numpy()[:_MOST_CODES]]
    if len(rows) < 2:
        raise RequestError(_("A mixture of Gaussians needs at least two training images."))
    with reporter.task(_("Fitting a mixture of Gaussians to the codes")):
        return fit(encode(run, run.load(run.data.samples[rows])), rng)


def _write(path: Path, mixture: Mixture, digest: str) -> None:
    """Writes the file atomically.

    Raises:
        StorageError: it cannot be written.
    """
    arrays = {name: getattr(mixture, name).contiguous() for name in _ARRAYS}
    content = save(arrays, {"format": FORMAT, "model": digest})
    with storage(path):
        path.parent.mkdir(exist_ok=True)
    write_bytes(path, content)


def _read(path: Path, digest: str, size: int) -> Mixture:
    """The mixture in ``path``, of codes of ``size`` numbers.

    Raises:
        FileNotFoundError: there is none.
        OSError, SafetensorError: it cannot be read.
        ValueError: it is no mixture of such codes for the model whose weights have this ``digest``.
    """
    check_regular(path)  # the library's own error for an absent file names no kind
    with safe_open(path, framework="pt") as stored:
        head = stored.metadata() or {}
        if head.get("format") != FORMAT:
            raise ValueError(_("it is of another version"))
        if head.get("model") != digest:
            raise ValueError(_("it belongs to other weights"))
        if set(stored.keys()) != set(_ARRAYS):
            raise ValueError(_("it holds something else"))
        mixture = Mixture(*(stored.get_tensor(name).clone() for name in _ARRAYS))  # not mapped from the file
    if not _sound(mixture, size):
        raise ValueError(_("its numbers are no mixture of Gaussians over codes of {size} numbers").format(size=size))
    return mixture


def _sound(mixture: Mixture, size: int) -> bool:
    """Whether one could draw codes of ``size`` numbers from it: shapes, finite values, shares that add up to 1."""
    arrays = (mixture.weights, mixture.means, mixture.roots)
    if mixture.weights.ndim != 1 or not len(mixture.weights):
        return False
    count = len(mixture.weights)
    shapes = [tuple(array.shape) for array in arrays] == [(count,), (count, size), (count, size, size)]
    if not shapes or any(array.dtype != torch.float32 or not array.isfinite().all() for array in arrays):
        return False
    return bool((mixture.weights >= 0).all()) and abs(float(mixture.weights.sum()) - 1) < 1e-3
