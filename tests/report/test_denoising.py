"""A denoiser's page shows what it makes of noise: the records of an evaluation end there as a strip of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.report.made_runs import autoencoder_evaluation, make_run
from trasluz.data.feed.batch import Batch
from trasluz.evaluation.records import Records
from trasluz.report import write_report


def test_records_keep_the_first_images_of_the_first_batch_only() -> None:
    records = Records()
    for start in (0, 20):
        clean = torch.full((20, 1, 4, 4), 0.5 if start == 0 else 0.9)
        records.begin(Batch(clean, clean, torch.arange(20)), start)
        records.add("noisy_originals", clean, keep="first images")
        records.add("noisy_inputs", clean + 10, keep="first images")
        records.add("noisy_reconstructions", clean - 10, keep="first images")
        records.add("noisy_sequences", clean.flatten(1), keep="first images")
    assert {name: images.shape for name, images in records.images.items()} == dict.fromkeys(
        ("noisy_originals", "noisy_inputs", "noisy_reconstructions"), (12, 4, 4, 1)
    )
    assert np.unique(records.images["noisy_originals"]).tolist() == [128]
    assert np.unique(records.images["noisy_inputs"]).tolist() == [255]
    assert np.unique(records.images["noisy_reconstructions"]).tolist() == [0]
    assert not records.arrays()


@pytest.mark.parametrize("noisy", [False, True])
def test_the_page_shows_noise_only_where_it_was_recorded(noisy: bool, tmp_path: Path) -> None:
    evaluation = autoencoder_evaluation()
    images = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(3, 4, 4, 1)
    names = ("noisy_originals", "noisy_inputs", "noisy_reconstructions")
    if noisy:
        evaluation.examples.update({name: images + 60 * place for place, name in enumerate(names)})
    folder = make_run(tmp_path, "autoencoder")
    page = write_report(folder, {"test": evaluation}, "en").read_text(encoding="utf-8")
    assert page.count('alt="With noise"') == (3 if noisy else 0)
