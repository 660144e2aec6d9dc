"""Which file of a Python package to read, by the simple API (PEP 503, 691, 700): sdist before wheel."""

from typing import TYPE_CHECKING

from anyio import to_thread

from plumbrule.core.errors import InvalidRepository, LimitExceeded, NotFound, Unsupported
from plumbrule.core.http import Answer, Digest, Http
from plumbrule.mcp_server.platforms.release import ReleaseFile, absolute, mapping, required, sequence, text

if TYPE_CHECKING:
    from packaging.version import Version

ACCEPTED = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1"
"""JSON where it is spoken; PEP 691 asks clients to name the page form too."""

MAX_PAGE_BYTES = 16 << 20
MAX_INDEX_BYTES = 64 << 20
INDEX_REDIRECTS = 2
"""An index may send a name on to its normal form."""

_SDIST_ORDER = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz")


async def find_pypi_release(http: Http, index_url: str, name: str, version: str | None) -> ReleaseFile:
    """The file of `version`, or of the newest final release that was not yanked.

    Raises:
        NotFound: no such package or version, or no final release; InvalidRepository: no file with a hash;
        Unsupported: the index speaks neither form. Others as `Http.get`.
    """
    url = f"{index_url.rstrip('/')}/{name}/"
    try:
        answer = await http.get(url, max_bytes=MAX_INDEX_BYTES, headers={"Accept": ACCEPTED}, redirects=INDEX_REDIRECTS)
    except NotFound:
        raise NotFound(f"There is no package {name} on this index.", hint="Check the spelling.") from None
    files = await to_thread.run_sync(_listed, answer)
    return _chosen(files, str(answer.url), name, version)


def _listed(answer: Answer) -> list[dict[str, object]]:
    """The files that an index's answer names, in either form."""
    kind = answer.headers.get("content-type", "")
    if "html" in kind:
        if len(answer.body) > MAX_PAGE_BYTES:
            raise LimitExceeded("The page of this package index is too large.", hint="Use an index that speaks JSON.")
        from plumbrule.core.index_page import files_of_page  # html.parser, for old indexes only

        return files_of_page(answer.body.decode("utf-8", "replace"))
    if "json" not in kind:
        raise Unsupported("This package index speaks neither JSON nor HTML.", hint="Set sources.pypi_url.")
    import orjson

    try:
        document = required(orjson.loads(answer.body), "The package index")
    except orjson.JSONDecodeError:
        document = required(None, "The package index")
    return [mapping(each) for each in sequence(document.get("files"))]


def _chosen(files: list[dict[str, object]], base: str, name: str, version: str | None) -> ReleaseFile:
    releases = _by_version(files)
    wanted = _newest(releases, name) if version is None else _asked(releases, name, version)
    found = min(releases[wanted], key=_preference)
    digest = text(mapping(found.get("hashes")).get("sha256"))
    if len(digest) != 64:
        raise InvalidRepository(
            "The index gives no sha256 for this release, so it cannot be verified.", hint="Use another index."
        )
    size = found.get("size")
    return ReleaseFile(
        filename=text(found.get("filename")),
        url=absolute(base, text(found.get("url"))),
        version=str(wanted),
        digest=Digest("sha256", digest),
        size=size if isinstance(size, int) else None,
    )


def _by_version(files: list[dict[str, object]]) -> "dict[Version, list[dict[str, object]]]":
    """The readable files of each version; names that are no distribution's are left out."""
    # packaging costs 30 ms to import, and only a package source needs it
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
    from packaging.version import InvalidVersion

    found: dict[Version, list[dict[str, object]]] = {}
    for file in files:
        filename = text(file.get("filename"))
        try:
            if filename.endswith(".whl"):
                version = parse_wheel_filename(filename)[1]
            elif filename.endswith((".tar.gz", ".zip")):
                version = parse_sdist_filename(filename)[1]
            elif filename.endswith(_SDIST_ORDER):
                version = parse_sdist_filename(filename.rpartition(".t")[0] + ".tar.gz")[1]
            else:
                continue
        except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion):
            continue
        found.setdefault(version, []).append(file)
    return found


def _newest(releases: "dict[Version, list[dict[str, object]]]", name: str) -> "Version":
    offered = [version for version, files in releases.items() if not all(file.get("yanked") for file in files)]
    final = [version for version in offered if not version.is_prerelease]
    if final:
        return max(final)
    if offered:
        newest = max(offered)
        raise NotFound(
            f"{name} has no final release; its newest is {newest}.",
            hint=f"Ask for pkg:pypi/{name}@{newest}.",
            retry_with={"source": f"pkg:pypi/{name}@{newest}"},
        )
    raise NotFound(f"{name} has no release with a file that can be read.", hint="Name its repository instead.")


def _asked(releases: "dict[Version, list[dict[str, object]]]", name: str, version: str) -> "Version":
    from packaging.version import InvalidVersion, Version

    try:
        wanted = Version(version)
    except InvalidVersion:
        wanted = None
    if wanted is None or wanted not in releases:
        newest = max((each for each in releases if not each.is_prerelease), default=None)
        hint = f"The newest final release is {newest}." if newest else "Check the spelling."
        raise NotFound(f"{name} has no release {version}.", hint=hint)
    return wanted


def _preference(file: dict[str, object]) -> tuple[bool, int, str]:
    """Files not yanked first, then sdists by packing, then wheels that fit everywhere."""
    filename = text(file.get("filename"))
    order = next((at for at, suffix in enumerate(_SDIST_ORDER) if filename.endswith(suffix)), len(_SDIST_ORDER))
    if filename.endswith("-none-any.whl"):
        order = len(_SDIST_ORDER)
    elif filename.endswith(".whl"):
        order = len(_SDIST_ORDER) + 1
    return bool(file.get("yanked")), order, filename
