"""Ways in which a stranger's run or recipe could have something executed, each laid into a copy of a run.

A payload makes one file, the marker.  What a way does to its run is in one function, which gives what is added to the
command line: for some, the person allowed something, though not this.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

CODE = "import os\nfrom os import system\nopen({marker!r}, 'w').close()\n"
CODE += "def build(*given, **named):\n    open({marker!r}, 'w').close()\n"


@dataclass(frozen=True)
class Stage:
    """Where an attack is played: ``place``, the current folder, with the stranger's ``run`` in ``place/runs``; the
    ``marker``; and ``outside``, a folder of the person's that no run has to do with."""

    place: Path
    run: Path
    marker: Path
    outside: Path


@dataclass(frozen=True)
class Way:
    """``group`` and ``kind``: what it is called; ``lay``: does it to a stage; ``allow``: what the person allowed."""

    group: str
    kind: str
    lay: Callable[[Stage], None]
    allow: tuple[str, ...] = ()
    inside: bool = False  # the command is typed in the run's own folder
    needs: str = ""  # a file (glob) that the run must have
    more: Mapping[str, str] = field(default_factory=dict)


class Payload:
    """Makes the marker when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = str(marker)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


def pickled(marker: Path) -> bytes:
    """A pickle that makes the marker."""
    return pickle.dumps(Payload(marker))


def torch_pickled(marker: Path) -> bytes:
    """What ``torch.save`` writes of such an object."""
    content = io.BytesIO()
    torch.save({"weights": Payload(marker)}, content)
    return content.getvalue()


def object_arrays(marker: Path, names: tuple[str, ...]) -> bytes:
    """A ``.npz`` whose arrays of objects hold such pickles."""
    content = io.BytesIO()
    arrays = {name: np.array([Payload(marker)], dtype=object) for name in names}
    np.savez(content, allow_pickle=True, **arrays)
    return content.getvalue()


def all_ways() -> Iterator[Way]:
    """Every way there is."""
    yield from _modules()
    yield from _pickles()
    yield from _texts()
    yield from _links()


def call(reference: str, arguments: Mapping[str, Any], stage: Stage) -> None:
    """Puts ``module: reference`` in the place of every network that the run's model and recipe name."""
    told = {"module": reference, "arguments": _filled(arguments, stage)}
    config = stage.run / "model" / "config.json"
    tree = json.loads(config.read_text())
    config.write_text(json.dumps(tree | {"model": _replaced(tree["model"], told)}))
    recipe = stage.run / "recipe.yaml"
    tree = yaml.safe_load(recipe.read_text())
    recipe.write_text(yaml.safe_dump(tree | {"model": _replaced(tree["model"], told)}))


def _replaced(model: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    parts = ("network", "encoder", "decoder", "generator", "discriminator")
    return {name: told if name in parts and value else value for name, value in model.items()}


def _filled(node: Any, stage: Stage) -> Any:
    if isinstance(node, Mapping):
        return {name: _filled(value, stage) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, stage) for value in node]
    return node.format(run=stage.run, marker=stage.marker) if isinstance(node, str) else node


def _modules() -> Iterator[Way]:
    hub = {"repo_or_dir": "{run}", "source": "local", "model": "build", "trust_repo": True}
    calls: dict[str, tuple[str, Mapping[str, Any]]] = {
        "torch.hub of the run's folder": ("torch.hub:load", hub),
        "file in the current folder": ("stranger_code:build", {}),
        "file in the run, through the current folder": ("runs.stranger.stranger_code:build", {}),
        "package in the run": ("runs.stranger.package.stranger_code:build", {}),
        "os:system": ("os:system", {"command": "touch {marker}"}),
        "posix:system": ("posix:system", {"command": "touch {marker}"}),
        "subprocess:run": ("subprocess:run", {"args": ["touch", "{marker}"]}),
        "builtins:exec": ("builtins:exec", {"source": "open({marker!r}, 'w')"}),
        "importlib:import_module": ("importlib:import_module", {"name": "stranger_code"}),
        "runpy:run_path": ("runpy:run_path", {"path_name": "{run}/stranger_code.py"}),
        "webbrowser:open": ("webbrowser:open", {"url": "file:///"}),
        "torch:load": ("torch:load", {"f": "{run}/evil.pt", "weights_only": False}),
        "numpy:load": ("numpy:load", {"file": "{run}/evil.npz", "allow_pickle": True}),
        "pandas:read_pickle": ("pandas:read_pickle", {"filepath_or_buffer": "{run}/evil.pkl"}),
        "joblib:load": ("joblib:load", {"filename": "{run}/evil.pkl"}),
        "trasluz's own command line": ("trasluz.cli.__main__:run", {"words": ["train", "{run}/recipe.yaml"]}),
        "function of a stranger's installed package": ("installed_package:build", {}),
    }
    for kind, (reference, arguments) in calls.items():
        yield Way("module: in a recipe", kind, partial(_call, reference, arguments))
    allowed: dict[str, tuple[str, Mapping[str, Any], str, bool]] = {
        "another package was allowed": ("stranger_code:build", {}, "friend", False),
        "torch was allowed": ("torch.hub:load", hub, "torch", False),
        "os was allowed": ("os:system", {"command": "touch {marker}"}, "os", False),
        "imported by an allowed package": ("friend:system", {"command": "touch {marker}"}, "friend", False),
        "attribute of an attribute": ("friend.os:system", {"command": "touch {marker}"}, "friend", False),
        "file in the run, allowed": ("runs.stranger.stranger_code:build", {}, "runs", False),
        "file in the current folder, a run, allowed": ("stranger_code:build", {}, "stranger_code", True),
        "link into the run, allowed": ("linked_code:build", {}, "linked_code", False),
        "in the folder of data, allowed": ("photos.stranger_code:build", {}, "photos", False),
    }
    for kind, (reference, arguments, name, inside) in allowed.items():
        yield Way("module: in a recipe", kind, partial(_call, reference, arguments), (name,), inside)
    for field_ in ("checkpoint_path", "pretrained_cfg_overlay"):
        yield Way("module: in a recipe", f"timm's {field_}", partial(_timm, field_))


def _call(reference: str, arguments: Mapping[str, Any], stage: Stage) -> None:
    code = CODE.format(marker=str(stage.marker))
    (stage.run / "package").mkdir()
    site = stage.place / "site"
    site.mkdir(exist_ok=True)
    for path in (
        stage.place / "stranger_code.py",
        stage.run / "stranger_code.py",
        stage.run / "hubconf.py",
        stage.run / "package" / "stranger_code.py",
        stage.place / "photos" / "stranger_code.py",
        site / "installed_package.py",
    ):
        path.write_text(code)
    (site / "friend.py").write_text("import os\nfrom os import system\ndef build(input_shape, outputs): return None\n")
    (stage.place / "linked_code.py").symlink_to(stage.run / "stranger_code.py")
    (stage.run / "evil.pt").write_bytes(torch_pickled(stage.marker))
    (stage.run / "evil.npz").write_bytes(object_arrays(stage.marker, ("a",)))
    (stage.run / "evil.pkl").write_bytes(pickled(stage.marker))
    call(reference, arguments, stage)


def _timm(argument: str, stage: Stage) -> None:
    evil = stage.run / "evil.pth"
    evil.write_bytes(torch_pickled(stage.marker))
    value: Any = str(evil) if argument == "checkpoint_path" else {"file": str(evil)}
    network = {"name": "timm", "architecture": "resnet18", "arguments": {argument: value}}
    config = stage.run / "model" / "config.json"
    tree = json.loads(config.read_text())
    config.write_text(json.dumps(tree | {"model": {"family": "classifier", "network": network}}))


FILES = (
    "run.json", "recipe.yaml", "splits.npz", "metrics.jsonl", "steps.jsonl", "findings.json", "mixture.safetensors",
    "model/weights.safetensors", "model/config.json", "model/preprocess.json",
    "checkpoints/*/state.safetensors", "checkpoints/*/state.json", "checkpoints/*/manifest.json",
    "looks/evaluation-valid/arrays.npz", "looks/evaluation-valid/examples.npz",
    "looks/evaluation-valid/evaluation.json", "looks/*.npz", "looks/*/*.npz", "looks/*/look.json",
)  # fmt: skip


def _pickles() -> Iterator[Way]:
    for name in FILES:
        yield Way("pickle in a file of the run", name, partial(_overwrite, name, pickled), needs=name)
        if name.endswith(".safetensors"):
            kind = f"{name}, as torch.save writes"
            yield Way("pickle in a file of the run", kind, partial(_overwrite, name, torch_pickled), needs=name)
        if name.endswith(".npz"):
            kind = f"{name}, arrays of objects"
            yield Way("pickle in a file of the run", kind, partial(_objects, name), needs=name)
    for name in ("weights.pt", "weights.pth", "pytorch_model.bin", "weights.pkl"):
        yield Way("pickle in a file of the run", f"model/{name} instead of safetensors", partial(_instead, name))
    recipes: dict[str, dict[str, Any]] = {
        "phases from file:evil.pth": {"phases": [{"name": "a", "from": "file:{run}/evil.pth"}]},
        "phases from file:evil.bin": {"phases": [{"name": "a", "from": "file:{run}/evil.bin"}]},
        "data from evil.npz": {"data.source": "{run}/evil.npz"},
        "data from evil.pkl": {"data.source": "{run}/evil.pkl"},
        "data from evil.pt": {"data.source": "{run}/evil.pt"},
    }
    for kind, changes in recipes.items():
        yield Way("pickle that a recipe names", kind, partial(_named, changes))


def _overwrite(name: str, content: Callable[[Path], bytes], stage: Stage) -> None:
    for path in stage.run.glob(name):
        path.write_bytes(content(stage.marker))
        _sign(path)


def _objects(name: str, stage: Stage) -> None:
    for path in stage.run.glob(name):
        with zipfile.ZipFile(path) as archive:
            names = tuple(member.removesuffix(".npy") for member in archive.namelist())
        path.write_bytes(object_arrays(stage.marker, names))


def _sign(path: Path) -> None:
    """Makes a changed file of a checkpoint whole again in the eyes of its manifest."""
    manifest = path.parent / "manifest.json"
    if manifest.is_file() and path != manifest:
        hashes = json.loads(manifest.read_text())
        hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(hashes))


def _instead(name: str, stage: Stage) -> None:
    (stage.run / "model" / "weights.safetensors").unlink()
    (stage.run / "model" / name).write_bytes(torch_pickled(stage.marker))


def _named(changes: Mapping[str, Any], stage: Stage) -> None:
    for suffix in ("pth", "bin", "pt"):
        (stage.run / f"evil.{suffix}").write_bytes(torch_pickled(stage.marker))
    (stage.run / "evil.pkl").write_bytes(pickled(stage.marker))
    (stage.run / "evil.npz").write_bytes(object_arrays(stage.marker, ("X", "y")))
    recipe = stage.run / "recipe.yaml"
    tree = yaml.safe_load(recipe.read_text())
    for name, value in changes.items():
        section, _dot, last = name.rpartition(".")
        (tree[section] if section else tree)[last] = _filled(value, stage)
    recipe.write_text(yaml.safe_dump(tree))


_TAGS = (
    "!!python/object/apply:os.system ['touch {marker}']",
    "!!python/object/new:os.system ['touch {marker}']",
    "!!python/module:stranger_code",
    "!!python/name:os.system",
    "!python/object/apply:os.system ['touch {marker}']",
)
_INJECTED = (
    "{{{{ cycler.__init__.__globals__.os.system('touch {marker}') }}}}",
    "{{% import os %}}{{{{ os.system('touch {marker}') }}}}",
    "$(touch {marker})", "`touch {marker}`", "'; touch {marker}; '",
    "__import__('os').system('touch {marker}')",
)  # fmt: skip


def _texts() -> Iterator[Way]:
    for tag in _TAGS:
        yield Way("YAML tag", tag.split(" ")[0], partial(_tagged, tag))
    for text in _INJECTED:
        kind = text.replace("{{", "{").replace("}}", "}").replace("{marker}", "…")
        yield Way("text of the run as a template or command", kind.replace("|", "/"), partial(_injected, text))
    for name in ("page.html", "report.html.jinja", "templates/base.html", "templates/page.html"):
        yield Way("template file in the run", name, partial(_template, name))
    for name in ("sitecustomize.py", "conftest.py", "__init__.py", "timm.py", "umap.py", "evil.pth"):
        yield Way("file that Python could pick up", name, partial(_picked_up, name), inside=True)


def _tagged(tag: str, stage: Stage) -> None:
    recipe = stage.run / "recipe.yaml"
    (stage.place / "stranger_code.py").write_text(CODE.format(marker=str(stage.marker)))
    recipe.write_text(recipe.read_text() + "evil: " + tag.format(marker=stage.marker) + "\n")


def _injected(text: str, stage: Stage) -> None:
    told = text.format(marker=stage.marker)
    recipe = stage.run / "recipe.yaml"
    tree = yaml.safe_load(recipe.read_text())
    recipe.write_text(yaml.safe_dump(tree | {"name": "evil", "description": {"en": told, "es": told}}))
    info = stage.run / "run.json"
    known = json.loads(info.read_text())
    known |= {"name": told, "data": told, "classes": [told for _class in known["classes"]]}
    info.write_text(json.dumps(known))
    config = stage.run / "model" / "config.json"
    model = json.loads(config.read_text())
    model["spec"]["classes"] = [f"{told}{number}" for number, _class in enumerate(model["spec"]["classes"])]
    config.write_text(json.dumps(model))


def _template(name: str, stage: Stage) -> None:
    path = stage.run / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(_INJECTED[0].format(marker=stage.marker))
    shutil.copytree(path.parent, stage.place / "templates", dirs_exist_ok=True, ignore=lambda *_all: ["runs"])


def _picked_up(name: str, stage: Stage) -> None:
    code = CODE.format(marker=str(stage.marker))
    (stage.run / name).write_text(f"import os; open({str(stage.marker)!r}, 'w')\n" if name.endswith(".pth") else code)


def _links() -> Iterator[Way]:
    for name in (
        "model", "model/weights.safetensors", "model/config.json", "checkpoints", "checkpoints/best", "splits.npz",
        "looks", "looks/evaluation-valid", "looks/evaluation-valid/arrays.npz", "metrics.jsonl", "recipe.yaml",
        "run.json", "report.html", "best",
    ):  # fmt: skip
        yield Way("link out of the run", name, partial(_linked, name), needs="" if name == "best" else name)


def _linked(name: str, stage: Stage) -> None:
    """What the run has lies outside, with a pickle beside it; in its place is a link."""
    here, there = stage.run / name, stage.outside / Path(name).name
    if here.exists():
        shutil.move(here, there)
    else:
        there.mkdir()
    if there.is_dir():
        (there / "weights.pt").write_bytes(torch_pickled(stage.marker))
    here.symlink_to(there)
