"""`environment.yml` of conda: match specs as written, and the pip lines inside, which belong to Python."""

import re

from plumbrule.mcp_server.dependencies.asked.pep508 import requirement
from plumbrule.mcp_server.dependencies.asked.requirements_txt import placed
from plumbrule.mcp_server.dependencies.manifests.texts import yaml_tree
from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Fact, Reading, Requirement, Unread

_SPEC = re.compile(r"\s*(?:([^\s:]+)::?)?([A-Za-z0-9_][\w.-]*)\s*(.*)$")


def environment(file: ManifestText) -> Reading:
    """Channels before `::` are kept as the group; build strings belong to the constraint."""
    tree, found = yaml_tree(file.raw), Reading()
    for index, item in enumerate(tree.items("dependencies")):
        keys = ("dependencies", str(index))
        if isinstance(item, str):
            spec = _SPEC.match(item.partition(" #")[0])
            if spec:
                channel = (spec[1] or "").rstrip(":")
                one = Requirement(spec[2].lower(), spec[3].strip(), tree.line(*keys), "conda-environment", "runtime")
                found.asked.append(one._replace(group=channel))
            else:
                found.not_read.append(Unread(tree.line(*keys), "conda.not-a-spec"))
        elif tree.items(*keys, "pip"):
            _pip(found, tree, (*keys, "pip"))
    return found


def _pip(found: Reading, tree: Tree, keys: tuple[str, ...]) -> None:
    for text, line in tree.strings(*keys):
        option = re.match(r"(-r|--requirement|-c|--constraint|-e|--editable)[\s=]+(\S.*)$", text)
        if option and option[1] in ("-r", "--requirement"):
            found.facts.append(Fact("include", option[2], "runtime", line))
        elif option and option[1] in ("-c", "--constraint"):
            found.facts.append(Fact("constraints", option[2], "runtime", line))
        elif option or "://" in text.partition("@")[0] or text.startswith((".", "/")):
            place = placed(option[2] if option else text, line, "conda-environment.pip", "runtime")
            found.asked.append(place._replace(ecosystem="python"))
        elif text.startswith("-"):
            continue
        elif one := requirement(text, line, "conda-environment.pip"):
            found.asked.append(one._replace(ecosystem="python"))
        else:
            found.not_read.append(Unread(line, "python.not-a-requirement"))
