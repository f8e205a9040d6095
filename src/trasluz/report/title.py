"""What a page is called: as its user says (``--name``), else by the data that the run was trained on."""

from __future__ import annotations

from pathlib import Path

from trasluz.draw.names import integer
from trasluz.errors import TrasluzError
from trasluz.recipe.files import built_in_names, load
from trasluz.report.context import Context
from trasluz.report.phrase import Phrase, both, both_n, plain

_TELL_NOTHING = ("data", "images", "photos", "pictures", "train", "training")  # as names of folders


def title_of(context: Context) -> Phrase:
    """The name that the user gave, or what the data are: ``400 images of 2 classes in photos``."""
    given = str(context.info.get("title") or "")
    if given:
        return plain(given)
    count = sum(int(size) for size in (context.info.get("splits") or {}).values())
    place = place_of(context)
    if not count:
        return plain(place)
    samples = _samples(context, count)
    classes = len(context.spec.get("classes", ()))
    if classes > 1:
        return both("{samples} of {n} classes in {place}", samples=samples, n=integer(classes), place=place)
    return both("{samples} in {place}", samples=samples, place=place)


def _samples(context: Context, count: int) -> Phrase:
    kind, shape = context.spec.get("kind"), context.spec.get("shape", ())
    if kind == "table":
        return both_n("{n} row", "{n} rows", count)
    if kind == "sequence":
        return both_n("{n} sequence", "{n} sequences", count)
    colour_files = len(shape) == 3 and shape[0] >= 3 and bool(context.info.get("data_place"))
    if colour_files:
        return both_n("{n} photograph", "{n} photographs", count)
    return both_n("{n} image", "{n} images", count)


def place_of(context: Context) -> str:
    """The data's name; of a folder whose name tells nothing, its parent's too: ``cats-dogs/train``."""
    known = str(context.info.get("data") or context.recipe.data.source)
    place = (context.info.get("data_place") or {}).get("absolute", "")
    parent = Path(place).parent.name if place else ""
    return f"{parent}/{known}" if parent and known.lower() in _TELL_NOTHING else known


def describes(context: Context) -> bool:
    """Whether the recipe's description speaks of this run: its own data were used.

    That cannot be known of a recipe of the user's own, who wrote the description, too.
    """
    recipe = context.recipe
    if recipe.name not in built_in_names():
        return True
    try:
        return load(recipe.name).data.source == recipe.data.source
    except TrasluzError:
        return False
