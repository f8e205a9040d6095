"""Wrong labels are a finding where they were planted, and none on the same data with their own labels."""

from __future__ import annotations

import dataclasses

from tests.findings.made import evidence, found, not_found
from tests.look.looks.planted_labels import look, with_wrong
from tests.look.made_subjects import digits

RULE = "mislabelled-suspects"


def test_planted_wrong_labels_are_found() -> None:
    looked = look(with_wrong(0.08)[0])
    finding = found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": looked}))
    assert finding.numbers["surest"] == 100
    assert finding.numbers["surest_wrong"] == looked.surest_wrong > 0
    assert f"{looked.suspects} of 1" in finding.seen


def test_clean_labels_are_not() -> None:
    not_found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": look(digits())}))


def test_a_handful_of_images_proves_nothing_and_without_the_look_nothing_is_said() -> None:
    few = dataclasses.replace(look(with_wrong(0.08)[0]), surest=20, surest_wrong=10)
    not_found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": few}))
    not_found(RULE, evidence())
