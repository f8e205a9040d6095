"""Wrong labels are a finding where they were planted, and none on the same data with their own labels."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.findings.made import evidence, found, not_found
from tests.look.looks.planted_labels import look, look_at_constants, look_at_one_of_a_class, with_wrong
from tests.look.made_subjects import digits

RULE = "mislabelled-suspects"


def test_planted_wrong_labels_are_found_with_how_many_of_them_are_expected_to_be_right() -> None:
    looked = look(with_wrong(0.1)[0])
    finding = found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": looked}))
    assert finding.numbers["suspects"] == looked.suspects > 0
    assert finding.numbers["false_alarms"] == looked.false_alarms
    assert "suspect" in finding.title
    assert "expected to be right" in finding.seen
    assert not finding.settings  # that label smoothing helps is not sure where it was measured: docs/label-noise.md


def test_clean_labels_are_not() -> None:
    not_found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": look(digits())}))


def test_nothing_is_said_of_a_share_that_hard_images_explain_nor_without_the_look() -> None:
    looked = look(with_wrong(0.1)[0])
    few = dataclasses.replace(looked, rate=np.array([0.02, 0.005, 0.04]))
    not_found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": few}))
    not_found(RULE, evidence())


def test_a_collapsed_network_and_a_class_of_one_image_make_nobody_suspect() -> None:
    for looked in (look_at_constants(), look_at_one_of_a_class()):
        not_found(RULE, dataclasses.replace(evidence(), looks={"wrong-labels": looked}))
