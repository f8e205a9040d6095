"""Images that a run makes: from its prior, or from a mixture of Gaussians fitted to its training codes.

Each image depends on the seed and its number alone, so that a larger count begins with the images of a smaller one
and the size of the batches changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from trasluz.api.mixture import mixture_of
from trasluz.api.opened import OpenedRun
from trasluz.data.data import DataSpec
from trasluz.errors import RequestError
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.families.capabilities import Decodes, Generates
from trasluz.files import storage
from trasluz.messages import _, did_you_mean
from trasluz.metrics.reconstruction import to_uint8
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.reporting import Reporter
from trasluz.rng import Rng, StepRng

if TYPE_CHECKING:
    from trasluz.draw.provenance import Origin

Source = Literal["prior", "mixture"]
SOURCES: tuple[Source, ...] = ("prior", "mixture")
_GRID = "grid.png"


@dataclass(frozen=True)
class Generated(ShownInNotebooks):
    """Images that a network made: ``images`` uint8 ``[n, h, w, c]``, and what it takes to make them again.

    ``labels``: the class that was asked for, one per image; empty when none was.
    """

    shown_by: ClassVar[str] = "trasluz.draw.notebook:generated_shown"

    images: np.ndarray
    origin: Origin
    seed: int
    source: Source
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    def save(self, folder: str | Path, *, grid: bool = False, reporter: Reporter | None = None) -> Path:
        """Writes ``00001.png…`` into ``folder``, and all of them as ``grid.png`` on request; returns the folder.

        Every file says in text chunks that a network made it, and names the run.

        Raises:
            RequestError: the folder holds something already: nothing is overwritten.
            StorageError: it cannot be written.
        """
        from trasluz.draw.provenance import chunks, save_png

        target = Path(folder)
        check_parent(target)
        with storage(target), (reporter or Reporter()).task(_("Writing"), len(self), _("images")) as task:
            target.mkdir(parents=True, exist_ok=True)
            for number, image in enumerate(self.images, 1):
                info = chunks("generated", self.origin, self._facts(number))
                save_png(target / f"{number:05}{self._suffix(number)}.png", image, info)
                task.advance()
            if grid:
                self.save_grid(target / _GRID)
        return target

    def save_grid(self, path: Path) -> None:
        """Writes one picture of all images, marked as they are."""
        from trasluz.draw.mosaic import mosaic
        from trasluz.draw.provenance import chunks, save_png

        save_png(path, mosaic(self.images, self.labels), chunks("generated", self.origin, self._shared()))

    def _shared(self) -> dict[str, object]:
        return {"seed": self.seed, "source": self.source}

    def _facts(self, number: int) -> dict[str, object]:
        label = {"label": self.labels[number - 1]} if self.labels else {}
        return {**self._shared(), "number": number, **label}

    def _suffix(self, number: int) -> str:
        """The class, as far as it can stand in a file's name."""
        if not self.labels:
            return ""
        return "-" + "".join(c if c.isalnum() else "-" for c in self.labels[number - 1])[:40]


def check_parent(folder: Path) -> None:
    """Makes sure, before any work, that images can be written to ``folder`` without replacing anything.

    Raises:
        RequestError: it is a file, or a folder that is not empty.
    """
    if folder.exists() and not folder.is_dir():
        raise RequestError(_("{path}: this is a file; give a folder for the images.").format(path=folder))
    if folder.is_dir() and any(folder.iterdir()):
        message = _("{path}: this folder is not empty, and nothing is overwritten; give a new or an empty one.")
        raise RequestError(message.format(path=folder))


def generate(
    run: OpenedRun, count: int, seed: int, labels: Sequence[str | int] | None, source: str, reporter: Reporter
) -> Generated:
    """``count`` images of ``run``; see ``Run.generate``.

    Raises:
        RequestError: a count below 1, an unknown source or class, or a model that cannot generate so.
    """
    chosen = _known_source(source)
    if count < 1:
        raise RequestError(_("count: {count} is not allowed; generate at least 1 image.").format(count=count))
    wanted = None if not labels else _labels(labels, run.model.spec, count)
    make = _from_prior(run) if chosen == "prior" else _from_mixture(run, wanted, reporter)
    images = _in_batches(run, count, Rng(seed), wanted, make, reporter)
    names = () if wanted is None else tuple(run.model.spec.classes[int(i)] for i in wanted)
    return Generated(images, run.origin, seed, chosen, names)


_Make = Callable[[int, StepRng, Tensor | None], Tensor]


def _known_source(source: str) -> Source:
    for known in SOURCES:
        if source == known:
            return known
    message = _("source: there is no {source!r} to generate from; allowed: {allowed}.")
    raise RequestError(message.format(source=source, allowed=", ".join(SOURCES)))


def _labels(labels: Sequence[str | int], spec: DataSpec, count: int) -> Tensor:
    """Class numbers int64 ``[count]``, taking the given ones in turns."""
    numbers = [_number(label, spec.classes) for label in labels]
    return torch.tensor([numbers[i % len(numbers)] for i in range(count)])


def _number(label: str | int, classes: tuple[str, ...]) -> int:
    if isinstance(label, str) and label in classes:
        return classes.index(label)
    if isinstance(label, int) and 0 <= label < len(classes):
        return label
    hint = did_you_mean(str(label), classes)
    message = _("labels: {label!r} is none of the model's classes; allowed: {classes}.")
    raise RequestError(message.format(label=label, classes=", ".join(classes) or _("none")) + hint)


def _from_prior(run: OpenedRun) -> _Make:
    family = run.ask(Generates)
    _need_images(run)

    def make(count: int, rng: StepRng, labels: Tensor | None) -> Tensor:
        return family.generate(run.networks, count, rng, labels)

    return make


def _from_mixture(run: OpenedRun, labels: Tensor | None, reporter: Reporter) -> _Make:
    run.need("encode")
    family = run.ask(Decodes)
    _need_images(run)
    if labels is not None:
        raise RequestError(_("labels: images from a mixture are of no class on request; leave the classes out."))
    mixture = mixture_of(run, reporter)

    def make(_count: int, rng: StepRng, _labels: Tensor | None) -> Tensor:
        return family.decode(run.networks, mixture.sample(rng).to(run.device))

    return make


def _need_images(run: OpenedRun) -> None:
    if run.model.spec.kind != "image":
        message = _("{path}: this model was trained on {kind} data, so it makes no images.")
        raise RequestError(message.format(path=run.path, kind=run.model.spec.kind))


def _in_batches(
    run: OpenedRun, count: int, rng: Rng, labels: Tensor | None, make: _Make, reporter: Reporter
) -> np.ndarray:
    channels, height, width = run.model.spec.shape
    images = np.empty((count, height, width, channels), np.uint8)
    size = batch_size_for(images)
    with reporter.task(_("Generating"), count, _("images")) as task, run.model.inference():
        for start in range(0, count, size):
            positions = torch.arange(start, min(start + size, count), device=run.device)
            asked = None if labels is None else labels.to(run.device)[positions]
            made = make(len(positions), rng.at(0, 0, positions), asked)
            images[start : start + len(positions)] = to_uint8(made)
            task.advance(len(positions))
    return images
