from __future__ import annotations

from tests.findings.made import evidence, found, judged, not_found, rebuilt

GAN = {"model": {"family": "gan"}}


def test_a_class_that_is_hardly_made() -> None:
    finding = found("mode-collapse", evidence(GAN, samples=judged([0.33, 0.33, 0.33, 0.01])))
    assert finding.severity == "bad"
    assert "hardly any d" in finding.seen
    assert finding.settings == ("train.epochs=20",)  # augmentation, a penalty and a lower rate helped no run of the zoo
    assert "conditional" in finding.advice


def test_a_model_without_a_discriminator_is_told_something_else() -> None:
    finding = found("mode-collapse", evidence({"model": {"family": "vae"}}, samples=judged([0.33, 0.33, 0.33, 0.01])))
    assert "discriminator" not in finding.advice
    assert finding.settings == ()


def test_half_of_the_variety_left_out() -> None:
    assert found("mode-collapse", evidence(GAN, samples=judged(coverage=0.3))).severity == "warn"


def test_even_classes_and_too_few_samples_to_tell_are_none() -> None:
    not_found("mode-collapse", evidence(GAN, samples=judged([0.3, 0.25, 0.25, 0.2])))
    not_found("mode-collapse", evidence(GAN, samples=judged([0.4, 0.3, 0.3, 0.0], count=20)))
    not_found("mode-collapse", evidence())


def test_a_generator_of_few_numbers_is_given_more() -> None:
    line = {"model": {"family": "gan", "latent": 1}}
    finding = found("mode-collapse", evidence(line, samples=judged([0.33, 0.33, 0.33, 0.01])))
    assert finding.settings == ("model.latent=16",)
    assert "than 1" in finding.advice


def test_draws_from_a_prior_that_the_codes_do_not_follow_are_told_to_weigh_it_more() -> None:
    loose = evidence(
        {"model": {"family": "vae"}},
        samples=judged(coverage=0.3),
        evaluation=rebuilt({"active_units": 6, "effective_beta": 0.0001}),
    )
    assert "more" in found("mode-collapse", loose).advice
