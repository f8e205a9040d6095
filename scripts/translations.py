"""Keeps the Spanish catalogue in step with the sentences in the source.

    python scripts/translations.py update    extract every sentence and merge it into trasluz.po
    python scripts/translations.py compile   trasluz.po -> trasluz.mo
    python scripts/translations.py check     say what is missing or out of step; exit 1 if anything is

Not named after the standard library's ``locale``, which it would hide from the other scripts of this folder.
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "trasluz"
PO = SOURCE / "locale" / "es" / "LC_MESSAGES" / "trasluz.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "N_": None,
    "both": None,
    "ngettext": (1, 2),
    "both_n": (1, 2),
    "sentence": None,
    "sentence_n": (1, 2),
}
HEADER = "# Spanish sentences of Trasluz. Fill in every msgstr; keep what stands in {braces}."
BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
METHODS = [("**.py", "python"), ("report/templates/**.html", "jinja2")]


def extracted() -> Catalog:
    """All sentences of the source, with the files that say them."""
    catalogue = Catalog(project="trasluz", charset="utf-8")
    found = extract_from_dir(
        SOURCE, METHODS, keywords=KEYWORDS, options_map={"report/templates/**.html": {"trimmed": "true"}}
    )
    for file, _line, message, comments, context in found:
        # Files without line numbers, so that moving code does not change the catalogue.
        catalogue.add(message, locations=[(Path(file).as_posix(), 0)], auto_comments=comments, context=context)
    return catalogue


def stored() -> Catalog:
    """The Spanish catalogue as it is kept."""
    with PO.open("rb") as file:
        return read_po(file, locale="es", charset="utf-8")


def update() -> None:
    """Merges new sentences into the catalogue and drops those that nobody says any more."""
    catalogue = (
        stored() if PO.exists() else Catalog(locale="es", charset="utf-8", creation_date=BEGUN, revision_date=BEGUN)
    )
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy, catalogue.header_comment = False, HEADER
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "trasluz", "", ""
    catalogue.last_translator = catalogue.language_team = ""
    PO.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
    PO.write_bytes(buffer.getvalue())


def compiled() -> bytes:
    """What ``trasluz.mo`` has to hold."""
    buffer = io.BytesIO()
    write_mo(buffer, stored())
    return buffer.getvalue()


def problems() -> list[str]:
    """One line per sentence that is missing, wrongly filled in, or not compiled."""
    catalogue = stored()
    found = []
    for message in extracted():
        if message.id:
            found += [f"{message.id!r}: {problem}" for problem in _wrong(message, catalogue.get(message.id))]
    if not MO.exists() or _texts(read_mo(io.BytesIO(MO.read_bytes()))) != _texts(read_mo(io.BytesIO(compiled()))):
        found.append(f"{MO.name} is not what {PO.name} compiles to; run `python scripts/translations.py compile`")
    return found


def _wrong(source: Message, translation: Message | None) -> Iterator[str]:
    if translation is None:
        yield "not in the catalogue; run `python scripts/translations.py update`, then translate it in trasluz.po"
        return
    originals, texts = _forms(source.id), _forms(translation.string)
    if not texts or not all(texts):
        yield "no Spanish translation in trasluz.po"
        return
    if translation.fuzzy:
        yield "the translation is marked as fuzzy: check it and remove the mark"
    allowed = [placeholders(original) for original in originals]
    if any(placeholders(text) not in allowed for text in texts):
        yield f"placeholders differ: {sorted(allowed[-1])} became {[sorted(placeholders(t)) for t in texts]}"


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> frozenset[str]:
    """The names in braces with their format: ``{n:.1f}`` → ``n:.1f``."""
    parts = string.Formatter().parse(text)
    return frozenset(
        f"{name}{'!' + how if how else ''}{':' + form if form else ''}"
        for _t, name, form, how in parts
        if name is not None
    )


def _texts(catalogue: Catalog) -> dict[object, object]:
    # Not the files' bytes: their headers name the version of babel.
    return {tuple(_forms(message.id)): tuple(_forms(message.string)) for message in catalogue if message.id}


def main(words: list[str]) -> int:
    """Runs one of the three commands; returns the exit code."""
    if words == ["update"]:
        update()
    elif words == ["compile"]:
        MO.write_bytes(compiled())
    elif words == ["check"]:
        found = problems()
        print("\n".join(found), file=sys.stderr)
        return 1 if found else 0
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
