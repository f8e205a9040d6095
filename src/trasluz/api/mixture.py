"""A mixture of Gaussians fitted to the codes of a run's training images (``look/latent/mixture.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trasluz.draws import Draws
from trasluz.errors import RequestError
from trasluz.look.latent.mixture import Mixture, fit
from trasluz.messages import _
from trasluz.reporting import Reporter

if TYPE_CHECKING:
    from trasluz.api.run import Run

_MOST_CODES = 20_000


def fit_mixture(run: Run, draws: Draws, reporter: Reporter) -> Mixture:
    """Fitted to the codes of the training images, at most 20,000 of them drawn at random.

    Fewer than ten components when there are few codes for that many numbers.

    Raises:
        RequestError: there are fewer than two training images.
    """
    rows = run.data.split("train")
    rows = rows[draws.permutation("mixture", 0, len(rows)).numpy()[:_MOST_CODES]]
    if len(rows) < 2:
        raise RequestError(_("A mixture of Gaussians needs at least two training images."))
    with reporter.task(_("Fitting a mixture of Gaussians to the codes")):
        return fit(run.encode(run.data.samples[rows]), draws)
