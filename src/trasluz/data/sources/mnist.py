"""``mnist``: 60,000 + 10,000 handwritten digits, 28×28 grey (LeCun, Cortes & Burges 1998), as IDX or as PNG files."""

from __future__ import annotations

from pathlib import Path

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
from trasluz.data.read.raw import Given
from trasluz.data.sources.archive import archive_files
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "mnist"
ENTRY = Entry(
    name=NAME,
    sha256={
        TRAIN_IMAGES: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        TRAIN_LABELS: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        TEST_IMAGES: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        TEST_LABELS: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    archive="mnist-png.tar.gz",
)


def open_named(section: DataSection, reporter: Reporter) -> Given:
    """Train, then test; the test split is given. In a place with both, IDX files win over PNG files."""
    found = find_files(ENTRY)
    if isinstance(found, Path):
        return archive_files(found, NAME, section)
    return read_parts(found or fetch_files(ENTRY, reporter), NAME)
