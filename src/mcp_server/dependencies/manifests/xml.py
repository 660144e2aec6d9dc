"""XML into small elements with their lines; no document type, no entity, no network (defusedxml refuses them)."""

from collections.abc import Iterator
from dataclasses import field
from typing import Any
from xml.sax.handler import ContentHandler

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.manifests.texts import MAX_DEPTH
from plumbrule.mcp_server.dependencies.model import MalformedManifest


@dataclass(slots=True)
class Element:
    """One element: local name, attributes, text directly inside it, the line it starts on."""

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: "list[Element]" = field(default_factory=list["Element"])

    def child(self, tag: str) -> "Element | None":
        """The first child of that name."""
        return next((child for child in self.children if child.tag == tag), None)

    def word(self, *tags: str) -> str:
        """The trimmed text below the path of names, or ""."""
        found: Element | None = self
        for tag in tags:
            found = None if found is None else found.child(tag)
        return "" if found is None else found.text.strip()

    def below(self, tag: str) -> "Iterator[Element]":
        """Every element of that name anywhere below, in document order."""
        stack = list(reversed(self.children))
        while stack:
            element = stack.pop()
            if element.tag == tag:
                yield element
            stack.extend(reversed(element.children))


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._stack: list[Element] = []
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        self._locator = locator

    def startElement(self, name: str, attrs: Any) -> None:
        line = int(self._locator.getLineNumber() or 1)
        if len(self._stack) >= MAX_DEPTH:
            raise MalformedManifest("too_deep", line)
        local = name.rpartition(":")[2]
        element = Element(local, line, {str(key): str(value) for key, value in attrs.items()})
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self.root = element
        self._stack.append(element)

    def endElement(self, name: str) -> None:  # noqa: ARG002 - SAX passes it
        self._stack.pop()

    def characters(self, content: str) -> None:
        if self._stack:
            self._stack[-1].text += content


def xml_root(raw: bytes) -> Element:
    """The root element.

    Raises:
        MalformedManifest: not XML, too deep, or with a document type or entities.
    """
    from xml.sax import SAXException, SAXParseException

    from defusedxml import DefusedXmlException
    from defusedxml.sax import parseString  # in the worker only

    builder = _Builder()
    try:
        parseString(raw, builder, forbid_dtd=True)
    except DefusedXmlException as error:
        raise MalformedManifest("hostile_xml") from error
    except SAXParseException as error:
        raise MalformedManifest("malformed", error.getLineNumber() or 0) from error
    except SAXException as error:
        raise MalformedManifest("malformed") from error
    if builder.root is None:
        raise MalformedManifest("malformed")
    return builder.root
