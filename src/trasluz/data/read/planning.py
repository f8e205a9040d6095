"""Which size and how many channels the images of a source are brought to, where the recipe leaves that open.

Channels: 1 when every image is grey, else 3; 4 only when asked for.  Size: the images' own when all have the
same; otherwise the median height and the median width, scaled down together to at most 256 pixels on the longer
side, which is said aloud, because ``data.size`` would have been the better way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trasluz.data.read.decode import Header, Plan
from trasluz.data.read.decoding import read_headers
from trasluz.data.read.deep import given_range
from trasluz.data.read.raw import Listing
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

_LONGEST = 256


def wanted_size(section: DataSection) -> tuple[int, int] | None:
    """Height and width that the recipe asks for."""
    size = section.size
    return (size, size) if isinstance(size, int) else size


def make_plan(listing: Listing, section: DataSection, reporter: Reporter) -> Plan:
    """What the images of ``listing`` are brought to; looks at their headers only where it has to."""
    size, channels = wanted_size(section), section.channels
    if size is None or channels is None:
        headers = _headers(listing, reporter)
        channels = channels or (1 if headers and all(header.grey for header in headers) else 3)
        size = size or _common_size(headers, reporter)
    return Plan(*size, channels, section.resize, deep=True, window=given_range(section))


def _headers(listing: Listing, reporter: Reporter) -> list[Header]:
    found = []
    with reporter.task(_("Looking at the images"), len(listing.names), _("images")) as task:
        for header in read_headers(listing.contents()):
            if header is not None:
                found.append(header)
            task.advance()
    return found


def _common_size(headers: Sequence[Header], reporter: Reporter) -> tuple[int, int]:
    sizes = {(header.height, header.width) for header in headers}
    if len(sizes) <= 1:
        return next(iter(sizes), (1, 1))
    height, width = np.median([(header.height, header.width) for header in headers], axis=0)
    scale = min(1.0, _LONGEST / max(height, width))
    chosen = max(round(height * scale), 1), max(round(width * scale), 1)
    message = _(
        "The images have {n} different sizes; all are brought to {height}×{width} pixels, from the median of their "
        "sizes. Choose another size with --set data.size=…"
    )
    reporter.say(message.format(n=len(sizes), height=chosen[0], width=chosen[1]))
    return chosen
