"""What a file says of itself in its first and last lines: interpreter, modeline, XML declaration, binary bytes.

Linear in the few lines that are looked at; nothing here searches a whole file.
"""

import re

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.languages.folders import words
from plumbrule.mcp_server.analysis.languages.table import Language, Table

MODELINE_LINES = 5
_EDGE_BYTES = 8_192
_LINE_BYTES = 512  # a longer line is cut: modelines and interpreters are short
_ENV_ARGUMENT = LazyPattern(rb"-[i0uCSv]*|--\S+|\S+=\S+")
_EXEC = LazyPattern(rb"exec (\w+)[\s\"']+\$0[\s\"']+\$@")
_VERSION = LazyPattern(rb"\.\d+\Z")
_EMACS = LazyPattern(rb"-\*-[ \t]*(?:([^:;\s]+)[ \t]*-\*-|(.*?)-\*-)")
_EMACS_MODE = LazyPattern(rb"(?i)(?:\A|[ \t;])mode[ \t]*:[ \t]*([^:;\s]+)")
_VIM = LazyPattern(rb"(?:(?:\A|[ \t])(?:vi|Vi(?=m))(?:m[<=>]?[0-9]{1,5}|m)?|[ \t]ex):(.*)", re.DOTALL)
_VIM_TYPE = LazyPattern(rb"(?:\A|[ \t:])(?:filetype|ft|syntax)[ \t]*=(\w+)(?=\Z|[\s:])")
_QUOTED = LazyPattern(rb"\\.")
_XML = b"<?xml version="


def interpreter(data: bytes) -> str:
    """The program that a `#!` line names, without folders and minor version, or ""."""
    if not data.startswith(b"#!"):
        return ""
    words = data[2:_LINE_BYTES].split(b"\n", 1)[0].split()
    if not words:
        return ""
    program = words[0].rpartition(b"/")[2]
    if program == b"env":
        rest = words[1:]
        while rest and _ENV_ARGUMENT.fullmatch(rest[0]):
            rest = rest[1:]
        program = rest[0].rpartition(b"/")[2] if rest else b""
    program = _VERSION.sub(b"", program)
    if program == b"sh" and (found := _EXEC.search(b"\n".join(data[:4_096].split(b"\n")[:5]))):
        program = found.group(1)
    if program == b"osascript" and b"-l" in data[:_LINE_BYTES].split(b"\n", 1)[0]:
        return ""
    return program.decode("ascii", "replace")


def modeline(data: bytes, *, whole: bool, table: Table) -> tuple[Language, str] | None:
    """The language that an emacs or vim modeline names in the first five lines, or the last five when all is there."""
    top, bottom = _first_lines(data), _last_lines(data) if whole else b""
    if b"-*-" not in top and b"-*-" not in bottom and not _may_be_vims(top) and not _may_be_vims(bottom):
        return None  # nearly every file: taking the lines apart took a tenth of a survey
    lines = [line[:_LINE_BYTES] for line in top.split(b"\n")]
    if any(b"UseVimball" in line for line in lines):
        return None
    if whole:
        lines += [line[:_LINE_BYTES] for line in bottom.split(b"\n")]
    for named in (_emacs_mode, _vim_type):
        for line in lines:
            if word := named(line.rstrip(b"\r")):
                language = table.named(word)
                return (language, word) if language else None
    return None


def _first_lines(data: bytes) -> bytes:
    end = -1
    for _ in range(MODELINE_LINES):
        end = data.find(b"\n", end + 1, _EDGE_BYTES)
        if end < 0:
            return data[:_EDGE_BYTES]
    return data[:end]


def _last_lines(data: bytes) -> bytes:
    edge = data[-_EDGE_BYTES:].removesuffix(b"\n").removesuffix(b"\r")
    start = len(edge)
    for _ in range(MODELINE_LINES):
        start = edge.rfind(b"\n", 0, start)
        if start < 0:
            return edge
    return edge[start + 1 :]


def _may_be_vims(lines: bytes) -> bool:
    """Whether vim's or vi's words for a modeline are there at all."""
    return b"=" in lines and (b"vi" in lines or b"Vim" in lines or b"ex:" in lines)


def _emacs_mode(line: bytes) -> str:
    found = _EMACS.search(line) if b"-*-" in line else None
    if found is None:
        return ""
    if found.group(1) and b"-*-" not in found.group(1):
        return found.group(1).decode("utf-8", "replace")
    mode = _EMACS_MODE.search(found.group(2) or b"")
    return mode.group(1).decode("utf-8", "replace") if mode else ""


def _vim_type(line: bytes) -> str:
    if b"=" not in line or (found := _VIM.search(line)) is None:
        return ""
    options = found.group(1)
    setting = re.match(rb"[ \t]*set?[ \t]", options)
    if setting:  # `vim: set ft=sh:` ends at its colon; without the colon vim reads nothing
        options, colon, _ = options[setting.end() :].partition(b":")
        if not colon:
            return ""
    kinds = _VIM_TYPE.findall(_QUOTED.sub(b"__", options))
    return kinds[-1].decode("ascii", "replace") if kinds else ""  # the last setting holds


def is_xml(data: bytes) -> bool:
    """Whether the first two lines hold an XML declaration."""
    return _XML in b"\n".join(data[:2_048].split(b"\n")[:2])


_UTF_16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_OTHERS = (b"%PDF-", b"GIF87a", b"GIF89a")  # images and documents that may do without a NUL


def is_binary(data: bytes) -> bool:
    """A NUL in what was read, as for linguist; text in UTF-16 or UTF-32 with its mark is not binary to a reader."""
    return (b"\0" in data and not data.startswith(_UTF_16_32)) or data.startswith(_OTHERS)


BINARY_EXTENSIONS = words(
    """
    .png .jpg .jpeg .gif .bmp .ico .icns .webp .avif .heic .tif .tiff .psd .xcf .ai .jp2 .dds .tga .exr .hdr
    .mp3 .mp4 .m4a .m4v .mov .avi .mkv .webm .wav .flac .ogg .oga .ogv .opus .aac .wma .wmv .mpg .mpeg .mid
    .zip .gz .tgz .bz2 .tbz2 .xz .txz .zst .lz .lz4 .lzma .7z .rar .tar .jar .war .ear .aar .whl .egg .gem .nupkg .crate
    .deb .rpm .apk .ipa .dmg .iso .img .msi .cab .pkg .vsix .xpi .crx
    .exe .dll .so .dylib .a .o .obj .lib .pdb .pyc .pyo .pyd .class .dex .wasm .elc .beam .node .bin .dat .rlib
    .pdf .doc .docx .xls .xlsx .ppt .pptx .odt .ods .odp .epub .mobi .djvu
    .ttf .otf .woff .woff2 .eot .pfb .pfm
    .sqlite .sqlite3 .db .mdb .accdb .npy .npz .h5 .hdf5 .parquet .feather .arrow .avro .orc .pb .onnx .pt .pth .ckpt
    .safetensors .gguf .ggml .tflite .caffemodel .joblib .pickle .rds .rdata .sav .mat
    .mo .gmo .jks .keystore .p12 .pfx .der .cer .gpg .kbx .swf .fla .blend .fbx .glb .uasset .umap .unitypackage .3ds
    """
)
