"""Hostile recipes, studies and values of --set: YAML that explodes, recurses, executes or never ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from attack.hostile.case import MARKER, SPECIAL, Case, Words


def _laughs(levels: int = 10, last: str = "description") -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join([*lines, f"{last}: *a{levels - 1}"])


def _merges() -> str:
    lines = ["a0: &a0 {x: 1}"]
    return "\n".join([*lines, *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 10))])


TEXTS: dict[str, Callable[[], bytes]] = {
    "nested anchors": lambda: _laughs().encode(),
    "nested anchors in model": lambda: _laughs(last="model").encode(),
    "nested merges": lambda: _merges().encode(),
    "an alias that holds itself": lambda: b"model: &a [*a]",
    "a mapping that holds itself": lambda: b"model: &a {family: *a}",
    "an alias of nothing": lambda: b"model: *nothing",
    "5,000 brackets": lambda: b"model: " + b"[" * 5000 + b"]" * 5000,
    "1,000,000 brackets": lambda: b"[" * 1_000_000,
    "100,000 braces": lambda: b"{a: " * 100_000,
    "100,000 dashes": lambda: b"- " * 100_000,
    "50,000 indented lines": lambda: b"".join(b" " * n + b"a:\n" for n in range(2500)),
    "1,000,000 fields": lambda: b"".join(b"f%d: 1\n" % n for n in range(250_000)),
    "a whole number of 100,000 digits": lambda: b"seed: " + b"9" * 100_000,
    "a hexadecimal number of 100,000 digits": lambda: b"seed: 0x" + b"f" * 100_000,
    "sixties of sixties": lambda: b"seed: 1" + b":59" * 50_000,
    "an infinite number": lambda: b"train: {epochs: .inf}",
    "1.0e+400": lambda: b"train: {optimiser: {name: adam, learning_rate: 1.0e+400}}",
    "no number": lambda: b"seed: .nan",
    "a date that is none": lambda: b"seed: 2001-99-99",
    "a date": lambda: b"name: 2001-01-01",
    "bytes": lambda: b"seed: !!binary aGVsbG8=",
    "a set": lambda: b"phases: !!set {a, b}",
    "an object of Python": lambda: f"!!python/object/apply:os.system ['touch {MARKER}']".encode(),
    "a module of Python": lambda: b"model: !!python/module:os",
    "a new object of Python": lambda: f"seed: !!python/object/new:os.system ['touch {MARKER}']".encode(),
    "an unknown tag": lambda: b"seed: !mine 3",
    "a directive": lambda: b"%TAG ! tag:yaml.org,2002:python/\n--- !object/apply:os.system ['true']",
    "two documents": lambda: b"seed: 1\n---\nseed: 2\n",
    "a name given twice": lambda: b"seed: 1\nseed: 2\n",
    "a list as a name": lambda: b"? [a, b]\n: 1\n",
    "a tab": lambda: b"train:\n\tepochs: 3\n",
    "NUL": lambda: b"seed: 1\0",
    "noise": lambda: __import__("numpy").random.default_rng(0).bytes(2000),
    "UTF-16": lambda: "seed: 1".encode("utf-16"),
    "only an anchor": lambda: b"&a",
    "nothing": lambda: b"",
    "an escape in a field": lambda: b'"\\e[31mred": 1',
    "an escape in a value": lambda: b'train: {epochs: "\\e]0;owned\\a"}',
    "a field of 100,000 characters": lambda: b"x" * 100_000 + b": 1",
    "a value of 1,000,000 characters": lambda: b"train: {epochs: " + b"x" * 1_000_000 + b"}",
    "a name of 100,000 characters": lambda: b"name: " + b"x" * 100_000,
    "a quote that never closes": lambda: b'name: "' + b"x" * 100_000,
    "10 MB": lambda: b"# " + b"x" * (10 << 20),
}
_VALUES = [
    kind for kind in TEXTS if kind not in ("10 MB", "1,000,000 brackets", "1,000,000 fields", "NUL", "noise", "UTF-16")
]


def _file(name: str, words: tuple[str, ...], make: Callable[[], bytes], place: Path) -> Words:
    (place / name).write_bytes(make())
    return (*words[:-1], name) if words[-1] == "" else (words[0], name, *words[1:])


def _special(name: str, words: tuple[str, ...], make: Callable[[Path], None], place: Path) -> Words:
    make(place / name)
    return (words[0], name, *words[1:])


def _value(make: Callable[[], bytes], place: Path) -> Words:
    return ("train", "digits-cnn", "--set", "model.network=" + make().decode()[:100_000])


def _weights(make: Callable[[Path], None], place: Path) -> Words:
    make(place / "w.safetensors")
    return ("train", "digits-cnn", "--set", "phases=[{name: a, from: 'file:w.safetensors'}]")


def _field(field: str, place: Path) -> Words:
    return ("train", "digits-cnn", "--set", f"{field}=1")


def _hang(name: str, place: Path) -> Words:
    with (place / name).open("wb") as file:
        file.truncate(1 << 40)
    return ("train", name)


CASES = [
    *(
        Case(
            "recipe",
            kind,
            partial(_file, "mine.yaml", ("recipes", "show", ""), make),
            "",
            (0, 2) if kind in ("two documents",) else (2,),
        )
        for kind, make in TEXTS.items()
        if kind not in ("a date", "bytes", "a set")
    ),
    *(
        Case("study", kind, partial(_file, "mine.yaml", ("study", "--show"), make), "", (2,))
        for kind, make in TEXTS.items()
    ),
    *(Case("--set", kind, partial(_value, TEXTS[kind]), "", (2,)) for kind in _VALUES[::3]),
    *(
        Case("weights", f"{kind} of that name", partial(_weights, make), "w.safetensors", (2,))
        for kind, make in SPECIAL.items()
    ),
    Case("--set", "a field 10,000 names deep", partial(_field, "a." * 10_000 + "b"), "", (2,)),
    Case("--set", "a field of escapes", partial(_field, "\x1b[31mred"), "", (2,)),
    Case("--set", "a position of 5,000 digits", partial(_field, "phases." + "9" * 5000), "", (2,)),
    Case("recipe", "1 TB of nothing", partial(_hang, "mine.yaml"), "mine.yaml", (2,)),
    *(
        Case("recipe", f"{kind} of that name", partial(_special, "mine.yaml", ("train",), make), "mine.yaml", (2,))
        for kind, make in SPECIAL.items()
    ),
    *(
        Case(
            "study",
            f"{kind} of that name",
            partial(_special, "mine.yaml", ("study", "--show"), make),
            "mine.yaml",
            (2,),
        )
        for kind, make in SPECIAL.items()
    ),
    *(
        Case("run", f"{kind} of that name", partial(_special, "mine", ("findings",), make), "mine", (2,))
        for kind, make in SPECIAL.items()
    ),
]
