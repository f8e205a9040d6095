"""Images that say of themselves that a network made them: how they say so, and how to see it.

Trasluz writes text chunks into its PNG files (``draw/provenance.py``); others write the digital source type of the
IPTC, which is among those chunks, too.  Both are plain text near the start of a file, whatever its format.
"""

from __future__ import annotations

MARK = "trasluz:generated"  # the chunk whose text is what kind of image it is
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MADE = "trainedAlgorithmicMedia"  # wholly by a network
ALTERED = "compositeWithTrainedAlgorithmicMedia"  # by a network, out of a given image

_HEAD = 1 << 16
_SIGNS = (MARK.encode(), MADE.encode(), ALTERED.encode())


def is_marked(content: bytes) -> bool:
    """Whether the bytes of an image file say that a network made it; looks at the first 64 KiB."""
    head = content[:_HEAD]
    return any(sign in head for sign in _SIGNS)
