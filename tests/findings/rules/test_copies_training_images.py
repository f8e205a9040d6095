from __future__ import annotations

from tests.findings.made import evidence, found, judged, not_found


def test_more_samples_beside_training_images_than_new_images() -> None:
    assert found("copies-training-images", evidence(samples=judged(copies_share=0.06))).severity == "warn"
    finding = found("copies-training-images", evidence(samples=judged(copies_share=0.4)))
    assert finding.severity == "bad"
    assert finding.settings == ("train.epochs=5",)


def test_what_real_images_have_and_chance_are_none() -> None:
    not_found("copies-training-images", evidence(samples=judged(copies_share=0.012)))
    not_found("copies-training-images", evidence(samples=judged(copies_share=0.05, count=40)))
    not_found("copies-training-images", evidence())
