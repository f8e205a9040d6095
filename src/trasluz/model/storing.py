"""A trained model as files: weights, the data shape it was built for, and the preprocessing. Enough to predict.

``weights.safetensors`` holds every parameter and buffer by name; ``config.json`` the family's settings, with the
version of their words and the other packages that brought parts of it, and the data's shape and classes;
``preprocess.json`` how an image becomes an input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from trasluz.components import lost_package, packages_of
from trasluz.data.data import DataSpec
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RunError, UnknownPartError
from trasluz.families import base as families
from trasluz.files import new_folder, refuse_links_out
from trasluz.messages import _
from trasluz.model.model import Model
from trasluz.networks.layout import lay_plain
from trasluz.recipe.migrations import FIRST, VERSION, migrate
from trasluz.rng import Rng


def save_model(
    target: Path,
    settings: dict[str, Any],
    spec: DataSpec,
    weights: Mapping[str, Tensor],
    preprocess: Preprocess,
    layout: str = "channels-last",
) -> None:
    """Writes the ``model/`` folder atomically; ``settings`` is the recipe's ``model`` part.

    ``layout``: ``contiguous`` of networks that see images plane by plane (``networks/layout.py``).
    """
    with new_folder(target) as folder:
        plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in weights.items()}
        (folder / "weights.safetensors").write_bytes(save(plain))
        config = {"version": VERSION, "model": settings, "spec": asdict(spec), "layout": layout}
        config["packages"] = packages_of(settings)
        (folder / "config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False), encoding="utf-8")
        (folder / "preprocess.json").write_text(preprocess.model_dump_json(indent=2), encoding="utf-8")


def load_model(folder: Path, weights: dict[str, Tensor] | None = None) -> Model:
    """The model that ``save_model`` wrote, on the CPU; with other ``weights`` of the same networks if they are given.

    Raises:
        RunError: files are missing, damaged, links out of the folder, or do not fit each other; or a package that
            brought a part is missing.
        RecipeError: the settings are of a newer version, or name code that was not allowed.
    """
    refuse_links_out(folder)
    needed = (*(() if weights else ("weights.safetensors",)), "config.json", "preprocess.json")
    missing = [n for n in needed if not (folder / n).is_file()]
    if missing:
        raise RunError(
            _("{path}: {names} is missing, so this run has no trained model yet; resume it first.").format(
                path=folder, names=", ".join(missing)
            )
        )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        spec = read_spec(config["spec"])
        preprocess = Preprocess.model_validate_json((folder / "preprocess.json").read_text(encoding="utf-8"))
        weights = weights or load_file(folder / "weights.safetensors")
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise RunError(
            _("{path}: the stored model is damaged: {reason}.").format(path=folder, reason=str(error).splitlines()[0])
        ) from None
    settings = migrate("model", config["model"], config.get("version", FIRST))
    try:
        family = families.create(settings, spec)
        with Rng(0).ambient("build"):
            networks = family.build()
    except UnknownPartError as error:
        raise RunError(f"{folder}: {error} {lost_package(str(error), config.get('packages', {}))}") from error
    load_weights(networks, weights, str(folder))
    if config.get("layout") == "contiguous":  # older models do not say, and are none of these
        lay_plain(networks)
    return Model(family, networks, preprocess, spec)


def read_spec(plain: dict[str, Any]) -> DataSpec:
    """The data shape from its JSON form."""
    return DataSpec(
        plain["kind"], tuple(plain["shape"]), tuple(plain["classes"]), plain["multi_label"], tuple(plain["domains"])
    )


def load_weights(networks: nn.Module, weights: dict[str, Tensor], origin: str) -> None:
    """Loads every weight by name.

    Raises:
        RunError: names or shapes differ; says the first one, with the old and the new shape.
    """
    own = networks.state_dict()
    for name in sorted(own.keys() | weights.keys()):
        have = tuple(own[name].shape) if name in own else None
        given = tuple(weights[name].shape) if name in weights else None
        if have != given:
            message = _(
                "{origin}: the weights do not fit this network: {name} is {given} in the file and "
                "{have} in the network."
            )
            raise RunError(
                message.format(origin=origin, name=name, given=given or _("absent"), have=have or _("absent"))
            )
    networks.load_state_dict(weights)
