"""`composer.json`."""

from plumbrule.mcp_server.dependencies.manifests.declare import words
from plumbrule.mcp_server.dependencies.manifests.purposes import commands
from plumbrule.mcp_server.dependencies.manifests.texts import json_tree
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, ManifestText


def composer(file: ManifestText) -> list[Declaration]:
    """Composer's manifest; `php` and extensions among the requirements are the platform, not packages."""
    tree = json_tree(file.raw)
    found = words(tree, "composer", (), ("name", "name"), ("version", "version"), ("description", "description"))
    licence = tree.text("license") or " OR ".join(text for text, _ in tree.strings("license"))
    if licence:
        found.append(Declaration("licence", licence, tree.line("license"), "composer"))
    for table, scope in (("require", RUNTIME_SCOPE), ("require-dev", DEV_SCOPE)):
        for name in tree.table(table):
            written, line = tree.text(table, name), tree.line(table, name)
            if name == "php":
                found.append(Declaration("runtime", written, line, "composer.php", "php"))
            elif "/" in name:
                found.append(Declaration("dependency", written, line, f"composer.{table}", name, scope))
    scripts = ((name, tree.line("scripts", name)) for name in tree.table("scripts"))
    found += commands("composer", scripts, "composer.scripts")
    for text, line in tree.strings("bin"):
        found.append(Declaration("entry", text, line, "composer.bin", text.rpartition("/")[2], "bin"))
    return found
