"""YAML as recipes and studies use it: plain values in and out, by libyaml where PyYAML was built with it.

libyaml reads seven times as fast and writes three times as fast, which a study with a thousand recipes notices.  A text
is looked through before anything is made of it (a third of the time of reading it): a few hundred bytes of nested
aliases would otherwise become millions of values, and brackets in brackets exhaust the stack.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from trasluz.messages import N_, _
from trasluz.reading import read_regular

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CHARACTERS = 4 << 20
_DEPTH = 64  # a recipe has six levels
_VALUES = 200_000  # with what aliases repeat; a complete recipe has about a hundred
_DIGITS = 64  # of one number

TOO_LARGE = N_("larger than 4 MiB")
TOO_DEEP = N_("nested more than {most} levels deep")
TOO_MANY = N_("more than {most} values, counting what aliases repeat")
RECURSIVE = N_("an alias that holds itself")
TWICE = N_("the name {name} is given twice")
TOO_LONG = N_("a number of more than {most} digits")


class RefusedTextError(yaml.YAMLError):
    """Text that may be YAML, but not such as recipes and studies are; its text is the reason, in the language in force.

    ``line`` is where, from 1.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever of two classes there is
    """A safe loader: makes nothing but plain values; of names that are given twice none is dropped silently."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = set()
        for key, _value in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if (key.tag, key.value) in names:
                    raise RefusedTextError(_(TWICE).format(name=repr(key.value[:80])), key.start_mark.line + 1)
                names.add((key.tag, key.value))
        return super().construct_mapping(node, deep)

    def number(self, node: Any) -> Any:
        """An integer or a float."""
        if len(node.value) > _DIGITS:  # Python needs time that grows with the square of the digits
            raise RefusedTextError(_(TOO_LONG).format(most=_DIGITS), node.start_mark.line + 1)
        return self.construct_yaml_int(node) if node.tag.endswith("int") else self.construct_yaml_float(node)


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.number)


def read_yaml(text: str) -> Any:
    """Plain values from YAML text.

    Raises:
        yaml.YAMLError: the text is not YAML; ``RefusedTextError``: it is larger, deeper or longer than people write it.
    """
    if len(text) > _CHARACTERS:
        raise RefusedTextError(_(TOO_LARGE))
    _look_through(text)
    try:
        return yaml.load(text, _Loader)  # a safe loader
    except (ValueError, OverflowError, TypeError, RecursionError) as error:  # of dates and the like that are none
        raise RefusedTextError(str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def read_yaml_file(path: Path) -> Any:
    """Plain values from a YAML file.

    Raises:
        OSError: it is not there, may not be read, or is a pipe, socket or device.
        UnicodeDecodeError: it is not UTF-8 text.
        yaml.YAMLError: as for ``read_yaml``.
    """
    return read_yaml(read_text(path))


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        OSError: it is not there, may not be read, or is a pipe, socket or device.
        UnicodeDecodeError: it is not UTF-8 text.
        RefusedTextError: it is too large.
    """
    content = read_regular(path, _CHARACTERS)
    if content is None:
        raise RefusedTextError(_(TOO_LARGE))
    return content.decode("utf-8-sig")


def _look_through(text: str) -> None:
    """Refuses depth, length and recursion, with aliases counted as often as they stand for something."""
    sizes: dict[str, int] = {}  # values below each anchor
    open_parts: list[tuple[str | None, int]] = []  # anchor, and values before it
    count = 0
    for event in yaml.parse(text, _Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_parts.pop()
            if anchor is not None:
                sizes[anchor] = count - before
        elif isinstance(event, yaml.AliasEvent):
            if any(event.anchor == anchor for anchor, _before in open_parts):
                raise RefusedTextError(_(RECURSIVE), line)
            count += sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            if isinstance(event, yaml.CollectionStartEvent):
                open_parts.append((event.anchor, count - 1))
            elif event.anchor is not None:
                sizes[event.anchor] = 1
        if len(open_parts) > _DEPTH:
            raise RefusedTextError(_(TOO_DEEP).format(most=_DEPTH), line)
        if count > _VALUES:
            raise RefusedTextError(_(TOO_MANY).format(most=_VALUES), line)


def write_yaml(tree: dict[str, Any]) -> str:
    """YAML text of plain values, in the order that they are in.

    It is put together from the texts of its parts, of which a search has the same in thousands of recipes.
    """
    return "".join(_written(_Part(name, value)) for name, value in tree.items()) or "{}\n"


class _Part:
    """A field with its value; two are equal where they are written alike."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value
        self._told = repr((name, value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Part) and self._told == other._told

    def __hash__(self) -> int:
        return hash(self._told)


@lru_cache(maxsize=512)
def _written(part: _Part) -> str:
    """The text of one field; of a mapping put together from its fields."""
    if not isinstance(part.value, dict) or not part.value:
        return str(yaml.dump({part.name: part.value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True))
    head = str(yaml.dump({part.name: None}, Dumper=_Dumper, sort_keys=False, allow_unicode=True)).removesuffix(
        " null\n"
    )
    text = "".join(_written(_Part(name, value)) for name, value in part.value.items())
    return f"{head}\n" + "".join(f"  {line}\n" if line else "\n" for line in text[:-1].split("\n"))
