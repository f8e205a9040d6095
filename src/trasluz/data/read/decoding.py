"""Many image files to pixels, on all cores. Threads do: Pillow gives up the interpreter's lock while it decodes.

Measured on two cores: 3,000 JPEGs of 224 px take 4.6 s on one thread, 2.6 s on two, 2.5 s in two processes.  Tiny
files are the exception: 10,000 PNGs of 28×28 take 0.36 s on one thread and 0.77 s on two, which spend their time
handing over the lock; two processes win nothing (0.37 s).  So chunks of tiny files are decoded where they are read.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from trasluz.data.describe.fingerprint import digest
from trasluz.data.read.decode import (
    Content,
    Header,
    Plan,
    UnreadableImageError,
    decode,
    is_coarse,
    quiet_pillow,
    read_bytes,
    read_header,
)
from trasluz.data.read.provenance import is_marked

Item = tuple[int, Content]
_MOST_FILES, _CHUNK_BYTES = 64, 16 << 20
_MOST_HELD = 64 << 20  # bytes of files out of an archive that wait to be decoded
_TINY_BYTES = 2048  # threads break even between 1.5 and 4 kB per file, PNG or JPEG
T = TypeVar("T")


@dataclass(frozen=True)
class Decoded:
    """A row's pixels, its file's size (height, width) and the digest of its bytes; or the reason why it has none.

    ``generated``: the file says of itself that a network made it.  ``peak``: as ``Pixels`` has it;
    ``coarse``: as ``is_coarse`` says.
    """

    row: int
    pixels: np.ndarray | None
    size: tuple[int, int] = (0, 0)
    digest: bytes = b""
    reason: str = ""
    generated: bool = False
    peak: float | None = None
    coarse: bool = False


def decode_all(contents: Iterable[Item], plan: Plan) -> Iterator[Decoded]:
    """Decodes every file, a few chunks ahead of whoever takes the results; in the order of ``contents``."""
    chunk = max(min(_MOST_FILES, _CHUNK_BYTES // (plan.height * plan.width * plan.channels)), 1)
    return _in_parallel(contents, lambda item: _decode_one(item, plan), chunk)


def read_headers(contents: Iterable[Item]) -> Iterator[Header | None]:
    """The header of every file; ``None`` for what cannot be read."""
    return _in_parallel(contents, _header_of, _MOST_FILES)


def _decode_one(item: Item, plan: Plan) -> Decoded:
    row, content = item
    try:
        read = read_bytes(content)
        pixels, size, peak = decode(read, plan)
        coarse = is_coarse(read, pixels)
    except UnreadableImageError as error:
        return Decoded(row, None, reason=str(error))
    return Decoded(row, pixels, size, digest(read), generated=is_marked(read), peak=peak, coarse=coarse)


def _header_of(item: Item) -> Header | None:
    try:
        return read_header(item[1])
    except UnreadableImageError:
        return None


def _in_parallel(items: Iterable[Item], work: Callable[[Item], T], chunk: int) -> Iterator[T]:
    def run(part: list[Item]) -> list[T]:
        return [work(item) for item in part]

    workers = _cores()
    waiting: deque[tuple[int, Future[list[T]]]] = deque()  # bytes that each part holds, and its results
    with quiet_pillow(), ThreadPoolExecutor(workers) as pool:
        for part in _chunks(items, chunk):
            if _is_tiny(part[0][1]):
                while waiting:
                    yield from waiting.popleft()[1].result()
                yield from run(part)
                continue
            waiting.append((_held(part), pool.submit(run, part)))
            while len(waiting) > 2 * workers or sum(held for held, _results in waiting) > _MOST_HELD:
                yield from waiting.popleft()[1].result()
        while waiting:
            yield from waiting.popleft()[1].result()


def _held(items: list[Item]) -> int:
    """Bytes of files that are in memory already, as those out of archives are."""
    return sum(len(content) for _row, content in items if isinstance(content, bytes))


def _is_tiny(content: Content) -> bool:
    """Whether a chunk that begins with this file is not worth a thread."""
    try:
        size = (
            content.stat().st_size if isinstance(content, Path) else len(content) if isinstance(content, bytes) else 0
        )
    except OSError:
        return True
    return size <= _TINY_BYTES


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    part: list[Item] = []
    held = 0
    for item in items:
        part.append(item)
        held += _held([item])
        if len(part) == size or held > _CHUNK_BYTES:
            yield part
            part, held = [], 0
    if part:
        yield part


def _cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1
