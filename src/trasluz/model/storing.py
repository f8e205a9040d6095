"""A trained model as files: weights, the data shape it was built for, and the preprocessing. Enough to predict.

``weights.safetensors`` holds every parameter and buffer by name; ``config.json`` the family's settings, with the
version of their words, and the data's shape and classes; ``preprocess.json`` how an image becomes an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import RunError, UnknownPartError
from trasluz.families import base as families
from trasluz.files import json_bytes, new_folder, read_json
from trasluz.messages import _
from trasluz.model.model import Model
from trasluz.recipe.migrations import FIRST, VERSION, migrate
from trasluz.rng import Rng


def save_model(
    target: Path, settings: dict[str, Any], spec: DataSpec, weights: Mapping[str, Tensor], preprocess: Preprocess
) -> None:
    """Writes the ``model/`` folder atomically; ``settings`` is the recipe's ``model`` part."""
    with new_folder(target) as folder:
        plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in weights.items()}
        (folder / "weights.safetensors").write_bytes(save(plain))
        config = {"version": VERSION, "model": settings, "spec": asdict(spec)}
        (folder / "config.json").write_bytes(json_bytes(config, indent=2))
        (folder / "preprocess.json").write_text(preprocess.model_dump_json(indent=2), encoding="utf-8")


def load_model(folder: Path, weights: dict[str, Tensor] | None = None) -> Model:
    """The model that ``save_model`` wrote, on the CPU; with other ``weights`` of the same networks if they are given.

    Raises:
        RunError: files are missing, damaged, or do not fit each other; or a package that brought a part is missing.
        RecipeError: the settings are of a newer version.
    """
    needed = (*(() if weights else ("weights.safetensors",)), "config.json", "preprocess.json")
    missing = [n for n in needed if not (folder / n).is_file()]
    if missing:
        raise RunError(
            _("{path}: {names} is missing, so this run has no trained model yet; resume it first.").format(
                path=folder, names=", ".join(missing)
            )
        )
    try:
        config = read_json(folder / "config.json")
        spec = read_spec(config["spec"])
        preprocess = Preprocess.model_validate(read_json(folder / "preprocess.json"))
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
        message = _("{path}: {problem} It was there in training: install again the package that brought it.")
        raise RunError(message.format(path=folder, problem=error)) from error
    load_weights(networks, weights, str(folder))
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
