"""``trasluz data``: looks at data before anything is trained on them."""

from __future__ import annotations

import typer

from trasluz.messages import N_

HELP = N_("Check data, preview augmentation, manage the cache.")
group = typer.Typer()
