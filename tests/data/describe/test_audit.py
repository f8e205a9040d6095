"""The audit counts what was put there, and its warnings name it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from trasluz.data.data import Data
from trasluz.data.describe.audit import audit
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.data.describe.duplicates import exact_groups
from trasluz.data.read.decode import UNKNOWN
from trasluz.messages import _, language


def made(n: int = 60, size: tuple[int, int, int] = (12, 10, 3), **fields: Any) -> Data:
    """Noise images of two classes, the last third for validation."""
    values: dict[str, Any] = {
        "name": "made",
        "kind": "image",
        "samples": np.random.default_rng(0).integers(0, 256, (n, *size), dtype=np.uint8),
        "splits": {"train": np.arange(0, 2 * n // 3), "valid": np.arange(2 * n // 3, n)},
        "labels": np.arange(n) % 2,
        "classes": ("cat", "dog"),
        "files": tuple(f"{i}.png" for i in range(n)),
    }
    return Data(**{**values, **fields})


def test_counts_per_class_and_split_add_up_and_the_audit_is_plain_json() -> None:
    found = audit(made())
    assert found == json.loads(json.dumps(found))
    assert found["samples"] == 60
    assert found["splits"] == {"train": 40, "valid": 20}
    assert found["classes"] == {"cat": {"train": 20, "valid": 10}, "dog": {"train": 20, "valid": 10}}
    assert found["imbalance"] == 1
    assert found["shape"] == [12, 10, 3]
    assert found["sizes"] is None
    assert found["missing_classes"] == {}
    assert found["unlabelled"] == {"train": 0, "valid": 0}


def test_exact_copies_are_counted_within_and_across_splits_with_their_names() -> None:
    data = made()
    data.samples[[1, 2, 50, 51]] = data.samples[0]
    found = audit(data)["exact_duplicates"]
    assert found["within"] == {"train": 2, "valid": 1}
    assert found["across"] == {"train/valid": 2}
    assert found["examples"][0] == {"rows": [0, 50], "files": ["0.png", "50.png"], "splits": ["train", "valid"]}
    assert len(found["examples"]) == 4


def test_near_copies_are_counted_apart_from_exact_ones() -> None:
    data = made(size=(16, 16, 3))
    data.samples[50] = np.clip(data.samples[0].astype(int) + 1, 0, 255)
    data.samples[51] = data.samples[50]
    found = audit(data)
    assert found["near_duplicates"]["across"] == {"train/valid": 2}
    assert found["near_duplicates"]["within"] == {"train": 0, "valid": 0}
    assert found["exact_duplicates"]["across"] == {"train/valid": 0}
    example = found["near_duplicates"]["examples"][0]
    assert example["files"] == ["0.png", "50.png"]
    assert example["correlation"] > 0.995


def test_groups_that_are_known_are_used() -> None:
    data = made()
    data.samples[7] = data.samples[3]
    assert audit(data, groups=exact_groups(data.samples)) == audit(data)


def test_gaps_of_classes_and_labels_are_said() -> None:
    labels = np.zeros(60, int)
    labels[40:] = 2
    labels[:4] = -1
    found = audit(made(labels=labels, classes=("cat", "dog", "eel")))
    assert found["missing_classes"] == {"train": ["dog", "eel"], "valid": ["cat", "dog"]}
    assert found["unlabelled"] == {"train": 4, "valid": 0}
    said = " ".join(audit_warnings(found))
    assert "No training sample is of class dog, eel" in said
    assert "No validation sample is of class cat, dog" in said
    assert "4 of 40 training samples have no label" in said


def test_imbalance_is_of_training_images() -> None:
    labels = np.zeros(60, int)
    labels[:5] = 1
    found = audit(made(labels=labels))
    assert found["imbalance"] == 7
    assert any("7.0 times" in sentence and "data.balance" in sentence for sentence in audit_warnings(found))


def test_several_labels_per_image_are_counted_each() -> None:
    labels = np.zeros((60, 2), bool)
    labels[:, 0] = True
    labels[:10, 1] = True
    labels[59] = False
    found = audit(made(labels=labels))
    assert found["classes"] == {"cat": {"train": 40, "valid": 19}, "dog": {"train": 10, "valid": 0}}
    assert found["unlabelled"] == {"train": 0, "valid": 1}


def test_images_without_labels_say_nothing_of_classes() -> None:
    found = audit(made(labels=None, classes=(), files=None))
    assert (found["classes"], found["unlabelled"], found["missing_classes"], found["imbalance"]) == ({}, {}, {}, None)
    assert not any("class" in sentence for sentence in audit_warnings(found))


def test_blank_images_are_found_whatever_their_colour() -> None:
    data = made()
    data.samples[3] = 0
    data.samples[4] = np.array([10, 200, 30])
    found = audit(data)
    assert found["constant"] == {"count": 2, "examples": ["3.png", "4.png"]}
    assert any("single colour: 2, 3.png, 4.png" in sentence for sentence in audit_warnings(found))


def test_sizes_of_the_originals_are_summed_up() -> None:
    sizes = np.array([[10, 20], [30, 40], [30, 40], [5, 5], [100, 50]])
    assert audit(made(), original_sizes=sizes)["sizes"] == {
        "smallest": [5, 5],
        "median": [30, 40],
        "largest": [100, 50],
        "most_common": [30, 40],
        "most_common_count": 2,
        "distinct": 4,
    }


def test_near_copies_within_a_split_are_told_to_people() -> None:
    data = made(size=(16, 16, 3))
    data.samples[7] = np.clip(data.samples[0].astype(int) + 1, 0, 255)
    said = " ".join(audit_warnings(audit(data)))
    assert "2 of 40 training samples are nearly the same as another training sample" in said
    assert "nearly" not in " ".join(audit_warnings(audit(made(size=(16, 16, 3)))))


def test_reasons_are_kept_in_english_and_said_in_the_language_of_the_page() -> None:
    found = audit(made(), unreadable=[("a.png", UNKNOWN), ("b.png", "an older run's own words {")])
    assert found["unreadable"]["files"][0]["reason"] == UNKNOWN
    with language("es"):
        (sentence,) = [each for each in audit_warnings(found) if "a.png" in each]
    assert _spanish(UNKNOWN) in sentence
    assert UNKNOWN not in sentence
    assert "older run's own words {" in sentence


def _spanish(text: str) -> str:
    with language("es"):
        return _(text)


def test_unreadable_files_are_listed_to_a_limit_and_counted_without_one() -> None:
    lost = [(f"{i}.jpg", "truncated") for i in range(150)]
    found = audit(made(), unreadable=lost)
    assert found["unreadable"]["count"] == 150
    assert len(found["unreadable"]["files"]) == 100
    sentence = audit_warnings(found)[0]
    assert "150, 0.jpg (truncated)" in sentence
    assert "and 145 more" in sentence


@pytest.mark.parametrize("size", [(1, 1, 1), (3, 3, 1), (4, 4, 4)])
def test_tiny_images_and_one_image_can_be_audited(size: tuple[int, int, int]) -> None:
    assert audit(made(3, size))["samples"] == 3
    one = audit(made(1, size, splits={"train": np.arange(1)}, labels=np.zeros(1, int), classes=("cat",)))
    assert one["constant"]["count"] == 0
    assert any("one class" in sentence for sentence in audit_warnings(one))


def test_tables_are_audited_for_exact_copies_only() -> None:
    table = np.random.default_rng(0).random((60, 5), dtype=np.float32)
    table[50] = table[0]
    found = audit(made(kind="table", samples=table))
    assert found["exact_duplicates"]["across"] == {"train/valid": 1}
    assert found["near_duplicates"]["across"] == {"train/valid": 0}


def test_small_splits_come_with_their_uncertainty_and_clean_large_ones_with_silence() -> None:
    assert any("There are only 20 validation samples" in s and "22 points" in s for s in audit_warnings(audit(made())))
    large = made(900, (6, 6, 1))
    assert audit_warnings(audit(large)) == []
