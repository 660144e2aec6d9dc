"""What lies outside the tree: Node's own modules, the platforms' schemes, npm and JSR specifiers, URLs."""

import re

BUILTIN_MODULES = frozenset(
    (
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
        "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net",
        "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream",
        "string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi",
        "worker_threads", "zlib",
        "assert/strict", "dns/promises", "fs/promises", "inspector/promises", "path/posix", "path/win32",
        "readline/promises", "stream/consumers", "stream/promises", "stream/web", "timers/promises", "util/types",
    )
)  # fmt: skip
"""Node 22's `module.builtinModules` without the underscored ones; `test` and `sqlite` exist with `node:` only."""
BUILTIN_SCHEMES = ("node:", "bun:", "cloudflare:", "workerd:", "deno:", "ext:", "data:", "electron:")
_REGISTRY = re.compile(r"^(?:npm|jsr):/?((?:@[^/@]+/)?[^/@]+)")
_REGISTRY_HEAD = re.compile(r"^(?:npm|jsr):/?(?:@[^/@]+/)?[^/@]+(?:@[^/]*)?")
_URL = re.compile(r"^(?:https?:)?//([^/?#]+)/?([^?#]*)")
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):(?!//)")
_MADE = ("virtual:", "\0", "~icons/", "~build/", "~react-pages", "~pages")
"""What a bundler's plugin makes during the build."""


_ASSETS = frozenset(
    (
        *(
            "png",
            "jpg",
            "jpeg",
            "gif",
            "webp",
            "avif",
            "ico",
            "bmp",
            "tiff",
            "heic",
            "woff",
            "woff2",
            "ttf",
            "otf",
            "eot",
        ),
        *("mp3", "mp4", "webm", "ogg", "wav", "flac", "aac", "mov", "m4a", "opus", "pdf", "wasm", "zip", "gz", "glb"),
        *("gltf", "hdr", "bin", "node", "apng", "jfif", "webmanifest", "riv", "lottie", "splinecode", "ktx2"),
    )
)
"""Binary files that bundlers hand over as addresses; no language has them, so a tree of sources does not show them."""


def is_asset(target: str) -> bool:
    return target.rpartition(".")[2].lower() in _ASSETS


def is_builtin(target: str) -> bool:
    return target in BUILTIN_MODULES or target.startswith(BUILTIN_SCHEMES) or target == "bun"


def is_made_by_build(target: str) -> bool:
    return target.startswith(_MADE)


def package_of(target: str) -> str:
    """The outside package of a bare, `npm:`, `jsr:` or URL specifier, "" when it names none.

    A URL is cut to what identifies its package: `https://deno.land/x/oak@v12/mod.ts` is `deno.land/x/oak`, and the npm
    mirrors give the npm name.
    """
    registry = _REGISTRY.match(target)
    if registry:
        return registry.group(1)
    url = _URL.match(target)
    if url:
        return _of_url(url.group(1), url.group(2))
    scheme = _SCHEME.match(target)
    if scheme:  # `astro:content` is Astro's
        return scheme.group(1)
    parts = target.split("/")
    if target.startswith("@"):
        return "/".join(parts[:2]) if len(parts) > 1 and len(parts[0]) > 1 else ""
    return parts[0]


def subpath_of(target: str, name: str) -> str:
    """What is asked of the package `name`: `deep/a` in `@x/y/deep/a` and in `jsr:@x/y@1/deep/a`."""
    head = _REGISTRY_HEAD.match(target)
    return target[head.end() if head else len(name) :].strip("/")


def _of_url(host: str, path: str) -> str:
    parts = [part for part in path.split("/") if part]
    if host in ("esm.sh", "cdn.skypack.dev", "cdn.jsdelivr.net", "unpkg.com", "esm.run", "ga.jspm.io"):
        while parts and parts[0] in ("npm", "stable", "gh", "v135", "pin"):
            parts = parts[1:]
        name = "/".join(parts[:2]) if parts[:1] and parts[0].startswith("@") else "/".join(parts[:1])
        bare = name.rpartition("@")[0] if "@" in name[1:] else name
        return bare or host
    kept = parts[: 2 if parts[:1] == ["x"] else 1]
    return "/".join([host, *(part.partition("@")[0] for part in kept)])
