"""Which files are taken for images: by name when a folder is listed, by content where the name has no suffix and when a
file is opened."""

from __future__ import annotations

from pathlib import PurePosixPath

# Pillow's names. Its other readers are rare, call other programs (EPS) or have no magic number (TGA).
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF")

_READ = ".png .apng .jpg .jpeg .jpe .jfif .mpo .gif .bmp .dib .webp .tif .tiff .ppm .pgm .pbm .pnm .jp2 .j2k .avif"
_IMAGES_THAT_ARE_NOT_READ = (
    ".heic .heif .hif .jxl .svg .psd .xcf .ico .icns .eps .ai .tga .exr .hdr .pcx .fits .dcm "
    ".raw .cr2 .cr3 .nef .arw .dng .orf .rw2"
)
_SUFFIXES = frozenset(f"{_READ} {_IMAGES_THAT_ARE_NOT_READ}".split())

_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ")
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


# What systems, file servers and notebooks put beside people's files; in lower case.
_SYSTEM_NAMES = (
    "__macosx @eadir #recycle #snapshot @recycle @recently-snapshot @tmp $recycle.bin recycler lost+found "
    "thumbs.db ehthumbs.db desktop.ini .ds_store .localized .directory __pycache__"
)
_SYSTEM = frozenset(_SYSTEM_NAMES.split()) | {"system volume information", "icon\r"}


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden or the system's own, such as ``.DS_Store``, ``__MACOSX`` or ``@eaDir``."""
    return name.startswith(".") or is_the_systems(name)


def is_the_systems(name: str) -> bool:
    """Whether a system or program is known to put a file or folder of that name there by itself; ``._`` begins what
    macOS keeps beside a file elsewhere."""
    return name.lower() in _SYSTEM or name.startswith("._")


def begins_like_image(head: bytes) -> bool:
    """Whether a file without a suffix, which says nothing by its name, begins as images do: its first 16 bytes."""
    known = head.startswith(_STARTS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:12] == b"ftypavif"
    return known or is_heif(head)


def is_heif(head: bytes) -> bool:
    """Whether a file that begins so is a HEIC photograph, as telephones take them."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF


def looks_like_image(path: str) -> bool:
    """Whether a relative path is that of an image, read or not; everything else in a folder is ignored."""
    return PurePosixPath(path).suffix.lower() in _SUFFIXES
