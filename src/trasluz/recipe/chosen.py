"""Sections that are read by a part chosen by name, which lives in a room above the recipe's own.

A field marked with ``Chosen`` holds a base section with what all parts have; a mapping is read by the ``Config`` of
the part that its ``name`` names.  The part is found by file name when a recipe is read, so that the recipe knows no
list of parts, and imports none of them before that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from trasluz import components
from trasluz.field_errors import NO_SUCH_PART
from trasluz.messages import _
from trasluz.recipe.base import Section


class NamedSection(Section):
    """What all parts have; each part's ``Config`` allows just its own name, and adds its own fields."""

    name: str


@dataclass(frozen=True)
class Chosen:
    """Marks a field whose mapping is read by a part of ``package``: the named one, or ``default``."""

    package: str
    default: str

    def config(self, name: str) -> type[NamedSection]:
        """The settings of the part of that name."""
        found: type[NamedSection] = components.load(self.package, name, "name").Config
        return found

    def configs(self) -> Iterator[tuple[str, type[NamedSection]]]:
        """The name and the settings of every part of ours: no other package's code is loaded before it is named."""
        return ((name, self.config(name)) for name in components.own_names(self.package))

    def read(self, value: Any) -> Any:
        """The part's settings from a mapping; what is no mapping is left to the field.

        Raises:
            ValidationError: there is no such part, or it refuses a field.
            ValueError: a field belongs to other parts and is not at its default there.
        """
        if not isinstance(value, Mapping):
            return value
        name = value.get("name", self.default)
        if not isinstance(name, str) or not components.knows(self.package, name):
            raise self._no_such(name)
        config = self.config(name)
        return config.model_validate({**self._without_strangers(name, config, value), "name": name})

    def fields(self) -> list[str]:
        """The fields of all parts, sorted."""
        return sorted({field for _name, config in self.configs() for field in config.model_fields})

    def _no_such(self, name: object) -> ValidationError:
        expected = ", ".join(repr(known) for known in components.names(self.package))
        kind = PydanticCustomError(NO_SUCH_PART, "allowed: {expected}", {"expected": expected})
        problem = InitErrorDetails(type=kind, loc=("name",), input=name)
        return ValidationError.from_exception_data("name", [problem])

    def _without_strangers(self, name: str, config: type[NamedSection], values: Mapping[str, Any]) -> dict[str, Any]:
        """``values`` without fields of other parts that are at their default.

        A complete recipe of version 0.1 holds the fields of all parts.
        """
        kept = dict(values)
        for field in values.keys() - config.model_fields.keys():
            owners = {other: c.model_fields[field].default for other, c in self.configs() if field in c.model_fields}
            if not owners:  # no part has it: the part's own complaint says so
                continue
            if not any(_plain(values[field]) == _plain(default) for default in owners.values()):
                message = _("{name} has no {field}; it belongs to {owners}")
                raise ValueError(message.format(name=name, field=field, owners=", ".join(owners)))
            del kept[field]
        return kept

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The field's own schema, after ``read``."""
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Any one of the parts; all but the default one need their name."""
        found = []
        for name, config in self.configs():
            tree = config.model_json_schema(by_alias=True)
            found.append({**tree, "title": name, "required": [] if name == self.default else ["name"]})
        return {"oneOf": found}


def own_values(section: NamedSection) -> dict[str, Any]:
    """The name of a part and what is not at its default, as plain values."""
    return {"name": section.name, **section.model_dump(mode="json", exclude_defaults=True)}


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
