"""The rules of dependency facts, by id; `analysis/rules` puts them into the one list."""
# ruff: noqa: E501 - because a table of one rule a line reads best

RULES: dict[str, str] = {
    "pyproject.build-system": "`requires` of `[build-system]` (PEP 518)",
    "pyproject.flit": "a requirement of `[tool.flit.metadata]`",
    "conda-environment": "an entry of a conda environment file",
    "conda-environment.pip": "a pip line of a conda environment file",
    "conda.not-a-spec": "the entry is no conda match spec",
    "python.not-a-requirement": "the text is no requirement by PEP 508",
    "python.computed": "the value is computed when the package is built, and nothing is run here",
    "package-json.overrides": "an entry of `overrides` or `resolutions`",
    "pnpm-workspace.catalog": "an entry of a catalog of pnpm-workspace.yaml",
    "cargo.patch": "an entry of `[patch]` or `[replace]`",
    "requirements.not-followed": "an include that leads outside of the tree, to the network or to no file; it is not followed",
    "dependencies.malformed": "the file cannot be read as what its name says",
    "dependencies.too_deep": "nested deeper than any real file",
    "dependencies.too_slow": "reading took longer than a file may take",
    "dependencies.too_large": "larger than a lock is read",
    "dependencies.over_limit": "more manifests and locks than are read",
    "dependencies.crashed": "the parser's process died on this file",
    "dependencies.unreadable": "the bytes could not be read",
    "dependencies.not_text": "the file holds no text",
    "dependencies.hostile_xml": "the file brings a document type or entities",
    "lock.package": "a package of a lock file",
    "dependencies.cut": "more statements than anybody writes; the rest is left out",
}
