"""Imports: the public names are there, they come when asked, and looking for help costs no PyTorch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

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
        "curve",
        "delete_run",
        "fit",
        "list_runs",
        "open_run",
        "out_of_fold",
        "preview_augmentation",
        "recipes",
        "resume",
        "search_settings",
        "study",
        "suspect_labels",
        "train",
        "train_seeds",
        "with_weights",
    }
    others = {"Recipe", "Run", "TrasluzError", "__version__", "allow", "from_arrays", "language", "look"}
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


WITHOUT_A_NETWORK = [
    ["runs", "list", "runs"],
    ["runs", "delete", "runs/20260101-a-000001", "--yes"],
    ["recipes"],
    ["recipes", "show", "digits-cnn"],
    ["recipes", "schema"],
    ["study"],
    ["study", "pooling", "--show"],
    ["parts"],
    ["parts", "families", "--json"],
    ["data", "cache", "list"],
    ["data", "cache", "clear"],
    ["compare", "--help"],
    ["train", "--help"],
    ["--version"],
]
WRONG = [
    ["trian"],
    ["runs", "lst"],
    ["runs", "list", "--jsn"],
    ["runs", "delete", "nowhere"],
    ["recipes", "show", "digits-cnm"],
    ["study", "poling", "--show"],
    ["study", "poling"],
    ["parts", "familys"],
    ["train", "digits-cnm"],
    ["train", "digits-cnn", "--set", "train.epoch=2"],
    ["resume", "nowhere"],
    ["report", "nowhere"],
    ["evaluate", "nowhere"],
    ["findings", "nowhere"],
    ["generate", "nowhere"],
    ["look", "nowhere"],
    ["predict", "nowhere", "image.png"],
    ["reconstruct", "nowhere", "image.png"],
    ["translate", "nowhere", "image.png", "--to", "day"],
    ["compare", "nowhere", "nowhere-else"],
    ["data", "check", "nowhere"],
    ["data", "preview", "nowhere"],
    ["data", "preview", "nowhere.yaml"],
    ["train", "digits-cnn", "--data", "nowhere"],
    ["study", "pooling", "--data", "nowhere"],
    ["study", "nowhere.yaml"],
]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two runs, in the folder where commands run, beside a cache that may be cleared."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "cache"))
    for number in range(2):
        _make_run(tmp_path / "runs", number)
    return tmp_path / "runs"


def _make_run(runs: Path, number: int) -> None:
    """What listing and deleting see of a run: 100 epochs, and the files that there usually are."""
    folder = runs / f"20260101-a-{number + 1:06x}"
    for inner in ("model", "checkpoints/last", "checkpoints/best", "looks/evaluation-valid"):
        (folder / inner).mkdir(parents=True)
        (folder / inner / "weights.safetensors").write_bytes(b"0" * 100)
    info = {"format": 1, "name": "a", "status": "finished", "created": f"2026-01-01T00:00:{number % 60:02}"}
    (folder / "run.json").write_text(json.dumps({**info, "audit": {"rows": list(range(100))}}))
    (folder / "recipe.yaml").write_text("{}")
    records = [{"epoch": epoch, "train/loss": 1 / epoch, "valid/loss": 2 / epoch} for epoch in range(1, 101)]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.mark.parametrize(
    ("words", "code"), [(words, 0) for words in WITHOUT_A_NETWORK] + [(words, 2) for words in WRONG], ids=str
)
@pytest.mark.usefixtures("runs")
def test_what_computes_no_network_starts_without_pytorch(words: list[str], code: int) -> None:
    program = (
        f"import sys; from trasluz.cli.__main__ import run; code = run({words!r}); print(); print(code, *sys.modules)"
    )
    answer, *loaded = _python("-c", program).splitlines()[-1].split()
    assert answer == str(code)
    assert not {"torch", "torchvision", "sklearn", "plotly", "scipy"} & set(loaded)


def _processor_seconds(*words: str) -> float:
    """User and system time of a whole process, the least of three: a busy machine slows the processor too."""
    import resource  # not on Windows

    found = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _python(*words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


@pytest.mark.skipif(os.name == "nt", reason="the system does not tell a child's processor time")
@pytest.mark.parametrize(("count", "limit"), [(2, 0.7), (1000, 1.5)])
def test_listing_runs_takes_little_of_the_processor(runs: Path, count: int, limit: float) -> None:
    for number in range(2, count):
        _make_run(runs, number)
    words = "-m", "trasluz.cli", "runs", "list", str(runs)
    assert len(_python(*words).splitlines()) == count + 1
    assert _processor_seconds(*words) < limit


def test_import_takes_less_than_three_tenths_of_a_second() -> None:
    assert _quickest("-c", "import trasluz") < 0.3


def test_help_takes_less_than_half_a_second() -> None:
    assert _quickest("-m", "trasluz.cli", "--help") < 0.5
