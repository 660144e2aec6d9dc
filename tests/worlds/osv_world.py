"""A loopback advisory database built from OSV's published API description, which can also misbehave in every way.

Questions are held to the description (`v1BatchQuery`), and so are its own honest answers; records are held to the OSV
schema. Both files are the OSV project's own.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema

HERE = Path(__file__).parent
SWAGGER = json.loads((HERE / "osv_service_v1.swagger.json").read_bytes())
RECORD_SCHEMA = json.loads((HERE / "osv_record.schema.json").read_bytes())
MODIFIED = "2026-01-02T03:04:05Z"

Answer = tuple[int, bytes]
Misbehaviour = Callable[[str, bytes], Awaitable[Answer | None]]


def conforms(value: object, definition: str) -> None:
    jsonschema.validate(value, {"$ref": f"#/definitions/{definition}", "definitions": SWAGGER["definitions"]})


def record(
    name: str,
    package: str,
    *,
    ecosystem: str = "PyPI",
    events: list[dict[str, str]] | None = None,
    modified: str = MODIFIED,
    **more: Any,
) -> dict[str, Any]:
    """A record of the OSV schema on one package."""
    made: dict[str, Any] = {
        "schema_version": "1.7.0",
        "id": name,
        "modified": modified,
        "summary": f"{package} does what it should not",
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": package},
                "ranges": [
                    {
                        "type": "SEMVER" if ecosystem in ("npm", "crates.io", "Go") else "ECOSYSTEM",
                        "events": events or [{"introduced": "0"}, {"fixed": "2.0.0"}],
                    }
                ],
            }
        ],
        **more,
    }
    jsonschema.validate(made, RECORD_SCHEMA)
    return made


class OsvWorld:
    """The database. `names` says which advisories a package has; `records` what they say. `asked` counts requests."""

    def __init__(self, *, page_size: int = 1000) -> None:
        self.names: dict[tuple[str, str, str], list[str]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.page_size = page_size
        self.asked: list[str] = []
        self.batches: list[int] = []
        self.misbehave: Misbehaviour | None = None
        self.extra: dict[str, str] = {}
        self.port = 0
        self._server: asyncio.Server | None = None

    def knows(self, ecosystem: str, name: str, version: str, *records: Mapping[str, Any]) -> None:
        self.names.setdefault((ecosystem, name, version), []).extend(str(one["id"]) for one in records)
        self.records.update({str(one["id"]): dict(one) for one in records})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "OsvWorld":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ")
                fields = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                self.asked.append(f"{method} {path}")
                status, answer = await self._answered(method, path, body)
                lines = [f"HTTP/1.1 {status} X", f"content-length: {len(answer)}", "content-type: application/json"]
                lines += [f"{key}: {value}" for key, value in self.extra.items()]
                writer.write("\r\n".join([*lines, "", ""]).encode() + answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answered(self, method: str, path: str, body: bytes) -> Answer:
        if self.misbehave is not None and (answer := await self.misbehave(f"{method} {path}", body)) is not None:
            return answer
        if (method, path) == ("POST", "/v1/querybatch"):
            return self._batch(json.loads(body))
        if method == "GET" and path.startswith("/v1/vulns/"):
            found = self.records.get(unquote(path.removeprefix("/v1/vulns/")))
            if found is not None:
                conforms(found, "osvVulnerability")
                return 200, json.dumps(found).encode()
        return 404, json.dumps({"code": 5, "message": "Bug not found."}).encode()

    def _batch(self, question: dict[str, Any]) -> Answer:
        conforms(question, "v1BatchQuery")
        queries = question["queries"]
        self.batches.append(len(queries))
        if not 0 < len(queries) <= 1000:
            return 400, json.dumps({"code": 3, "message": "Too many queries."}).encode()
        results: list[dict[str, Any]] = []
        for query in queries:
            package = query["package"]
            assert not ("version" in query and "@" in package.get("purl", "")), "either, not both"
            named = self.names.get((package["ecosystem"], package["name"], query["version"]), [])
            start = int(query.get("page_token", "0"))
            page = named[start : start + self.page_size]
            result: dict[str, Any] = {"vulns": [{"id": n, "modified": self.records[n]["modified"]} for n in page]}
            if start + self.page_size < len(named):
                result["next_page_token"] = str(start + self.page_size)
            results.append(result if page else {})
        answer = {"results": results}
        conforms(answer, "v1BatchVulnerabilityList")
        return 200, json.dumps(answer).encode()
