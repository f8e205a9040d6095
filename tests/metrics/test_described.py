"""What numbers are called: found where they are made, without running anything, in this package and in others."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import trasluz
from trasluz.draw import names
from trasluz.messages import language
from trasluz.metrics import described
from trasluz.metrics.described import Metric, metric, update_name

FAMILY = """raise RuntimeError("this module was run")
METRICS = {
    "glow": Metric(N_("Glow of the model"), "share", "higher"),
    "mse": Metric("something else", "number", "lower"),
    "samples/glow": Metric("Glow of the samples", "number", "neither"),  # of these only
}
UPDATES = {"moon": N_("moon")}
BASELINES = {"new moon": N_("No light at all")}


class Family:
    capabilities = {"glow"}
"""


def _forget() -> None:
    described._ours.cache_clear()
    described._theirs.cache_clear()


@pytest.fixture
def anew() -> Iterator[None]:
    """Looks for descriptions again, before and after."""
    _forget()
    yield
    _forget()


@pytest.fixture
def one_more_file(anew: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A family as one more file of the package."""
    (tmp_path / "families").mkdir()
    (tmp_path / "families" / "moon.py").write_text(FAMILY)
    monkeypatch.setattr(trasluz, "__path__", [*trasluz.__path__, str(tmp_path)])


@pytest.fixture
def another_package(anew: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A family in an installed package, which an entry point names."""
    (tmp_path / "moonlight.py").write_text(FAMILY)
    information = tmp_path / "moonlight-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: moonlight\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[trasluz.families]\nmoon = moonlight\ngone = moonlight_gone.moon\n")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize("where", ["one_more_file", "another_package"])
def test_a_new_family_shows_its_numbers_by_their_own_names(where: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(where)
    assert names.metric_name("valid/glow") == "Glow of the model"
    assert names.metric_value("glow", 0.5) == "50.0\u202f%"
    assert names.higher_is_better("glow")
    assert names.metric_name("train/moon/loss") == "Loss (moon)"
    assert names.baseline_title("new moon", {}) == "No light at all"
    assert not names.has_better("samples/glow")
    assert names.metric_value("samples/glow", 0.5) == "0.500"
    assert names.metric_name("mse") == "Mean squared error", "what is described here is not described anew elsewhere"
    assert "moonlight" not in sys.modules


def test_what_nobody_describes_is_told_by_its_name() -> None:
    assert metric("glow") is None
    assert update_name("moon") is None
    assert names.described("my_glow_accuracy") == Metric("My glow accuracy", "share", "higher")
    assert names.described("valid/glow") == Metric("Glow", "number", "lower")


def test_baselines_say_what_they_are_and_how_many_components_they_have() -> None:
    with language("es"):
        assert names.baseline_title("pca", {"components": 16.0}) == "PCA, 16 componentes"
        assert names.baseline_title("majority_class", {"accuracy": 0.1}) == "Clase más frecuente"
    assert names.baseline_title("guess", {}) == "guess"


@pytest.mark.usefixtures("anew")
def test_what_is_more_than_literals_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.py").write_text('import os\nMETRICS = {"a": os.getcwd()}\n')
    monkeypatch.setattr(trasluz, "__path__", [str(tmp_path)])
    with pytest.raises(ValueError, match=r"wrong\.py: METRICS is read without running"):
        metric("a")


def test_numbers_are_named_without_pytorch() -> None:
    program = "from trasluz.draw.names import metric_name as n; import sys; print(n('elbo'), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "Evidence lower bound (nats) False\n"


def test_what_is_read_is_what_the_modules_hold_when_they_run() -> None:
    root = Path(trasluz.__file__).parent
    counted: Counter[str] = Counter()
    for path in root.rglob("*.py"):
        for constant in re.findall(r"^(METRICS|UPDATES|BASELINES) = ", path.read_text(), re.MULTILINE):
            module = importlib.import_module(".".join(("trasluz", *path.relative_to(root).with_suffix("").parts)))
            held = getattr(module, constant)
            counted.update(held.keys())
            assert held == {name: described._ours(constant)[name] for name in held}, module.__name__
    assert counted.keys() >= {"mse", "accuracy", "elbo", "generator", "loss"}
    assert [name for name, count in counted.items() if count > 1] == []
