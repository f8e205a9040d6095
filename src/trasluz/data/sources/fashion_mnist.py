"""``fashion-mnist``: 60,000 + 10,000 grey pictures of clothing, 28×28 (Xiao, Rasul & Vollgraf 2017; Zalando, MIT)."""

from __future__ import annotations

from trasluz.data.read.catalogue import (
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    Entry,
    fetch_files,
    find_files,
)
from trasluz.data.read.idx import read_parts
from trasluz.data.read.raw import Raw
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "fashion-mnist"
ENTRY = Entry(
    name=NAME,
    sha256={
        TRAIN_IMAGES: "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
        TRAIN_LABELS: "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
        TEST_IMAGES: "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
        TEST_LABELS: "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    },
    mirrors=(
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    package="dataset-fashion-mnist",
    class_names=dict(
        enumerate(
            ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
        )
    ),
)


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Train, then test; the test split is given."""
    found = find_files(ENTRY)
    parts = found if isinstance(found, list) else fetch_files(ENTRY, reporter)
    return read_parts(parts, NAME, ENTRY.class_names)
