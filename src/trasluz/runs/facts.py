"""What ``run.json`` says, checked when it is read: kinds and ranges of all that anything here leans on.

Fields that are not known here are kept as they are, so that a newer version's file of the same format can be read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat

from trasluz.errors import DamagedError
from trasluz.messages import _
from trasluz.reading import checked

MOST_FORMATS = 9999  # a number beyond is no format of a newer version, but damage
Status = Literal["created", "running", "interrupted", "failed", "finished"]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Several = Annotated[int, Field(ge=1, le=4096)]  # processes, hosts, threads: no machine has more
Seconds = Annotated[FiniteFloat, Field(ge=0)]
_STRICT = ConfigDict(strict=True, extra="allow", frozen=True)


class _Hardware(BaseModel):
    model_config = _STRICT
    device: Literal["cpu", "cuda", "mps"]
    devices: Several
    nodes: Several
    precision: Literal["fp32", "bf16"]
    layout: Literal["contiguous", "channels-last"]
    threads: Several


class _Timings(BaseModel):
    model_config = _STRICT
    training_seconds: Seconds


class _Place(BaseModel):
    """As ``runs/data_place.py`` has it."""

    model_config = _STRICT
    absolute: str
    relative: str = ""


class _Failure(BaseModel):
    model_config = _STRICT
    term: str
    epoch: Count


class _Statistics(BaseModel):
    """Of a phase, as ``training/running_statistics.py`` makes it."""

    model_config = _STRICT
    images: Count
    norms: Count
    steps: Count
    memory: FiniteFloat
    initial: FiniteFloat
    before: dict[str, FiniteFloat]
    after: dict[str, FiniteFloat]


class _Files(BaseModel):
    model_config = _STRICT
    count: Count
    files: list[str] = []


class _File(BaseModel):
    model_config = _STRICT
    file: str
    reason: str


class _Unreadable(BaseModel):
    model_config = _STRICT
    count: Count
    files: list[_File]


class _Constant(BaseModel):
    model_config = _STRICT
    count: Count
    examples: list[str]


class _Missing(BaseModel):
    model_config = _STRICT
    count: Count
    columns: dict[str, Count]


class _Pair(BaseModel):
    model_config = _STRICT
    files: Annotated[list[str], Field(min_length=2, max_length=2)]
    splits: Annotated[list[str | None], Field(min_length=2, max_length=2)]


class _Duplicates(BaseModel):
    model_config = _STRICT
    within: dict[str, Count]
    across: dict[Annotated[str, Field(pattern="^[^/]+/[^/]+$")], Count]
    copies: dict[Annotated[str, Field(pattern="^[^/]+/[^/]+$")], Count] | None = None  # early runs do not say
    examples: list[_Pair]


class _Groups(BaseModel):
    """As ``data/describe/audit_groups.py`` makes it."""

    model_config = _STRICT
    count: Count
    alone: Count
    smallest: Count
    largest: Count
    splits: dict[str, Count]
    across: dict[Annotated[str, Field(pattern="^[^/]+/[^/]+$")], Count]


class _LikelyGroups(BaseModel):
    """As ``data/describe/likely_groups.py`` makes it."""

    model_config = _STRICT
    setting: str
    count: Count
    median: Count
    example: dict[str, str]
    alike: FiniteFloat
    chance: FiniteFloat
    shared: dict[str, Count]
    made: list[str] = []


class _Sizes(BaseModel):
    model_config = _STRICT
    smallest: tuple[Count, Count] = Field(strict=False)
    median: tuple[Count, Count] = Field(strict=False)
    largest: tuple[Count, Count] = Field(strict=False)
    most_common: tuple[Count, Count] = Field(strict=False)
    distinct: Count


class _Range(BaseModel):
    """As ``data/describe/depth.py`` makes it."""

    model_config = _STRICT
    low: FiniteFloat
    high: FiniteFloat
    images: Count | None = None
    total: Count | None = None
    brightest: FiniteFloat | None = None
    file: str = ""
    usual: FiniteFloat | None = None


class _Merged(BaseModel):
    model_config = _STRICT
    folders: Count
    images: Count
    first: str


class _Table(BaseModel):
    model_config = _STRICT
    files: Annotated[list[str], Field(min_length=1)]
    used: bool
    found: bool
    images: Count
    unused_columns: list[str]


class _Audit(BaseModel):
    """As ``data/describe/audit.py`` makes it."""

    model_config = _STRICT
    samples: Count
    kind: str = "image"
    shape: list[Count]
    splits: dict[str, Count]
    classes: dict[str, dict[str, Count]]
    unlabelled: dict[str, Count]
    missing_classes: dict[str, list[str]]
    imbalance: FiniteFloat | None
    sizes: _Sizes | None = None
    unreadable: _Unreadable
    constant: _Constant
    missing: _Missing | None = None
    contradictions: Count = 0
    dropped_rows: Count = 0
    generated: _Files | None = None
    range: _Range | None = None
    ignored: Count = 0
    ignored_kinds: dict[str, Count] = {}
    ignored_folders: dict[str, Count] = {}
    loose: Count = 0
    merged: _Merged | None = None
    left_out: Count = 0
    table: _Table | None = None
    groups: _Groups | None = None
    likely_groups: _LikelyGroups | None = None
    made_splits: list[str] = []
    exact_duplicates: _Duplicates
    near_duplicates: _Duplicates


def _audit(tree: dict[str, Any]) -> dict[str, Any]:
    """An audit as it is; an early or a made one that does not say how many samples repeat others is left to be."""
    if "exact_duplicates" in tree:
        audit = checked(_Audit, tree)
        pairs = [*audit.exact_duplicates.across, *audit.near_duplicates.across]
        named = {name for pair in pairs for name in pair.split("/")} | audit.exact_duplicates.within.keys()
        strange = (named | audit.unlabelled.keys() | audit.missing_classes.keys()) - audit.splits.keys()
        if strange:
            raise ValueError(_("there is no split {name}").format(name=min(strange)))
    return tree


class _Info(BaseModel):
    model_config = _STRICT
    format: Annotated[int, Field(ge=1, le=MOST_FORMATS)]
    name: str = ""
    title: str = ""
    status: Annotated[str, Field(pattern="^[a-z ]{1,40}$")] = "created"
    created: str = ""
    changed: str = ""
    recipe_hash: str = ""
    data: str = ""
    fingerprint: str = ""
    in_memory: bool = False
    data_place: _Place | None = None
    splits: dict[str, Count] = {}
    splitting: Count = 1
    split_fingerprints: dict[str, str] = {}
    classes: list[str] = []
    audit: Annotated[dict[str, Any], AfterValidator(_audit)] = {}
    hardware: _Hardware | None = None
    versions: dict[str, str] = {}
    timings: _Timings | None = None
    started_from: list[dict[str, Any]] = []
    stop_reason: str | None = None
    parameters: Count | None = None
    failure: _Failure | None = None
    statistics: dict[str, _Statistics] = {}


class Facts(dict[str, Any]):
    """What a run says of itself; asking for a field that a damaged one lacks ends in a sentence."""

    def __missing__(self, field: str) -> NoReturn:
        """Asked for what is not there.

        Raises:
            DamagedError: names the field.
        """
        message = _("run.json does not say {field}, so it is damaged; restore it from a copy of the run.")
        raise DamagedError(message.format(field=field))


def check_facts(tree: object) -> dict[str, Any]:
    """``tree``, what ``run.json`` holds, as it is.

    Raises:
        ValueError: a field is of the wrong kind or out of range.
    """
    found = checked(dict[str, Any], tree)
    checked(_Info, found)
    return found
