"""The verbs about data: check a source, preview an augmentation."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from trasluz.api.listening import listening
from trasluz.api.run import open_source
from trasluz.data.feed.preprocess import fit_preprocess
from trasluz.errors import DataError, RequestError
from trasluz.files import write_bytes
from trasluz.messages import _
from trasluz.recipe import Recipe, is_recipe, load
from trasluz.reporting import Reporter
from trasluz.rng import Rng

_SHOWN = 5
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def check_data(
    source: str | Path, *, set: dict[str, Any] | None = None, reporter: Reporter | None = None
) -> dict[str, Any]:
    """The audit of a source: counts, sizes, unreadable files, duplicates within and across splits, imbalance.

    Unreadable files are listed, with the reasons in English, not refused; ``refused`` beside them says whether training
    with the same ``set`` would refuse the data for them.

    Raises:
        DataError: no such source, or nothing in it can be read.
    """
    recipe = Recipe().override({"data.source": str(source), "data.allow_unreadable": True, **(set or {})})
    found = dict(open_source(recipe.data, recipe.seed, listening(reporter)).audit)
    refused = bool(found["unreadable"]["count"]) and not Recipe().override(set or {}).data.allow_unreadable
    return found | {"unreadable": {**found["unreadable"], "refused": refused}}


def preview_augmentation(
    source: str | Path,
    *,
    set: dict[str, Any] | None = None,
    out: str | Path = "augmentation.png",
    reporter: Reporter | None = None,
) -> Path:
    """Writes a picture of training images beside what augmentation makes of them, and returns its path.

    ``source`` is a recipe (name or YAML file) or data to try ``set`` on.  One image fills a 5×5 grid; of more, the
    first five of the shuffled training images each get a row.

    Raises:
        DataError: the data are no images.
        RequestError: ``out`` is not the name of a picture.
    """
    from trasluz.draw.augment_preview import augment_preview, augment_preview_of_several

    target = Path(out)
    if target.suffix.lower() not in _FORMATS:
        raise RequestError(_("{path}: give a picture to write, such as augmentation.png.").format(path=out))
    recipe = _recipe(source).override(set or {})
    data = open_source(recipe.data, recipe.seed, listening(reporter))
    if data.kind != "image":
        raise DataError(_("{source}: only images can be augmented.").format(source=data.name))
    preprocess, rng = fit_preprocess(data, recipe.data), Rng(recipe.seed)
    rows = data.split("train")
    chosen = rows[rng.permutation("preview", 0, len(rows)).numpy()][:_SHOWN]
    section = recipe.data.augment
    if len(chosen) == 1:
        picture = augment_preview(data.samples[chosen[0]], section, preprocess, rng)
    else:
        picture = augment_preview_of_several(data.samples[chosen], section, preprocess, rng, versions=_SHOWN)
    content = BytesIO()
    picture.save(content, _FORMATS[target.suffix.lower()])
    write_bytes(target, content.getvalue(), sync=False)
    return target


def _recipe(source: str | Path) -> Recipe:
    if is_recipe(source):
        return load(source)
    return Recipe().override({"data.source": str(source)})
