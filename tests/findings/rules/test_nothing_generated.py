from __future__ import annotations

from tests.findings.made import evidence, found, history, not_found, rebuilt

GAN = {"model": {"family": "gan"}}


def test_one_image_over_and_over() -> None:
    finding = found("nothing-generated", evidence(GAN, evaluation=rebuilt({"sample_std": 0.002, "real_std": 0.3})))
    assert finding.severity == "bad"
    assert finding.settings == ("train.optimiser.learning_rate=0.0005",)


def test_the_last_validation_will_do() -> None:
    found("nothing-generated", evidence(GAN, records=history(valid_sample_std=[0.2, 0.001], valid_real_std=[0.3, 0.3])))


def test_samples_that_differ_are_none() -> None:
    not_found("nothing-generated", evidence(GAN, evaluation=rebuilt({"sample_std": 0.2, "real_std": 0.3})))
    not_found("nothing-generated", evidence())


def test_what_is_advised_is_what_is_set() -> None:
    optimisers = {
        "train.optimisers": {
            "generator": {"name": "adam", "learning_rate": 0.002},
            "discriminator": {"name": "adam", "learning_rate": 0.0005},
        }
    }
    same = rebuilt({"sample_std": 0.002, "real_std": 0.3})
    slower = found("nothing-generated", evidence({**GAN, **optimisers}, evaluation=same))
    assert slower.settings == ("train.optimisers.discriminator.learning_rate=0.002",)
    assert "one learning rate for both" in slower.advice
    optimisers["train.optimisers"]["discriminator"]["learning_rate"] = 0.002
    even = found("nothing-generated", evidence({**GAN, **optimisers}, evaluation=same))
    assert even.settings == ("seed=1",)
    assert even.advice.startswith("Start anew from another seed")
