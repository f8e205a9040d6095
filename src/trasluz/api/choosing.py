"""Data in the place of a recipe: what is chosen for them, opened and measured, ready to be trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trasluz.api.asked import gathered
from trasluz.api.before import check_fields
from trasluz.api.given import Source
from trasluz.api.pretrained import with_weights
from trasluz.api.run import open_run, open_source
from trasluz.api.sources import PREFIX, images_of_run
from trasluz.api.trusting import Packages, trusting
from trasluz.choosing.choose import Asked, choose
from trasluz.data.arrays import GivenGroups
from trasluz.data.data import Data
from trasluz.data.read.raw import Raw
from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.recipe import DataSection, Recipe
from trasluz.reporting import Reporter
from trasluz.training.weights.finding import FoundWeights, find_weights, weights_named


@dataclass(frozen=True)
class Chosen:
    """The recipe for data that are open, the arrays that stand for its source, and what ``run.json`` keeps of it."""

    recipe: Recipe
    arrays: Raw | None
    data: Data
    facts: dict[str, Any]


@contextmanager
def choose_for(
    source: Source,
    *,
    data: Source | None = None,
    minutes: float | None = None,
    purpose: str | None = None,
    allow: Packages = (),
    reporter: Reporter,
    only: str | None = None,
    weights: str | Path | None = None,
    **settings: Any,
) -> Iterator[Chosen]:
    """What is chosen for ``source``; inside the block packages are allowed as in ``train``, with whose arguments.

    ``only``: the one candidate that is taken.  ``weights``: a file or a folder of pretrained weights.

    Raises:
        RequestError: the data, the purpose or the minutes do not do; nothing was trained.
    """
    if data is not None:
        message = _("--data: data are given already in the place of the recipe; leave one of both out.")
        raise RequestError(message)
    changes, arrays = _changes(source, **settings)
    check_fields(changes)
    place = str(changes["data.source"])
    with trusting(allow, place):
        looked_at = _images_of_run(place, changes, reporter) if place.startswith(PREFIX) else arrays

        def open_data(section: DataSection, seed: int) -> Data:
            return open_source(section, seed, reporter, arrays)

        asked = Asked(changes, looked_at, purpose, minutes, only, lambda: _found(weights), with_weights)
        choice = choose(asked, open_data, reporter)
        yield Chosen(choice.recipe, arrays, choice.data, choice.to_dict())


def _changes(
    source: Source,
    *,
    set: dict[str, Any] | None = None,
    seed: int | None = None,
    device: str | None = None,
    precision: str | None = None,
    devices: int | None = None,
    nodes: int | None = None,
    groups: GivenGroups | None = None,
) -> tuple[dict[str, Any], Raw | None]:
    given = {"seed": seed, "compute.device": device, "compute.precision": precision}
    given |= {"compute.devices": devices, "compute.nodes": nodes}
    return gathered(source, set, given, groups)


def _images_of_run(place: str, changes: dict[str, Any], reporter: Reporter) -> Raw:
    of_data = {name: value for name, value in changes.items() if name.startswith("data.")}
    section = Recipe().override(of_data).data
    return images_of_run(section, 0, reporter, lambda path: open_run(path))


def _found(given: str | Path | None) -> tuple[FoundWeights, ...]:
    """Pretrained weights on this machine, or those that ``given`` names, as ``with_weights`` takes them."""
    if str(given).startswith(("timm:", "torchvision:")):
        return (weights_named(str(given)),)
    return find_weights(None if given is None else Path(given))
