"""A run finds its data again: moved, copied with them, named anew; others are refused, and say in what they differ."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import trasluz as tz
from tests.cli.conftest import Command, command
from tests.conftest import ImageFolder
from tests.data.read.test_idx import write_idx
from trasluz.api import finding_command
from trasluz.errors import DataError, RequestError, RunError
from trasluz.files import write_bytes
from trasluz.findings.finding import Finding
from trasluz.runs.data_place import FILE, DataPlace, read_place, write_place

__all__ = ["command"]
QUICK = {"train.epochs": 1, "data.valid": 0.25, "compute.threads": 1}
RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (24, 12, 12), dtype=np.uint8)
LABELS = np.arange(24, dtype=np.uint8) % 2


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing is found that another test decoded; and no folder of data from outside."""
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("TRASLUZ_DATA", raising=False)


@pytest.fixture
def forget(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Another, empty cache from now on, as on another machine."""
    return lambda: monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path_factory.mktemp("another")))


def folder(place: Path) -> Path:
    for number, (picture, label) in enumerate(zip(PICTURES, LABELS, strict=True)):
        target = place / "photos" / ("cat", "dog")[label]
        target.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(target / f"{number:02}.png")
    return place / "photos"


def archive(place: Path) -> Path:
    whole = folder(place / "elsewhere")
    made = Path(shutil.make_archive(str(place / "photos"), "zip", whole))
    shutil.rmtree(place / "elsewhere")
    return made


def manifest(place: Path) -> Path:
    lines = [f"photos/{('cat', 'dog')[x]}/{i:02}.png,{('cat', 'dog')[x]}" for i, x in enumerate(LABELS)]
    folder(place)
    (place / "photos.csv").write_text("\n".join(["path,label", *lines]), encoding="utf-8")
    return place / "photos.csv"


def table(place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    rows = [f"{a:.4f},{b:.4f},{('cat', 'dog')[x]}" for (a, b), x in zip(RNG.normal(size=(24, 2)), LABELS, strict=True)]
    (place / "table.csv").write_text("\n".join(["a,b,kind", *rows]), encoding="utf-8")
    return place / "table.csv"


def npz(place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    np.savez(place / "arrays.npz", X=PICTURES, y=LABELS)
    return place / "arrays.npz"


def idx(place: Path) -> Path:
    (place / "idx").mkdir(parents=True)
    write_idx(place / "idx" / "train-images-idx3-ubyte", PICTURES)
    write_idx(place / "idx" / "train-labels-idx1-ubyte", LABELS)
    return place / "idx"


KINDS = (folder, archive, manifest, table, npz, idx)
Make = Callable[[Path], Path]


def trained(source: str | Path, runs: Path) -> tz.Run:
    if str(source).endswith("table.csv"):
        columns = {"data.target": "kind", "data.classes": [], "data.test": None}
        return tz.train("iris-mlp", data=source, set={**QUICK, **columns}, runs=runs)
    return tz.train("digits-cnn", data=source, set=QUICK, runs=runs)


@pytest.mark.parametrize("make", KINDS)
def test_copy_the_folder_and_the_copy_works(
    make: Make, tmp_path: Path, forget: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    source = make(here)
    monkeypatch.chdir(here)
    run = trained(source.relative_to(here), Path("runs"))
    expected, samples, splits = run.evaluate(), run.data.samples, run.data.splits
    hashed, name = run.recipe.hash, run.path.name

    shutil.copytree(here, tmp_path / "there")
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(here)
    forget()
    copy = tz.open_run(tmp_path / "there" / "runs" / name)
    np.testing.assert_array_equal(copy.data.samples, samples)
    assert {k: v.tolist() for k, v in copy.data.splits.items()} == {k: v.tolist() for k, v in splits.items()}
    assert copy.evaluate().metrics == expected.metrics
    assert copy.recipe.hash == hashed
    assert not (copy.path / FILE).exists()  # nobody had to say anything
    assert len(tz.resume(copy.path, set={"train.epochs": 2}).history) == 2


@pytest.mark.parametrize("make", KINDS)
def test_data_that_moved_are_said_once_and_remembered(
    make: Make, tmp_path: Path, forget: Callable[[], None], command: Command
) -> None:
    source = make(tmp_path / "here")
    run = trained(source, tmp_path / "runs")
    expected, recipe = run.evaluate().metrics, (run.path / "recipe.yaml").read_bytes()
    facts = (run.path / "run.json").read_bytes()
    (tmp_path / "here").rename(tmp_path / "there")
    moved = tmp_path / "there" / source.name
    forget()
    command("evaluate", run.path).must_refuse("are not in", str(tmp_path / "here"), "--data PLACE")
    answer = command("evaluate", run.path, "--data", moved, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["split"] == "valid"
    assert answer.json["metrics"] == pytest.approx(expected)
    assert read_place(run.path) == DataPlace.of(moved, run.path)
    assert command("evaluate", run.path, "--json").json["metrics"] == pytest.approx(expected)
    assert ((run.path / "recipe.yaml").read_bytes(), (run.path / "run.json").read_bytes()) == (recipe, facts)


@pytest.fixture
def run(tmp_path: Path) -> tz.Run:
    """A classifier of 24 photographs in ``here/photos``."""
    return trained(folder(tmp_path / "here"), tmp_path / "runs")


@pytest.fixture
def lost(run: tz.Run, tmp_path: Path, forget: Callable[[], None]) -> Path:
    """Its folder, after its photographs went to ``there/photos`` and what was decoded is gone."""
    (tmp_path / "here").rename(tmp_path / "there")
    forget()
    return run.path


@pytest.mark.parametrize("verb", ["evaluate", "look", "report", "resume"])
def test_every_verb_that_needs_the_data_takes_their_place(
    verb: str, lost: Path, tmp_path: Path, command: Command
) -> None:
    more = {"look": ("neighbours",), "resume": ("--set", "train.epochs=2")}.get(verb, ())
    words = [verb, lost, *more, "--data", tmp_path / "there" / "photos"]
    answer = command(*words)
    assert answer.code == 0, answer.err
    assert f"remembers that its data lie in {tmp_path / 'there' / 'photos'}" in answer.err
    assert len(tz.open_run(lost).data.samples) == 24


def test_commands_that_are_advised_name_the_place_of_data_that_moved(
    run: tz.Run, tmp_path: Path, forget: Callable[[], None], command: Command
) -> None:
    finding = Finding("note", "", "", "", "", settings=("train.epochs=2",))
    assert "--data" not in finding_command(run, finding)
    assert "yaml --data" not in run.report().read_text(encoding="utf-8")
    there = tmp_path / "over there" / "photos"
    (tmp_path / "here").rename(there.parent)
    forget()
    opened = tz.open_run(run.path, data=there)
    line = finding_command(opened, finding)
    assert shlex.split(line)[1:] == [
        "train",
        f"{run.path}/recipe.yaml",
        "--data",
        f"{there}",
        "--set",
        "train.epochs=2",
    ]
    assert f"recipe.yaml --data &#39;{there}&#39;" in opened.report().read_text(encoding="utf-8")
    answer = command(*shlex.split(line)[1:], "--runs", tmp_path / "again", "--json")
    assert answer.code == 0, answer.err


def test_python_takes_the_place_as_data(lost: Path, tmp_path: Path) -> None:
    there = tmp_path / "there" / "photos"
    with pytest.raises(DataError, match="say where they lie now with --data PLACE"):
        _ = tz.open_run(lost).data
    assert tz.open_run(lost, data=there).data.files == tz.open_run(lost).data.files
    (lost / FILE).unlink()
    assert tz.open_run(lost).look("neighbours", data=there).look == "neighbours"
    assert read_place(lost) is not None


def test_arrays_in_memory_are_given_again_where_a_run_is_opened(tmp_path: Path) -> None:
    made = tz.train("digits-cnn", data=(PICTURES, LABELS), set=QUICK, runs=tmp_path)
    with pytest.raises(DataError, match="arrays in memory"):
        _ = tz.open_run(made.path).data
    assert tz.open_run(made.path, data=(PICTURES, LABELS)).evaluate().count == made.info["splits"]["valid"]
    with pytest.raises(RunError, match="not the same ones"):
        tz.open_run(made.path, data=(255 - PICTURES, LABELS))


def test_the_place_is_found_by_name_in_folders_of_data(
    lost: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRASLUZ_DATA", str(tmp_path / "there"))
    assert len(tz.open_run(lost).data.samples) == 24


def test_decoded_images_are_found_by_their_fingerprint(run: tz.Run, tmp_path: Path) -> None:
    samples = run.data.samples
    shutil.rmtree(tmp_path / "here")
    np.testing.assert_array_equal(tz.open_run(run.path).data.samples, samples)


def test_an_archive_of_the_same_images_is_the_same_data(lost: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "other-name"), "tar", tmp_path / "there" / "photos")
    shutil.rmtree(tmp_path / "there")
    assert tz.open_run(lost, data=packed).data.fingerprint == tz.open_run(lost).info["fingerprint"]


def test_other_data_under_the_old_name_do_not_hide_the_right_ones(run: tz.Run, tmp_path: Path) -> None:
    (tmp_path / "here").rename(tmp_path / "there")
    write_place(run.path, DataPlace(str(tmp_path / "there" / "photos")))
    Image.fromarray(255 - PICTURES[0]).save(folder(tmp_path / "here") / "cat" / "00.png")
    assert tz.open_run(run.path).data.fingerprint == run.info["fingerprint"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("deleted", "23 samples instead of 24; 11 of cat instead of 12"),
        ("added", "25 samples instead of 24; 13 of cat instead of 12"),
        ("a class", "25 samples instead of 24; with the class fox, which is new"),
        ("one pixel", "as many samples of the same classes, but not the same ones"),
    ],
)
def test_data_changed_in_place_say_what_changed(change: str, words: str, run: tz.Run, tmp_path: Path) -> None:
    cats = tmp_path / "here" / "photos" / "cat"
    if change == "deleted":
        (cats / "00.png").unlink()
    elif change == "added":
        Image.fromarray(255 - PICTURES[0]).save(cats / "99.png")
    elif change == "a class":
        (cats.parent / "fox").mkdir()
        Image.fromarray(255 - PICTURES[0]).save(cats.parent / "fox" / "99.png")
    else:
        Image.fromarray(PICTURES[0] ^ 1).save(cats / "00.png")
    with pytest.raises(RunError, match="changed since this run was trained") as caught:
        _ = tz.open_run(run.path).data
    assert f": {words}; restore them" in str(caught.value)


def test_other_data_are_refused_and_not_remembered(
    lost: Path, tmp_path: Path, image_folder: ImageFolder, command: Command
) -> None:
    other = image_folder(("cat", "dog"), count=8)
    words = ("16 samples instead of 24", "12×12×3 instead of 12×12×1", "8 of cat instead of 12")
    command("report", lost, "--data", other).must_refuse(*words)
    answer = command("resume", lost, "--data", other)
    assert answer.code == 2
    assert all(word in answer.err for word in words)
    command("report", lost, "--data", tmp_path / "nowhere").must_refuse("no such data set, file or folder")
    assert read_place(lost) is None


def test_evaluating_other_data_needs_no_training_data(lost: Path, tmp_path: Path, image_folder: ImageFolder) -> None:
    found = tz.open_run(lost).evaluate(data=image_folder(("cat", "dog"), count=8))
    assert (found.split, found.count) == ("all", 16)
    assert found.baselines == {}
    assert any("No baselines stand beside these numbers" in note for note in found.notes)
    assert read_place(lost) is None
    whole = tz.open_run(lost, data=tmp_path / "there" / "photos")
    assert whole.evaluate("all", data=tmp_path / "there" / "photos").count == 24


def test_what_needs_no_training_data_never_asks_for_them(lost: Path, tmp_path: Path, command: Command) -> None:
    picture = next((tmp_path / "there" / "photos").rglob("*.png"))
    assert command("predict", lost, picture).code == 0
    assert command("look", lost, "saliency", picture).code == 0
    assert command("findings", lost).code == 0
    assert command("generate", lost).must_refuse("this model cannot generate") is None


def test_a_report_without_the_data_shows_what_was_kept(run: tz.Run, tmp_path: Path, forget: Callable[[], None]) -> None:
    run.evaluate()
    shutil.rmtree(tmp_path / "here")
    forget()
    page = tz.open_run(run.path).report().read_text(encoding="utf-8")
    assert "How good is it in every number?" in page
    assert "6 validation images" in page
    assert "say where they lie now with --data PLACE" in page
    shutil.rmtree(run.path / "looks")
    page = tz.open_run(run.path).report().read_text(encoding="utf-8")
    assert "Not evaluated: " in page
    assert "What was it trained on?" in page


def test_a_run_for_reading_only_works_and_says_that_it_forgets(
    lost: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        if path.is_relative_to(lost):
            raise PermissionError(13, "Permission denied", str(path))
        write_bytes(path, content)

    monkeypatch.setattr("trasluz.files.write_bytes", refuse)
    answer = command("look", lost, "saliency", tmp_path / "there/photos/cat/00.png", "--out", tmp_path / "x.html")
    assert answer.code == 0, answer.err
    opened = tz.open_run(lost, data=tmp_path / "there" / "photos")
    assert len(opened.data.samples) == 24
    assert not (lost / FILE).exists()


def test_a_damaged_place_is_a_lost_hint(run: tz.Run) -> None:
    for content in ("{", "[]", '{"absolute": 3}', json.dumps({"absolute": "/no\0where", "relative": "x\0"})):
        (run.path / FILE).write_text(content, encoding="utf-8")
        assert len(tz.open_run(run.path).data.samples) == 24


def test_a_run_of_a_runs_images_finds_its_generator_again(tmp_path: Path, forget: Callable[[], None]) -> None:
    maker = tz.train(
        "vae", data="digits", set={**QUICK, "data.limit": 200, "train.batch": 64}, runs=tmp_path / "a" / "runs"
    )
    detector = tz.train(
        "detector",
        data=f"run:{maker.path}",
        set={"data.generate": {"count": 40, "real": "own"}, "train.epochs": 1},
        runs=tmp_path / "a" / "detectors",
    )
    (tmp_path / "a").rename(tmp_path / "b")
    forget()
    there = tmp_path / "b" / "detectors" / detector.path.name
    assert len(tz.open_run(there).data.samples) == 80


def test_a_place_is_kept_absolute_and_relative(tmp_path: Path) -> None:
    place = DataPlace.of(tmp_path / "photos", tmp_path / "runs" / "one", "run:")
    assert place == DataPlace(f"run:{tmp_path}/photos", "run:../../photos")
    assert place.sources(tmp_path / "x" / "runs" / "one") == (f"run:{tmp_path}/photos", f"run:{tmp_path}/x/photos")


def test_a_wrong_request_stays_one(run: tz.Run) -> None:
    with pytest.raises(RequestError):
        tz.open_run(run.path, data="nothing-of-that-name")
