from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasluz.draw import names


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("valid/accuracy", 0.9667, "96.7\u202f%"),
        ("accuracy", 0.99434, "99.43\u202f%"),
        ("accuracy", 1.0, "100.0\u202f%"),
        ("psnr", 19.123, "19.1\u202fdB"),
        ("mse", 0.012345, "0.0123"),
        ("mse", 1.2e-6, "1.20·10⁻⁶"),
        ("loss", 12345.6, "12\u202f346"),
        ("support", 1437.0, "1\u202f437"),
        ("loss", math.nan, "–"),
        ("loss", -math.inf, "−∞"),
        ("loss", 0.0, "0"),
        ("loss", -0.5, "−0.500"),
    ],
)
def test_numbers_come_with_units_and_sensible_digits(key: str, value: float, text: str) -> None:
    assert names.metric_value(key, value) == text


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_every_positive_number_can_be_written_and_keeps_its_size(value: float) -> None:
    text = names.significant(value).replace(names.THIN, "")
    if "·10" not in text:
        assert float(text) == pytest.approx(value, rel=6e-3)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.84, "0.8 s"), (45.2, "45 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_spans_of_time_read_as_people_say_them(seconds: float, text: str) -> None:
    assert names.duration(seconds).replace(names.THIN, " ").replace(names.NO_BREAK, " ") == text


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("valid/mse", "Mean squared error"),
        ("mse", "Mean squared error"),
        ("train/generator/loss", "Loss (generator)"),
        ("discriminator/real", "Error on real images (discriminator)"),
        ("valid/some_thing", "Some thing"),
    ],
)
def test_a_metric_says_what_it_is_and_whose(key: str, name: str) -> None:
    assert names.metric_name(key) == name


def test_differences_of_shares_are_points_and_others_have_their_unit() -> None:
    shares = {0.0012: "+0.1", -0.0331: "−3.3", 0.00042: "+0.04", 0.0: "0.0", -0.00001: "0.00", 1.0: "+100.0"}
    for value, text in shares.items():
        assert names.metric_difference("valid/accuracy", value) == text
    assert names.metric_difference("psnr", 0.54) == "+0.5\u202fdB"
    assert names.metric_difference("mse", -0.0123) == "−0.0123"
    assert names.metric_difference("accuracy", float("nan")) == "–"
