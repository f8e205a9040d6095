"""What a network made says so in its file, also where a look shows it on a page; what it was shown does not."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.look.looks.made_decoders import Mirror
from tests.look.looks.made_maps import made_subject
from tests.report.made_runs import make_run
from trasluz.data.read.provenance import is_marked
from trasluz.look import base
from trasluz.report.context import Context
from trasluz.report.looks import look_panels
from trasluz.reporting import Reporter


def test_tiles_that_were_made_carry_their_mark_onto_the_page(tmp_path: Path) -> None:
    options = {"pairs": 1, "steps": 2, "dimensions": 0, "grid": 0}
    found = base.compute("latent-walk", made_subject(family=Mirror()), None, options, Reporter())
    context = Context(make_run(tmp_path, "autoencoder"), {}, {found.look: found})
    assert "<img" in look_panels(context, found)
    marks = [is_marked(base64.b64decode(address.partition(",")[2])) for address in context.pictures]
    assert sorted(marks) == [False, False, True, True]  # both images, and what the decoder makes of their codes
