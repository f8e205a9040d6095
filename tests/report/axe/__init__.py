"""axe-core 4.14.1 (MPL-2.0, see LICENSE): looks on a page for what keeps people from using it.  Tests alone use it.

The file is ``axe.min.js`` of the npm package of that version, gzipped.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_FOUND = """() => axe.run().then(({ violations }) => violations.map(
  ({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0].html.slice(0, 200)}`))"""


@cache
def _code() -> str:
    packed = (Path(__file__).parent / "axe.min.js.gz").read_bytes()
    code = gzip.decompress(packed)
    assert hashlib.sha256(code).hexdigest() == _SHA256, "this is not the file of axe-core 4.14.1"
    return code.decode()


def violations(page: Any) -> list[str]:
    """What axe finds on the page as it stands: each rule with how many elements break it, and the first."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_code())
    found: list[str] = page.evaluate(_FOUND)
    return found
