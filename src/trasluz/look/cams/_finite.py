"""What methods that decompose a layer's outputs need: a matrix with a NaN in it has no singular vectors."""

from __future__ import annotations

from torch import Tensor

from trasluz.errors import DataError
from trasluz.messages import _


def need_finite(outputs: Tensor) -> Tensor:
    """``outputs`` themselves.

    Raises:
        DataError: some are not finite.
    """
    if not bool(outputs.isfinite().all()):
        raise DataError(
            _("For some images the layer gives no finite numbers, so that its outputs have no principal direction.")
        )
    return outputs
