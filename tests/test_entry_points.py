"""Parts of other packages: a real one, installed into a folder of its own, and what is said where one is no good.

Installed means what pip would leave behind: the package and its ``.dist-info``, in a folder on the path of the
process that uses it.  Nothing is downloaded, and this process's own packages stay as they are.
"""

from __future__ import annotations

import html
import importlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import trasluz
from trasluz import components
from trasluz.api import PartSummary, list_parts

PLUGIN = Path(__file__).parent / "plugin"
SOURCE = str(Path(trasluz.__file__).parent.parent)
RECIPE = """
name: lantern
data: {source: stripes, valid: 0.25}
model: {family: tiny-autoencoder, encoder: {name: pooled, code: 3}}
train: {epochs: 1, batch: 16, optimiser: {name: sign-sgd, learning_rate: 0.001}}
"""
RAISING = """
from trasluz.recipe.base import Section

ORDER, HELP, DEFAULT, Config, RESULT = 21, "", True, Section, object
applies = lambda context: True
answer = lambda context: ""
render = lambda context: {}["mean"]
refusal = lambda subject: None

def check(evidence):
    raise ZeroDivisionError("by hand")

def compute(*_words):
    raise RuntimeError("no such layer")
"""
EntryPoints = Mapping[str, Mapping[str, str]]


def describe(site: Path, name: str, version: str, groups: EntryPoints) -> None:
    """What an installer writes of a distribution beside its code."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in of.items()) for group, of in groups.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    (info / "RECORD").write_text("")


def python(site: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs Python with the packages in ``site`` installed, in the folder around it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), SOURCE])}
    done = subprocess.run(
        [sys.executable, *words], cwd=site.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done


def program(site: Path, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs ``trasluz``."""
    return python(site, "-m", "trasluz.cli", *map(str, words), code=code)


def refused(site: Path, *words: str | Path) -> str:
    """The one sentence (and hint) with which these words are refused."""
    (line,) = program(site, *words, code=2).stderr.splitlines()
    assert "Unexpected" not in line
    return line


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package of ``tests/plugin`` installed."""
    folder = tmp_path_factory.mktemp("with-lantern") / "site"
    described = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    describe(folder, described["name"], described["version"], described["entry-points"])
    shutil.copytree(PLUGIN / "src" / "lantern", folder / "lantern", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def run(site: Path) -> Path:
    """A run of a family, an encoder and a source of that package."""
    (site.parent / "lantern.yaml").write_text(RECIPE)
    program(site, "train", "lantern.yaml", "--no-report")
    (found,) = (site.parent / "runs").iterdir()
    return found


def test_all_parts_of_an_installed_package_are_listed_with_where_they_are_from(site: Path) -> None:
    parts = json.loads(program(site, "parts", "--json").stdout)["parts"]
    brought = {(part["kind"], part["name"]): part for part in parts if part["distribution"] == "trasluz-lantern"}
    groups = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]["entry-points"]
    assert set(brought) == {(group, name) for group, of in groups.items() for name in of}
    assert {part["version"] for part in brought.values()} == {"1.2"}
    assert brought["trasluz.families", "tiny-autoencoder"]["state"] == "usable"
    assert {"autoencoder", "vae"} <= {part["name"] for part in parts if part["kind"] == "trasluz.families"}


def test_listing_parts_imports_none_and_no_pytorch(site: Path) -> None:
    program = "import sys; from trasluz.cli.__main__ import run; run(['parts']); print('\\n' + ' '.join(sys.modules))"
    loaded = python(site, "-c", program).stdout.splitlines()[-1].split()
    assert "trasluz.api.parts" in loaded
    assert not {"torch", "numpy", "lantern", "trasluz.families"} & set(loaded)


@pytest.mark.parametrize(
    "part",
    [part for part in list_parts() if part.distribution == "trasluz"],
    ids=lambda part: f"{part.kind}.{part.name}",
)
def test_our_own_parts_have_what_their_kind_must_have(part: PartSummary) -> None:
    assert components.lacks(part.kind, importlib.import_module(part.module)) == ()


def test_metadata_are_not_read_where_our_own_parts_will_do(site: Path) -> None:
    program = (
        "from trasluz.cli.__main__ import run; "
        "assert run(['--help']) == run(['runs', 'list']) == run(['recipes', 'show', 'digits-cnn']) == 0; "
        "from trasluz import components; components.load('trasluz.families', 'vae', 'model.family'); "
        "from trasluz.entry_points import foreign_parts; assert foreign_parts.cache_info().misses == 0"
    )
    python(site, "-c", program)


def test_a_foreign_family_encoder_and_source_are_trained(run: Path) -> None:
    assert json.loads((run / "run.json").read_text())["status"] == "finished"
    (record,) = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    assert 0 < record["valid/mse"] < 0.5


def test_the_package_of_the_documentation_trains(tmp_path: Path) -> None:
    site = tmp_path / "site"
    page = (PLUGIN.parent.parent / "docs" / "parts.md").read_text(encoding="utf-8")
    code, described = page.split("```python\n")[1], tomllib.loads(page.split("```text\n")[1].split("```")[0])["project"]
    describe(site, described["name"], described["version"], described["entry-points"])
    (site / "mean_image").mkdir()
    (site / "mean_image" / "family.py").write_text(code.split("```")[0], encoding="utf-8")
    (tmp_path / "mean.yaml").write_text(
        "data: {source: digits, valid: 0.2}\nmodel: {family: mean-image}\ntrain: {epochs: 1}"
    )
    program(site, "train", "mean.yaml", "--no-report")
    (metrics,) = (tmp_path / "runs").glob("*/metrics.jsonl")
    images = load_digits().images / 16
    grey, best = np.square(images - 0.5).mean(), np.square(images - images.mean(0)).mean()
    assert best < json.loads(metrics.read_text())["valid/mse"] < grey


def test_a_foreign_look_and_finding_stand_in_the_report(site: Path, run: Path) -> None:
    program(site, "report", run)
    page = (run / "report.html").read_text()
    assert "Spread of the code by Lantern" in page
    assert "Lantern finds the training short" in page


def test_foreign_parts_that_raise_cost_only_their_own_place_in_the_report(site: Path, run: Path) -> None:
    groups = {
        "trasluz.report.sections": {"odd-section": "raising", "lost-section": "raising.nowhere"},
        "trasluz.findings.rules": {"odd-rule": "raising"},
        "trasluz.look.looks": {"odd-look": "raising"},
    }
    second = run.parent.parent / "second"
    describe(second, "raising", "0.4", groups)
    (second / "raising.py").write_text(RAISING)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (site, second, SOURCE)))}
    words = [sys.executable, "-m", "trasluz.cli", "report", str(run)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = html.unescape((run / "report.html").read_text())
    for part, reason in [
        ("section: 'odd-section'", "KeyError: 'mean'"),
        ("finding: 'odd-rule'", "ZeroDivisionError: by hand"),
        ("look: 'odd-look'", "RuntimeError: no such layer"),
    ]:
        assert f"{part} of raising 0.4 failed ({reason}); update or uninstall that package." in page
        assert f"{part} de raising 0.4 falló ({reason})" in page
    assert "'lost-section' of raising 0.4 cannot be loaded (ModuleNotFoundError" in page
    assert "Lantern finds the training short" in page
    assert "Spread of the code by Lantern" in page


def test_a_foreign_look_has_the_name_of_its_entry_point(site: Path, run: Path) -> None:
    assert "code-spread" in program(site, "look", run).stdout
    program(site, "look", run, "code-spread")
    assert json.loads((run / "looks" / "code-spread" / "look.json").read_text())["look"] == "code-spread"
    words = f"import trasluz as tz; print(tz.look.code_spread(tz.open_run({str(run)!r})).spread.shape)"
    assert python(site, "-c", words).stdout == "(3,)\n"


def test_a_foreign_map_is_computed(site: Path) -> None:
    words = (
        "import torch; from trasluz.look.cams import methods, signed_map; assert 'mean-cam' in methods('activations'); "
        "a = torch.rand(2, 5, 3, 3); assert torch.equal(signed_map('mean-cam', a, None, 1)[:, 0], a.mean(1))"
    )
    python(site, "-c", words)


def test_a_foreign_command_runs_and_explains_itself(site: Path) -> None:
    assert program(site, "lantern", "--name", "you").stdout == "The lantern is lit for you.\n"
    assert "Usage: trasluz lantern" in program(site, "lantern", "--help").stdout


def test_without_the_package_a_run_says_what_is_missing(run: Path, tmp_path: Path) -> None:
    bare = tmp_path / "site"
    bare.mkdir()
    said = refused(bare, "look", run)
    assert "model.family: there is no 'tiny-autoencoder'" in said
    assert said.endswith("In training 'tiny-autoencoder' came from trasluz-lantern 1.2: install that package again.")
    said = refused(bare, "evaluate", run, "--split", "valid")
    assert "train.optimiser.name: 'sign-sgd' is not allowed: neither Trasluz nor an installed package brings it" in said
    assert "allowed: 'adam', 'adamw', " in said
    assert said.endswith("In training 'sign-sgd' came from trasluz-lantern 1.2: install that package again.")
    info = json.loads((run / "run.json").read_text())
    assert info["packages"] == dict.fromkeys(
        ("tiny-autoencoder", "pooled", "sign-sgd", "stripes"), "trasluz-lantern 1.2"
    )
    kept = (run / "run.json").read_text()
    (run / "run.json").write_text(json.dumps({k: v for k, v in info.items() if k != "packages"}))  # an older run
    said = refused(bare, "evaluate", run, "--split", "valid")
    (run / "run.json").write_text(kept)
    assert said.endswith("It was there in training: install again the package that brought it.")
    assert run.name in program(bare, "runs", "list", run.parent).stdout


def test_a_part_that_cannot_be_imported_names_its_package_and_the_reason(tmp_path: Path) -> None:
    site = tmp_path / "site"
    describe(site, "broken", "0.3", {"trasluz.families": {"cracked": "cracked"}})
    (site / "cracked.py").write_text("import nowhere_to_be_found\n")
    said = refused(site, "train", "digits-autoencoder", "--set", "model.family=cracked")
    assert said.startswith("model.family: 'cracked' of broken 0.3 cannot be loaded (ModuleNotFoundError: No module")
    assert "nowhere_to_be_found" in said


def test_a_part_that_lacks_what_its_kind_offers_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    describe(site, "hollow", "2", {"trasluz.look.looks": {"empty": "hollow"}, "trasluz.data.sources": {"no": "hollow"}})
    (site / "hollow.py").write_text("HELP = ''\nDEFAULT = False\n")
    words = "from trasluz.look.base import find; find('empty')"
    said = python(site, "-c", words, code=1).stderr.splitlines()[-1]
    assert "look: 'empty' of hollow 2 lacks Config, RESULT, refusal, compute;" in said
    assert "lacks open_named or open_path" in refused(site, "data", "check", "no")


def test_our_own_part_wins_and_the_clash_is_said(tmp_path: Path) -> None:
    site = tmp_path / "site"
    describe(site, "usurper", "1", {"trasluz.families": {"vae": "usurper"}})
    answer = program(site, "parts", "families")
    assert answer.stderr == "trasluz.families: usurper 1 brings 'vae', but Trasluz's own part of that name is used.\n"
    assert "vae (!)" in answer.stdout
    python(site, "-c", "from trasluz.families.base import get; assert get('vae').__module__ == 'trasluz.families.vae'")


def test_a_name_of_two_packages_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for name in ("one", "two"):
        describe(site, name, "1", {"trasluz.families": {"twin": "json"}})
    said = refused(site, "train", "digits-autoencoder", "--set", "model.family=twin")
    assert "'twin' is brought by several packages, one 1, two 1" in said
    assert program(site, "parts", "families").stderr.count("several packages") == 2


def test_modules_and_kinds_that_are_not_there_are_said(tmp_path: Path) -> None:
    site = tmp_path / "site"
    describe(site, "ghost", "1", {"trasluz.families": {"gone": "ghost.family"}, "trasluz.famlies": {"lost": "json"}})
    first, second = program(site, "parts").stderr.splitlines()
    assert "there is no module ghost.family" in first
    assert "trasluz.famlies: ghost 1 brings 'lost', but there is no such kind of part" in second


def test_an_unknown_kind_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    assert "Did you mean families?" in refused(tmp_path / "site", "parts", "familys")
