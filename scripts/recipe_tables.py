"""The field tables of docs/recipes.md, from the models themselves, so that they cannot disagree."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from trasluz import components
from trasluz.recipe import Recipe

PARTS = {
    "trasluz.families": ("model", "family: {name}"),
    "trasluz.networks.encoders": ("model.encoder", "name: {name}"),
    "trasluz.networks.decoders": ("model.decoder", "name: {name}"),
    "trasluz.networks.classifiers": ("model.network", "name: {name}"),
    "trasluz.training.optimisers": ("train.optimiser", "name: {name}"),
    "trasluz.training.schedules": ("train.schedule", "name: {name}"),
}


def tables() -> Iterator[str]:
    """One table per section of a recipe, per family and per network."""
    told: dict[type[BaseModel], str] = {}
    yield from _section("", "The whole recipe", Recipe, told)
    for package, (where, title) in PARTS.items():
        for name in components.names(package):
            part = components.load(package, name, where)
            config = part.Family.Config if package == "trasluz.families" else part.Config
            yield from _section(where, f"`{where}` with `{title.format(name=name)}`", config, told)
    custom = importlib.import_module("trasluz.networks.custom").CustomSection
    yield from _section(
        "model.network", "`model.network`, `model.encoder` or `model.decoder` of your own", custom, told
    )


def _section(where: str, title: str, model: type[BaseModel], told: dict[type[BaseModel], str]) -> Iterator[str]:
    """The table of one section, then those of the sections in it; each kind of section is told once."""
    inside = {name: inner for name, field in _fields(model).items() if (inner := _model_of(field))}
    fresh = {}
    for name, inner in inside.items():
        if inner not in told:
            path = f"{where}.{name}".strip(".")
            told[inner], fresh[path] = f"`{path}`", inner
    yield f"### {title}\n"
    yield inspect.cleandoc(model.__doc__ or "").replace("``", "`") + "\n"
    yield "| field | allowed | default |\n| --- | --- | --- |"
    for name, allowed in model.model_json_schema(by_alias=True)["properties"].items():
        default = _default(_fields(model)[name])
        if name in inside:
            default = ", ".join(part for part in (default, f"see {told[inside[name]]}") if part)
        yield f"| `{name}` | {_allowed(allowed)} | {default} |"
    yield ""
    for path, inner in fresh.items():
        yield from _section(path, f"`{path}`", inner, told)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by the names that YAML uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds: itself, or optional, or several in a list or mapping."""
    waiting: list[Any] = [field.annotation]
    while waiting:
        candidate = waiting.pop(0)
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
        waiting += getattr(candidate, "__args__", ())
    return None


def _default(field: FieldInfo) -> str:
    """The default as YAML would have it; nothing for a section, whose own table says it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "" if isinstance(value, BaseModel) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _allowed(field: dict[str, Any]) -> str:
    """What a field takes, in words."""
    if "$ref" in field:
        return "a mapping"
    if "anyOf" in field:
        return " or ".join(_allowed(part) for part in field["anyOf"])
    if "enum" in field or "const" in field:
        return ", ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    kind = field.get("type")
    if kind == "array":
        if "prefixItems" in field:
            return "[" + ", ".join(_allowed(part) for part in field["prefixItems"]) + "]"
        return f"list of {_allowed(field['items'])}"
    names = {
        "integer": "whole number",
        "number": "number",
        "string": "text",
        "boolean": "`true`, `false`",
        "null": "`null`",
    }
    bounds = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    limits = [f"{sign} {field[key]:g}" for key, sign in bounds.items() if key in field and abs(field[key]) < 2**53]
    return " ".join([names.get(str(kind), "a mapping"), ", ".join(limits)]).strip()
