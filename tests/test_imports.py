"""Imports: the public names are there, they come when asked, and looking for help costs no PyTorch."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import trasluz

HEAVY = (
    "torch",
    "torchvision",
    "timm",
    "lightning_fabric",
    "sklearn",
    "plotly",
    "pandas",
    "numpy",
    "PIL",
    "pydantic",
    "yaml",
)


def _python(*words: str) -> str:
    return subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True).stdout


def _quickest(*words: str) -> float:
    """The best of five: the bound is on the program, not on what else the machine does."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        _python(*words)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("name", sorted(set(trasluz.__all__)))
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(trasluz, name) is not None


def test_the_public_names_are_these_and_no_others() -> None:
    verbs = {
        "check_data",
        "compare",
        "delete_run",
        "list_runs",
        "open_run",
        "preview_augmentation",
        "resume",
        "study",
        "train",
        "train_seeds",
    }
    others = {"Recipe", "Run", "TrasluzError", "__version__", "from_arrays", "language", "look"}
    assert set(trasluz.__all__) == verbs | others
    assert set(dir(trasluz)) == set(trasluz.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="trian"):
        _ = trasluz.trian


def test_train_stays_the_verb_after_the_room_of_that_name_is_imported() -> None:
    import trasluz.training.loop

    assert callable(trasluz.train)
    assert sys.modules["trasluz.training.loop"].Loop is not None


@pytest.mark.parametrize("words", [("import trasluz",), ("from trasluz.cli.__main__ import run; run(['--help'])",)])
def test_nothing_heavy_is_imported_before_it_is_used(words: tuple[str]) -> None:
    loaded = _python("-c", f"{words[0]}; import sys; print('\\n' + ' '.join(sys.modules))").splitlines()[-1].split()
    assert not [name for name in HEAVY if name in loaded]


def test_import_takes_less_than_three_tenths_of_a_second() -> None:
    assert _quickest("-c", "import trasluz") < 0.3


def test_help_takes_less_than_half_a_second() -> None:
    assert _quickest("-m", "trasluz.cli", "--help") < 0.5
