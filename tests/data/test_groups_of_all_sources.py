"""Groups by every door: folder, archive, manifest, table, ``.npz`` and arrays; splits keep each on one side."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Open
from tests.series import CLASSES, films, save
from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.data.opening import open_data
from trasluz.errors import DataError, RecipeError
from trasluz.recipe import DataSection

IMAGES, LABELS, FILM = films(10, 6)
NAMES = [f"{CLASSES[LABELS[row]]}/film {FILM[row]}/v{FILM[row]}_{row % 6}.png" for row in range(60)]


def _folder(place: Path) -> Path:
    save(place / "films", IMAGES, NAMES)
    return place / "films"


def _archive(place: Path) -> Path:
    with tarfile.open(place / "films.tar", "w") as archive:
        archive.add(_folder(place), "films")
    return place / "films.tar"


def _manifest(place: Path) -> Path:
    folder = _folder(place)
    (folder / "broken.png").write_bytes(b"no image")
    lines = [f"{NAMES[row]},{LABELS[row]},film {FILM[row]}" for row in range(60)]
    lines.insert(7, "broken.png,0,film 1")
    lines.insert(9, "gone.png,0,film 1")
    (folder / "list.csv").write_text("\n".join(["path,label,Film", *lines]), encoding="utf-8")
    return folder / "list.csv"


def _beside(place: Path) -> Path:
    names = [f"all/v{FILM[row]}_{row % 6}.png" for row in range(60)]
    save(place / "films", IMAGES, names)
    lines = [f"{names[row]},{LABELS[row]},film {FILM[row]}" for row in range(60)]
    (place / "films" / "labels.csv").write_text("\n".join(["file,label,Film", *lines]), encoding="utf-8")
    return place / "films"


def _table(place: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = [f"{rng.normal():.6f},{rng.normal():.6f},{LABELS[row]},film {FILM[row]}" for row in range(60)]
    (place / "table.csv").write_text("\n".join(["a,b,target,Film", *lines]), encoding="utf-8")
    return place / "table.csv"


def _npz(place: Path) -> Path:
    np.savez(place / "films.npz", X=IMAGES, y=LABELS, groups=np.array([f"film {number}" for number in FILM]))
    return place / "films.npz"


DOORS: list[tuple[Callable[[Path], Path], dict[str, object]]] = [
    (_folder, {"group": {"folder": 1}}),
    (_folder, {"group": {"pattern": "(v#)_"}}),
    (_archive, {"group": {"folder": 1}}),
    (_archive, {"group": {"pattern": "(v#)_"}}),
    (_manifest, {"group": "Film", "allow_unreadable": True}),
    (_manifest, {"group": {"pattern": "(v#)_"}, "allow_unreadable": True}),
    (_beside, {"group": "Film"}),
    (_table, {"group": "Film", "target": "target"}),
    (_npz, {}),
]


def _require_whole(data: Data, film: np.ndarray) -> None:
    """That ``film``, int ``[n]``, is what the data's groups are, and that no split cuts one."""
    assert data.groups is not None
    pairs = set(zip(film.tolist(), data.groups.tolist(), strict=True))
    assert len(pairs) == len(set(film.tolist())) == len(set(data.groups.tolist())) == 10
    sides = {(int(film[row]), name) for name, rows in data.splits.items() for row in rows}
    assert len(sides) == 10
    assert len(data.split("valid")) == 12
    assert data.audit["groups"]["across"] == {"train/valid": 0}


@pytest.mark.parametrize(("make", "fields"), DOORS)
def test_no_split_comes_between_samples_of_one_group(
    tmp_path: Path, opened: Open, make: Callable[[Path], Path], fields: dict[str, object]
) -> None:
    data = opened(make(tmp_path), valid=0.2, **fields)
    assert len(data.samples) == 60
    if data.files is not None and data.kind == "image":
        film = np.array([int(file.rsplit("/v", 1)[1].split("_")[0]) for file in data.files])
    else:
        film = FILM
    _require_whole(data, film)


@pytest.mark.parametrize(
    "groups", [FILM, FILM.tolist(), [f"film {number}" for number in FILM], FILM.astype(np.float32)]
)
def test_arrays_take_groups_as_scikit_learn_does(groups: object) -> None:
    raw = from_arrays(IMAGES, LABELS, groups=groups)  # type: ignore[arg-type]  # one of several kinds
    _require_whole(open_data(DataSection(source="arrays", valid=0.2), 0, arrays=raw), FILM)


def test_parts_of_arrays_have_groups_of_their_own() -> None:
    held = IMAGES[:6] + np.uint8(1)
    raw = from_arrays(IMAGES, LABELS, groups=FILM, test=(held, LABELS[:6], None, FILM[:6]))
    data = open_data(DataSection(source="arrays", valid=0.2), 0, arrays=raw)
    assert data.audit["groups"]["across"]["train/test"] + data.audit["groups"]["across"]["valid/test"] == 1


@pytest.mark.parametrize("groups", [FILM[:-1], FILM[:, None], [{}] * 60])
def test_groups_of_another_number_or_kind_are_refused(groups: object) -> None:
    with pytest.raises(DataError, match=r"groups \(train\)"):
        from_arrays(IMAGES, LABELS, groups=groups)  # type: ignore[arg-type]  # wrong on purpose


def test_a_group_column_of_a_table_is_no_feature(tmp_path: Path, opened: Open) -> None:
    data = opened(_table(tmp_path), valid=0.2, group="Film", target="target")
    assert data.features == ("a", "b")
    with pytest.raises(DataError, match=r"data\.group\.column: there is no column 'film'.*Did you mean Film\?"):
        opened(tmp_path / "table.csv", valid=0.2, group="film", target="target")


def test_the_order_of_rows_does_not_matter_to_what_was_decoded_before(tmp_path: Path, opened: Open) -> None:
    """The same decoded images serve with and without groups, and another column needs no decoding."""
    path = _manifest(tmp_path)
    plain = opened(path, allow_unreadable=True)
    grouped = opened(path, allow_unreadable=True, group="Film")
    assert plain.fingerprint == grouped.fingerprint
    assert plain.groups is None


def test_exact_copies_join_groups(opened: Open) -> None:
    images = IMAGES.copy()
    images[0] = images[59]  # of film 0 and of film 9
    raw = from_arrays(images, LABELS, groups=FILM)
    for seed in range(10):
        data = open_data(DataSection(source="arrays", valid=0.2), seed, arrays=raw)
        assert data.audit["groups"]["count"] == 9
        assert data.audit["exact_duplicates"]["across"] == {"train/valid": 0}


def test_given_splits_that_cut_groups_are_told_and_kept(tmp_path: Path, opened: Open) -> None:
    names = [
        f"{'valid' if row % 6 == 5 else 'train'}/{CLASSES[LABELS[row]]}/v{FILM[row]}_{row}.png" for row in range(60)
    ]
    save(tmp_path / "cut", IMAGES, names)
    data = opened(tmp_path / "cut", group={"pattern": "(v#)_"})
    assert data.audit["groups"]["across"] == {"train/valid": 10}
    assert len(data.split("valid")) == 10
    told = " ".join(audit_warnings(data.audit))
    assert "10 of 10 groups have both training and validation samples, because the source's own splits cut them" in told


def test_samples_without_a_group_are_told_and_alone(tmp_path: Path, opened: Open) -> None:
    save(tmp_path / "some", IMAGES, [f"v{FILM[r]}_{r}.png" if r < 54 else f"other{r}.png" for r in range(60)])
    data = opened(tmp_path / "some", valid=0.2, group={"pattern": "(v#)_"})
    assert data.audit["groups"]["alone"] == 6
    assert data.audit["groups"]["count"] == 9 + 6
    assert "6 samples have no name of a group" in " ".join(audit_warnings(data.audit))


def test_too_few_groups_say_so(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(
        RecipeError, match=r"data\.valid: each of the 2 groups holds all training samples of some class"
    ):
        opened(_folder(tmp_path), valid=0.2, group={"folder": 2})
    with pytest.raises(DataError, match=r"data\.group\.near_duplicates: .* holds no images"):
        opened("iris", valid=0.2, group={"near_duplicates": True})
