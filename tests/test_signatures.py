"""Signatures say what they take and give: ``Any`` stands where a library or a tree of JSON has no better type."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import trasluz

SOURCE = Path(trasluz.__file__).parent
MOST = 14
EDGES = {
    "__init__.py": "the module's __getattr__ gives whatever was asked for (PEP 562)",
    "api/__init__.py": "the same",
    "cli/app.py": "contexts and commands of Typer and the Click inside it",
    "components.py": "a part's module, found at run time: its kind says what it offers",
    "draw/notebook.py": "results of rooms above this one, of which it reads a few fields",
    "draw/static.py": "Plotly's traces, which have no types, and Matplotlib's colours, which are unions of its own",
    "entry_points.py": "the same",
    "cli/words.py": "the context of Typer and the Click inside it",
    "cli/usage.py": "typer's own exceptions and parameters, whose classes are private",
    "metrics/described.py": "literals read from the text of a module",
    "recipe/chosen.py": "pydantic's hooks, and values before they are checked",
    "recipe/migrations.py": "trees of YAML and JSON",
    "look/projections/t_sne.py": "openTSNE's embedding; the library has no types",
    "look/projections/umap.py": "umap-learn's model, which may not be installed",
    "look/saliencies/guided_backprop.py": "what PyTorch hands to __torch_function__ and to autograd functions",
    "recipe/text.py": "a tree read from YAML",
    "runs/state.py": "a tree read from JSON, with tensors",
    "training/weights/timm.py": "timm's entry for published weights",
    "training/weights/torchvision.py": "torchvision's entry for published weights",
}


def is_bare(annotation: ast.expr | None) -> bool:
    """``Any`` itself, as an option or as a type: not one inside a list, a mapping or a callable."""
    if isinstance(annotation, ast.BinOp):
        return is_bare(annotation.left) or is_bare(annotation.right)
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "type":
        return is_bare(annotation.slice)
    return annotation is not None and ast.unparse(annotation) in ("Any", "typing.Any")


def bare(source: str) -> Iterator[str]:
    """Parameters (but for ``**options``), returns and fields of ``source`` that are ``Any``, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = node.args
            parameters = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, *([taken.vararg] if taken.vararg else [])]
            yield from (f"{node.lineno} {node.name}({p.arg})" for p in parameters if is_bare(p.annotation))
            if is_bare(node.returns):
                yield f"{node.lineno} {node.name} ->"
        elif isinstance(node, ast.ClassDef):
            fields = [line for line in node.body if isinstance(line, ast.AnnAssign)]
            yield from (f"{f.lineno} {node.name}.{ast.unparse(f.target)}" for f in fields if is_bare(f.annotation))


def test_hardly_any_signature_says_any() -> None:
    files = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
    found = {name: list(bare(path.read_text(encoding="utf-8"))) for name, path in files.items()}
    inside = [f"{name}:{where}" for name, places in found.items() if name not in EDGES for where in places]
    assert len(inside) <= MOST, "\n".join(inside)
    assert [name for name in EDGES if not found.get(name)] == [], "no edge any more: take it off the list"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f(a: Any, *b: Any, c: Any | None = None, **d: Any) -> Any: ...", 4),
        ("def f(a: type[Any], b: Callable[..., Any], c: dict[str, Any]) -> list[Any]: ...", 1),
        ("class A:\n    x: Any\n    y: int\n    def f(self, z: None | Any) -> None: ...", 2),
        ("x: Any = 1\ndef f(a: object) -> None:\n    b: Any = a", 0),
    ],
)
def test_what_counts(source: str, count: int) -> None:
    assert len(list(bare(source))) == count
