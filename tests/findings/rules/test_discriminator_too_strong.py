from __future__ import annotations

from tests.findings.made import evidence, found, history, not_found

GAN = {"model": {"family": "gan"}}


def test_all_told_apart_in_the_last_epochs() -> None:
    records = history(valid_real_accuracy=[0.7, 0.97, 0.98, 0.99], valid_generated_accuracy=[0.6, 0.99, 0.98, 1.0])
    finding = found("discriminator-too-strong", evidence(GAN, records=records))
    assert finding.numbers == {"real_accuracy": 0.99, "generated_accuracy": 1.0}


def test_one_with_augmentation_and_a_rate_of_its_own_is_slowed() -> None:
    own = {"discriminator": {"learning_rate": 0.002}, "generator": {"learning_rate": 0.002}}
    set_ = {"model": {"family": "gan", "diff_augment": ["cutout"]}, "train.optimisers": own}
    records = history(valid_real_accuracy=[0.99] * 3, valid_generated_accuracy=[0.99] * 3)
    finding = found("discriminator-too-strong", evidence(set_, records=records))
    assert finding.settings == ("train.optimisers.discriminator.learning_rate=0.001",)


def test_a_swing_and_an_even_game_are_none() -> None:
    swing = history(valid_real_accuracy=[0.7, 0.6, 0.99], valid_generated_accuracy=[0.6, 0.7, 0.99])
    not_found("discriminator-too-strong", evidence(GAN, records=swing))
    even = history(valid_real_accuracy=[0.7] * 4, valid_generated_accuracy=[0.6] * 4)
    not_found("discriminator-too-strong", evidence(GAN, records=even))
    not_found("discriminator-too-strong", evidence())
