from __future__ import annotations

import pytest

from tests.findings.made import audit, evidence, found, not_found


def _copies(valid: int, kind: str = "exact_duplicates") -> dict[str, object]:
    return audit(**{kind: {"within": {}, "across": {"train/valid": valid, "train/test": 0}, "examples": []}})


@pytest.mark.parametrize("kind", ["exact_duplicates", "near_duplicates"])
def test_copies_across_splits(kind: str) -> None:
    finding = found("leakage", evidence(audit=_copies(20, kind)))
    assert finding.severity == "warn"
    assert finding.numbers["share"] == 0.02
    assert "validation" in finding.seen


def test_many_copies_are_grave() -> None:
    assert found("leakage", evidence(audit=_copies(200))).severity == "bad"


def test_samples_that_are_alike_by_nature_are_a_remark() -> None:
    pairs = {"within": {}, "across": {"train/valid": 200}, "copies": {"train/valid": 1}, "examples": []}
    finding = found("leakage", evidence(audit=audit(near_duplicates=pairs)))
    assert finding.severity == "note"
    assert finding.numbers["alike"] == 200
    not_found("leakage", evidence(audit=audit(near_duplicates={**pairs, "across": {"train/valid": 20}})))
    copied = audit(near_duplicates={**pairs, "copies": {"train/valid": 200}})
    assert found("leakage", evidence(audit=copied)).severity == "bad"


def test_clean_data_a_copy_or_two_and_unknown_data_are_none() -> None:
    not_found("leakage", evidence())
    not_found("leakage", evidence(audit=_copies(2)))
    not_found("leakage", evidence(audit=None))


def test_duplicates_planted_across_splits_are_found_by_the_audit_and_the_rule() -> None:
    import numpy as np

    from trasluz.data.data import Data
    from trasluz.data.describe.audit import audit as look_at

    images = np.random.default_rng(0).integers(0, 256, (120, 8, 8, 1), dtype=np.uint8)
    images[100:110] = images[:10]
    data = Data(
        name="made",
        samples=images,
        kind="image",
        splits={"train": np.arange(100), "valid": np.arange(100, 120), "test": np.arange(0)},
    )
    assert found("leakage", evidence(audit=look_at(data))).numbers["copies"] == 10
