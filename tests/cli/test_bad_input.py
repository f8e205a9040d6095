"""Bad input at the command line: a wrong request ends with exit code 2 and one sentence, before any work starts."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import QUICK, Answer, Command
from tests.conftest import ImageFolder


def _train(command: Command, source: object, *more: str, recipe: str = "digits-cnn") -> Answer:
    return command(
        "train", recipe, "--data", str(source), "--set", "train.epochs=1", "--set", "data.size=16", "--no-report", *more
    )


# --- recipes


@pytest.mark.parametrize("verb", [("train",), ("recipes", "show")])
def test_an_unknown_recipe_is_answered_with_the_nearest(command: Command, verb: tuple[str, ...]) -> None:
    command(*verb, "digits-cn").must_refuse("digits-cn", "Did you mean digits-cnn", "trasluz recipes")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("train.epoch=3", ("train.epoch", "Did you mean epochs?")),
        ("data.augment.rotate=3", ("data.augment.rotate", "Did you mean rotation?")),
        ("train.optimiser.learning_rat=3", ("train.optimiser.learning_rat", "Did you mean learning_rate?")),
        ("model.famly=classifier", ("model.famly",)),
        ("model.family=clasifier", ("clasifier", "Did you mean classifier?")),
        ("model.network.name=residul", ("residul", "Did you mean residual?")),
        ("train.epochs=0", ("train.epochs", "0")),
        ("train.epochs=many", ("train.epochs", "many")),
        ("train.optimiser.learning_rate=-1", ("train.optimiser.learning_rate", "-1")),
        ("train.optimiser.learning_rate=.nan", ("train.optimiser.learning_rate",)),
        ("data.valid=last none", ("data.valid",)),
        ("compute.device=tpu", ("compute.device", "tpu")),
        ("train.epochs", ("--set train.epochs",)),
        ("train.epochs=[1", ("--set train.epochs=[1",)),
        ("seed.x=1", ("seed",)),
    ],
)
def test_an_unknown_field_or_value_is_named(command: Command, change: str, words: tuple[str, ...]) -> None:
    command("train", "digits-cnn", "--set", change).must_refuse(*words)
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--device", "tpu"), ("--precision", "int4"), ("--devices", "0"), ("--seed", "-1"), ("--seeds", "0")],
)
def test_an_option_with_a_value_that_is_not_allowed_is_named(command: Command, option: str, value: str) -> None:
    command("train", "digits-cnn", option, value).must_refuse(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train: {epochs: 3", ("not YAML",)),
        ("a: b: c", ("not YAML", "line 1")),
        ("- one\n- two", ("mapping", "list")),
        ("", ("mapping",)),
        ("version: 99", ("version", "99", "upgrade")),
        ("version: new", ("version", "new")),
        ("train: 3", ("train", "3")),
        ("!!python/object/apply:os.system [true]", ("not YAML",)),
        ("phases: [{name: a}, {name: a}]", ("phases",)),
    ],
)
def test_a_file_that_is_no_recipe_says_why(command: Command, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    command("train", "mine.yaml").must_refuse(*words)


def test_a_recipe_that_is_not_text_says_so(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"\xff\xfe\x00\x01")
    command("train", "mine.yaml").must_refuse("mine.yaml")


# --- data that cannot be trained on


@pytest.mark.parametrize("source", ["fashion-mnits", "digit"])
def test_an_unknown_source_is_answered_with_the_nearest(command: Command, source: str) -> None:
    command("data", "check", source).must_refuse(source, "Did you mean")


def test_a_path_that_does_not_exist_is_named(command: Command) -> None:
    _train(command, "photos/nowhere").must_refuse("photos/nowhere")


def test_an_empty_folder_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _train(command, "empty").must_refuse("empty")


def test_a_folder_without_images_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("a")
    _train(command, "texts").must_refuse("texts")


def test_one_class_is_no_task_for_a_classifier(command: Command, image_folder: ImageFolder) -> None:
    _train(command, image_folder(classes=("cat",))).must_refuse("class", "cat")


def test_images_without_classes_are_no_task_for_a_classifier(command: Command, image_folder: ImageFolder) -> None:
    _train(command, image_folder(classes=("",))).must_refuse("label")


def test_a_single_image_cannot_be_split(command: Command, image_folder: ImageFolder) -> None:
    folder = image_folder(classes=("cat",), count=1)
    _train(command, folder, recipe="digits-autoencoder").must_refuse("data.", "1 training samples")


def test_a_class_that_only_the_test_part_has_is_named(
    command: Command, image_folder: ImageFolder, tmp_path: Path
) -> None:
    image_folder(name="photos/train")
    image_folder(classes=("cat", "dog", "fox"), name="photos/test")
    found = command("data", "check", tmp_path / "photos")
    assert found.code == 0
    assert "No training sample is of class fox" in found.out


def test_what_was_passed_over_is_told_before_training_and_by_the_report(
    command: Command, image_folder: ImageFolder, tmp_path: Path
) -> None:
    folder = image_folder()
    (folder / "cat" / "@eaDir").mkdir()
    for name in ("notes.txt", "cat/film.mov", "dog/Thumbs.db"):
        (folder / name).write_bytes(b"?")
    told = ("ignored: 3 (", ".mov 1", "not looked into: 1 (@eaDir)")
    checked = command("data", "check", folder).out
    trained = _train(command, folder)
    assert trained.code == 0
    assert command("report", next((tmp_path / "runs").iterdir())).code == 0
    page = next((tmp_path / "runs").glob("*/report.html")).read_text(encoding="utf-8")
    for words in told:
        assert words in checked
        assert words in trained.out + trained.err
        assert words in page


def test_folders_that_can_be_parts_or_classes_are_asked_about(command: Command, image_folder: ImageFolder) -> None:
    folder = image_folder(name="photos/north").parent
    image_folder(name="photos/south")
    settings = "--set data.splits.train=north --set data.splits.test=south"
    _train(command, folder).must_refuse(settings, "data.class_folder=outer", "data.class_folder=inner")
    assert _train(command, folder, *settings.split()).code == 0


@pytest.mark.parametrize("content", [b"", b"not an image at all", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_image_is_named_with_its_reason(
    command: Command, image_folder: ImageFolder, content: bytes
) -> None:
    folder = image_folder()
    (folder / "cat" / "broken.png").write_bytes(content)
    _train(command, folder).must_refuse("broken.png", "allow_unreadable")
    checked = command("data", "check", folder)
    assert checked.code == 0
    assert checked.out.count("broken.png") == 1
    assert "training refuses data with such files" in checked.out
    allowed = command("data", "check", folder, "--set", "data.allow_unreadable=true").out
    assert allowed.count("broken.png") == 1
    assert "were left out" in allowed
    assert _train(command, folder, "--set", "data.allow_unreadable=true").code == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_image_is_named(command: Command, image_folder: ImageFolder, kind: str) -> None:
    folder = image_folder()
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(buffer, kind)
    (folder / "cat" / f"half.{kind.lower()}").write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    _train(command, folder).must_refuse(f"half.{kind.lower()}")


def test_a_bomb_is_refused_before_it_is_unpacked(command: Command, image_folder: ImageFolder) -> None:
    folder = image_folder()
    (folder / "cat" / "bomb.png").write_bytes(_png_bomb(30_000))
    _train(command, folder).must_refuse("bomb.png", "pixels")


def test_links_that_loop_do_not_hang(command: Command, image_folder: ImageFolder) -> None:
    folder = image_folder()
    (folder / "cat" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "cat" / "self.png").symlink_to(folder / "cat" / "self.png")
    assert command("data", "check", folder).code in (0, 2)


@pytest.mark.parametrize("member", ["../outside.png", "/tmp/trasluz-outside.png"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_whose_members_climb_out_writes_nothing_outside(
    command: Command, tmp_path: Path, kind: str, member: str
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    archive = tmp_path / "inside" / f"photos.{kind}"
    archive.parent.mkdir()
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr(member, buffer.getvalue())
    else:
        with tarfile.open(archive, "w") as packed:
            info = tarfile.TarInfo(member)
            info.size = len(buffer.getvalue())
            packed.addfile(info, io.BytesIO(buffer.getvalue()))
    command("data", "check", archive).must_refuse("photos")
    assert not (tmp_path / "outside.png").exists()
    assert not Path("/tmp/trasluz-outside.png").exists()


@pytest.mark.parametrize(
    "content", [struct.pack(">II", 0xDEAD, 3) + b"abc", struct.pack(">IIII", 0x803, 9, 28, 28) + b"short", b"\0"]
)
def test_idx_with_a_wrong_magic_or_a_short_body_is_refused(command: Command, tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "idx"
    folder.mkdir()
    for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"):
        (folder / name).write_bytes(gzip.compress(content))
    _train(command, folder).must_refuse("idx")


def test_pickled_objects_in_npz_are_never_loaded(command: Command, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", X=np.array([{"a": 1}, None], dtype=object), y=np.array([0, 1]))
    _train(command, "data.npz").must_refuse("data.npz")


def test_a_manifest_that_names_missing_files_says_which(command: Command, image_folder: ImageFolder) -> None:
    folder = image_folder()
    lines = ["path,label", "images/cat/000.png,cat", "images/dog/000.png,dog", "images/dog/lost.png,dog"]
    manifest = folder.parent / "photos.csv"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    _train(command, manifest).must_refuse("lost.png")


# --- data that look odd and are fine


@pytest.mark.parametrize(
    ("mode", "ending"),
    [("I;16", "png"), ("P", "png"), ("1", "png"), ("CMYK", "jpg"), ("RGBA", "png"), ("L", "png"), ("P", "gif")],
)
def test_unusual_kinds_of_images_are_read(command: Command, image_folder: ImageFolder, mode: str, ending: str) -> None:
    folder = image_folder()
    picture = Image.new("RGB", (20, 10), (200, 30, 90))
    odd = Image.fromarray(np.full((10, 20), 40_000, np.uint16)) if mode == "I;16" else picture.convert(mode)
    odd.save(folder / "dog" / f"odd.{ending}")
    assert json.loads(command("data", "check", folder, "--json").out)["unreadable"]["count"] == 0


def test_animated_and_rotated_pictures_and_odd_names_are_read(command: Command, image_folder: ImageFolder) -> None:
    folder = image_folder(classes=("año nuevo", "ünïcödé & spaces"))
    frames = [Image.new("P", (9, 9), shade) for shade in (0, 200)]
    frames[0].save(folder / "año nuevo" / "two frames.gif", save_all=True, append_images=frames[1:])
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (16, 8)).save(folder / "año nuevo" / "acostada á.jpg", exif=exif)
    found = json.loads(command("data", "check", folder, "--json").out)
    assert found["unreadable"]["count"] == 0


@pytest.mark.parametrize("labels", [["a", "b"], [-1, 7], [10, 1000]])
def test_labels_of_any_kind_are_classes(command: Command, tmp_path: Path, labels: list[object]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 12, 12), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", X=pixels, y=np.array(labels * 20))
    assert _train(command, "data.npz").code == 0


# --- runs


VERBS = [("evaluate",), ("report",), ("resume",), ("runs", "delete", "--yes")]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("path", ["nowhere", "."])
def test_what_is_no_run_is_refused(command: Command, verb: tuple[str, ...], path: str) -> None:
    command(*verb, path).must_refuse(path)


@pytest.mark.parametrize("verb", [*VERBS[:3], ("predict",)])
@pytest.mark.parametrize("name", ["run.json", "recipe.yaml"])
def test_a_run_that_lacks_a_file_says_which(
    command: Command, classifier: Path, tmp_path: Path, verb: tuple[str, ...], name: str
) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    (run / name).unlink()
    command(*verb, run, *(["x.png"] if verb == ("predict",) else [])).must_refuse(name)


@pytest.mark.parametrize("name", ["weights.safetensors", "config.json", "preprocess.json"])
def test_a_run_without_its_model_says_what_to_do(command: Command, classifier: Path, tmp_path: Path, name: str) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    (run / "model" / name).unlink()
    command("predict", run, "x.png").must_refuse(name, "resume")


def test_a_damaged_model_is_noticed(command: Command, classifier: Path, tmp_path: Path) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    (run / "model" / "weights.safetensors").write_bytes(b"\0" * 100)
    command("evaluate", run).must_refuse("damaged")


@pytest.mark.parametrize("verb", VERBS[:3])
def test_a_run_of_a_newer_version_says_to_upgrade(
    command: Command, classifier: Path, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps({**info, "format": 99}), encoding="utf-8")
    command(*verb, run).must_refuse("99", "upgrade")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "new"}'])
def test_a_damaged_run_file_is_noticed(command: Command, classifier: Path, tmp_path: Path, text: str) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    (run / "run.json").write_text(text, encoding="utf-8")
    command("evaluate", run).must_refuse("run.json")


def test_a_runs_folder_that_cannot_be_written_is_one_sentence(command: Command, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    # root may write anywhere but there.
    folder = Path("/proc/sys") if os.geteuid() == 0 else locked
    command("train", "digits-cnn", *QUICK, "--runs", folder / "runs").must_refuse(str(folder))


def test_a_runs_folder_that_is_a_file_is_one_sentence(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command("train", "digits-cnn", *QUICK, "--runs", "file").must_refuse("file")


def test_a_split_that_is_not_there_is_answered_with_those_that_are(command: Command, classifier: Path) -> None:
    command("evaluate", classifier, "--split", "tset").must_refuse("tset", "valid")


def test_images_that_do_not_exist_are_named(command: Command, classifier: Path) -> None:
    command("predict", classifier, "nowhere.png").must_refuse("nowhere.png")


def test_predictions_are_written_only_in_formats_that_exist(
    command: Command, classifier: Path, image_folder: ImageFolder
) -> None:
    command("predict", classifier, image_folder(), "--out", "p.xlsx").must_refuse("p.xlsx", ".csv")


def test_a_capability_that_the_model_lacks_is_answered_with_those_it_has(
    command: Command, classifier: Path, autoencoder: Path, image_folder: ImageFolder
) -> None:
    folder = image_folder()
    command("reconstruct", classifier, folder).must_refuse("reconstruct", "predict")
    command("predict", autoencoder, folder).must_refuse("classify", "reconstruct")


def test_a_resumed_run_keeps_its_model_and_data(command: Command, classifier: Path, tmp_path: Path) -> None:
    run = shutil.copytree(classifier, tmp_path / "copy")
    command("resume", run, "--set", "model.label_smoothing=0.3").must_refuse("resume")


def _png_bomb(side: int) -> bytes:
    """A valid, tiny PNG of ``side`` × ``side`` one-bit pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (side // 8 + 1)) for _row in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
