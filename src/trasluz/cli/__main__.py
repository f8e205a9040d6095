"""The entry point: runs one command and turns whatever happens into an exit code and, if need be, one sentence.

Exit codes: 0 done, 1 the work failed, 2 the request was wrong, 130 interrupted.
"""

from __future__ import annotations

try:
    import errno
    import io
    import os
    import signal
    import sys
    import tempfile
    import traceback
    from collections.abc import Sequence
    from contextlib import nullcontext
    from itertools import pairwise
    from pathlib import Path
    from types import FrameType
    from typing import NoReturn

    import typer
    from typer.exceptions import TyperException

    from trasluz.allowed import allow
    from trasluz.cli.app import build
    from trasluz.cli.console import Console
    from trasluz.cli.streams import patient_streams
    from trasluz.errors import HeldError, Interrupted, RequestError, TrasluzError, WorkError
    from trasluz.messages import LANGUAGES, _, language
except KeyboardInterrupt:  # a Ctrl-C while this program is still being read, before there are words for it
    raise SystemExit(130) from None

_NO_PATH = (errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR)  # what was asked for can be no path here
_LONGEST = 120  # characters of a path that a sentence shows


def main() -> None:
    """The program ``trasluz``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # so that no name and no terminal's encoding stops an answer
            stream.reconfigure(errors="backslashreplace")
    try:
        signal.signal(signal.SIGTERM, _stop)  # training listens for itself, and puts this back
        with patient_streams():
            code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = Interrupted.exit_code
    sys.exit(code)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM ends a command as Ctrl-C does: in order, so that nothing stays half-written."""
    raise KeyboardInterrupt


def run(words: Sequence[str]) -> int:
    """Runs ``trasluz`` with these words and returns its exit code."""
    console = Console(silent=_is_further_process())
    chosen = _chosen_language(words)
    # A command that is refused while its words are read leaves its --allow behind: here it ends in any case.
    with language(chosen) if chosen else nullcontext(), allow():
        try:
            code = build(console)(args=list(words), prog_name="trasluz", standalone_mode=False)
        except HeldError as error:  # where several processes train, all are refused and the first says so
            return error.exit_code if _is_further_process() else _refuse(console, str(error), error.exit_code)
        except Interrupted as error:  # every process of a training says it, the first one aloud
            return error.exit_code if console.silent else _refuse(console, str(error), error.exit_code)
        except TrasluzError as error:
            return _refuse(console, str(error), error.exit_code)
        except TyperException as error:
            from trasluz.cli.usage import usage_sentence  # which needs pydantic, as a command that is right may not

            return _refuse(console, usage_sentence(error, words), RequestError.exit_code)
        except typer.Abort:
            return _refuse(console, _("Cancelled."), Interrupted.exit_code)
        except KeyboardInterrupt:
            return _refuse(console, _("Interrupted."), Interrupted.exit_code)
        except OSError as error:
            if error.filename is None:
                return _refuse(console, _unexpected(console, error), TrasluzError.exit_code)
            code = RequestError.exit_code if error.errno in _NO_PATH else WorkError.exit_code
            return _refuse(console, _system_sentence(error), code)
        except Exception as error:
            return _refuse(console, _unexpected(console, error), TrasluzError.exit_code)
        # typer answers Ctrl-C outside of training with this code and says nothing.
        return _refuse(console, _("Interrupted."), code) if code == Interrupted.exit_code else 0


def _system_sentence(error: OSError) -> str:
    """What the system says of a path that it refuses to touch: too long, a loop of links, no permission."""
    path = str(error.filename)
    shown = path if len(path) <= _LONGEST else f"{path[:_LONGEST]}…"
    return _("{path}: the system refuses it ({reason}); name another path, or free this one.").format(
        path=shown, reason=error.strerror
    )


def _refuse(console: Console, sentence: str, code: int) -> int:
    console.fail(sentence)
    return code


def _is_further_process() -> bool:
    """Whether torchrun or Fabric started this process beside the first one."""
    return any(os.environ.get(name, "0") != "0" for name in ("RANK", "LOCAL_RANK"))


def _chosen_language(words: Sequence[str]) -> str | None:
    """What ``--lang`` says, before parsing: help and complaints about the words themselves need it already."""
    for first, second in pairwise([*words, ""]):
        name, _equals, value = first.partition("=")
        if name == "--lang" and (value or second) in LANGUAGES:
            return value or second
    return None


def _unexpected(console: Console, error: Exception) -> str:
    """Keeps or shows the traceback of a mistake of ours; returns what to say about it."""
    story = "".join(traceback.format_exception(error))
    reason = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(".")
    if console.debug:
        sys.stderr.write(story)
        return _("Unexpected error: {reason}; please report it with the traceback above.").format(reason=reason)
    with tempfile.NamedTemporaryFile("w", prefix="trasluz-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(story)
    return _("Unexpected error: {reason}; please report it with the traceback in {path}.").format(
        reason=reason, path=Path(file.name)
    )


if __name__ == "__main__":
    main()
