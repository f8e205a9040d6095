"""Downloads with a progress bar, checked against a published SHA-256, in place only when complete."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from pathlib import Path

from trasluz.data.read.cache import writing
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.reporting import Reporter

_CHUNK, _TIMEOUT_SECONDS = 1 << 18, 20


class DownloadError(Exception):
    """No mirror gave the file; the text says what the last one answered."""


def download(urls: Sequence[str], target: Path, sha256: str, reporter: Reporter) -> None:
    """Fetches ``target`` from the first of ``urls`` that gives it; ``sha256`` may be its first digits alone.

    Raises:
        DownloadError: none can be reached.
        DataError: what came is not the published file.
        StorageError: it cannot be written.
    """
    reason = ""
    for url in urls:
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
        try:
            found = _fetch(url, beside, target.name, reporter)
            if not found.startswith(sha256):
                message = _("{url}: its SHA-256 is {found}, not the published {wanted}; the file was not kept.")
                raise DataError(message.format(url=url, found=found, wanted=sha256))
            with writing(target):
                beside.replace(target)
            return
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()
    raise DownloadError(reason)


def _fetch(url: str, path: Path, title: str, reporter: Reporter) -> str:
    """Writes what ``url`` gives to ``path``; its SHA-256."""
    seen = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:
        length = answer.headers.get("Content-Length")
        total = int(length) if length else None
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb")
        with file, reporter.task(_("Downloading {file}").format(file=title), total, _("bytes")) as task:
            while chunk := answer.read(_CHUNK):
                seen.update(chunk)
                with writing(path):
                    file.write(chunk)
                task.advance(len(chunk))
    return seen.hexdigest()
