"""A trained model as files: weights, the data shape it was built for, and the preprocessing. Enough to predict.

``weights.safetensors`` holds every parameter and buffer by name; ``config.json`` the family's settings, with the
version of their words and the other packages that brought parts of it, and the data's shape and classes;
``preprocess.json`` how an image becomes an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import save
from torch import Tensor, nn

from trasluz.components import lost_package, packages_of
from trasluz.data.data import DataSpec, Kind
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import DamagedError, OwnCodeError, RecipeError, RunError, UnknownPartError
from trasluz.families import base as families
from trasluz.files import json_bytes, new_folder, refuse_links_out
from trasluz.messages import _
from trasluz.model.model import Model
from trasluz.model.tensors import no_larger_than, read_tensors
from trasluz.networks.layout import lay_plain
from trasluz.reading import checked, read_json, read_text
from trasluz.recipe.migrations import FIRST, VERSION, migrate
from trasluz.rng import Rng

Length = Annotated[int, Field(ge=1, lt=2**31)]


class _Spec(BaseModel):
    model_config = ConfigDict(strict=True)
    kind: Kind
    shape: Annotated[list[Length], Field(min_length=1, max_length=3)]
    classes: list[str]
    multi_label: bool
    domains: list[str]


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
        (folder / "config.json").write_bytes(json_bytes(config, lines=True))
        (folder / "preprocess.json").write_text(preprocess.model_dump_json(indent=2), encoding="utf-8")


def load_model(folder: Path, weights: dict[str, Tensor] | None = None) -> Model:
    """The model that ``save_model`` wrote, on the CPU; with other ``weights`` of the same networks if they are given.

    Raises:
        RunError: files are missing, or lead out of the folder, or a package that brought a part is missing.
        DamagedError: files are damaged, or do not fit each other.
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
        config = _read(folder)
        spec = read_spec(config.get("spec"))
        settings = migrate("model", config["model"], config.get("version", FIRST))
        preprocess = read_preprocess(folder, spec)
        weights = weights or read_tensors(folder / "weights.safetensors")
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from None
    family, networks = _built(folder, settings, spec, weights, config.get("packages"))
    load_weights(networks, weights, str(folder))
    if config.get("layout") == "contiguous":  # older models do not say, and are none of these
        lay_plain(networks)
    return Model(family, networks, preprocess, spec)


def _built(
    folder: Path, settings: dict[str, Any], spec: DataSpec, weights: dict[str, Tensor], packages: object
) -> tuple[families.BaseFamily, nn.ModuleDict]:
    """The family that the settings describe, with fresh networks.

    Raises:
        RunError: a package that brought a part is missing.
        DamagedError: there can be no such networks.
    """
    try:
        family = families.create(settings, spec)
        with Rng(0).ambient("build"), no_larger_than(weights):
            return family, family.build()
    except UnknownPartError as error:
        told = lost_package(str(error), packages if isinstance(packages, dict) else {})
        raise RunError(f"{folder}: {error} {told}") from error
    except OwnCodeError:
        raise
    except RecipeError as error:
        raise DamagedError(f"{folder}: {error}") from None
    # Settings and shapes that are each as they may be, but together make no network: whatever PyTorch says of that.
    except (ValueError, TypeError, IndexError, KeyError, RuntimeError, ArithmeticError, MemoryError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> DamagedError:
    reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
    message = _("{path}: the stored model is damaged: {reason}; restore it from a copy of the run, or train it again.")
    return DamagedError(message.format(path=folder, reason=reason))


def _read(folder: Path) -> dict[str, Any]:
    """``config.json``, with the settings that a model needs.

    Raises:
        OSError, ValueError: the file is damaged.
    """
    config = checked(dict[str, Any], read_json(folder / "config.json"))
    if not isinstance(config.get("model"), dict):
        raise ValueError(_("{field} is missing").format(field="model"))
    return config


def load_spec(folder: Path) -> DataSpec:
    """The shape of the data that the stored model was built for.

    Raises:
        DamagedError: ``config.json`` is missing or damaged.
    """
    try:
        return read_spec(_read(folder).get("spec"))
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from None


def read_preprocess(folder: Path, spec: DataSpec) -> Preprocess:
    """How an image becomes an input of networks for data of that ``spec``, from ``preprocess.json``.

    Raises:
        OSError, ValueError: the file is damaged, or tells of other data.
    """
    found = Preprocess.model_validate_json(read_text(folder / "preprocess.json"))
    found.check(spec)
    return found


def read_spec(plain: object) -> DataSpec:
    """The data shape from its JSON form.

    Raises:
        ValueError: it is none.
    """
    found = checked(_Spec, plain)
    dimensions = {"image": 3, "table": 1, "sequence": 2}
    if len(found.shape) != dimensions.get(found.kind, len(found.shape)):
        raise ValueError(_("{field} cannot be {given}").format(field="spec.shape", given=found.shape))
    return DataSpec(found.kind, tuple(found.shape), tuple(found.classes), found.multi_label, tuple(found.domains))


def load_weights(networks: nn.Module, weights: dict[str, Tensor], origin: str) -> None:
    """Loads every weight by name.

    Raises:
        DamagedError: names or shapes differ (says the first one, with the old and the new shape), or numbers that are
            not finite.
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
            raise DamagedError(
                message.format(origin=origin, name=name, given=given or _("absent"), have=have or _("absent"))
            )
        if weights[name].is_complex() or (weights[name].is_floating_point() and not weights[name].isfinite().all()):
            message = _("{origin}: the weights are damaged: {name} holds what is no finite number.")
            raise DamagedError(message.format(origin=origin, name=name))
    networks.load_state_dict(weights)
