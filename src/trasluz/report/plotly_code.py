"""Plotly's JavaScript, squeezed: the one bundle that the package carries (4.8 MB) becomes 2 MB of text in the page.

The page unpacks it with ``DecompressionStream``, which browsers have since 2023; older ones show the tables alone.
"""

from __future__ import annotations

import base64
import gzip
from functools import cache

from plotly.offline import get_plotlyjs


@cache
def packed_plotly() -> str:
    """Base64 of the gzipped bundle; the same bytes at every call and on every machine with the same Plotly."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), compresslevel=9, mtime=0)).decode()
