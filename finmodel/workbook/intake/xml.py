"""XML of a part, one element after another: no document type, no entities, no tree, and a bound on everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from finmodel.workbook.intake.gate import Parts, refuse

MOST_ELEMENTS = 1_250_000  # of all parts of a workbook
DEEPEST = 100
_KNOWN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.openxmlformats.org/package/2006/relationships": "",
    "http://schemas.openxmlformats.org/package/2006/content-types": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties": "",
    "http://purl.oclc.org/ooxml/officeDocument/customProperties": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes": "vt:",
    "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes": "vt:",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r:",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r:",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
}

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str, str], None]


class Reader:
    """Reads parts of one workbook; what it counts is counted over all of them."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.elements = 0

    def read(self, part: str, start: Start, end: End) -> None:
        """Tell of each element of a part as it opens and closes.

        Args:
            part: Name of the part within the file.
            start: Called with an element's name and its attributes; names of the workbook's own vocabulary are bare.
            end: Called with an element's name and the text in it.

        Raises:
            BadWorkbook: Not XML, or beyond a bound.
        """
        data = self.parts.read(part)
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = self._refuse_types(part)
        parser.EntityDeclHandler = self._refuse_types(part)
        self._listen(parser, part, start, end)
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            refuse(self.parts.name, f"the part {part} is no XML (line {error.lineno}: {expat.ErrorString(error.code)})")
        except (ValueError, LookupError, OverflowError) as error:
            refuse(self.parts.name, f"the part {part} cannot be read ({error})")
        finally:
            # the handlers hold the parser, and the parser the handlers
            parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None

    def _refuse_types(self, part: str) -> Callable[..., None]:
        def found(*_: Any) -> None:
            refuse(self.parts.name, f"the part {part} declares a document type or entities")

        return found

    def _listen(self, parser: expat.XMLParserType, part: str, start: Start, end: End) -> None:
        names = _Names()
        texts: list[str] = []
        depth = 0

        def opened(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self.elements += 1
            if depth > DEEPEST or self.elements > MOST_ELEMENTS:
                refuse(self.parts.name, f"the part {part} has too many elements, or nested too deep")
            if texts:
                texts.clear()
            start(names[name], attributes)

        def closed(name: str) -> None:
            nonlocal depth
            depth -= 1
            if texts:
                end(names[name], "".join(texts))
                texts.clear()
            else:
                end(names[name], "")

        parser.StartElementHandler = opened
        parser.EndElementHandler = closed
        parser.CharacterDataHandler = texts.append


class _Names(dict[str, str]):
    """Names with their vocabulary → names as we call them."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, _short(name))


def attribute(attributes: Attributes, name: str) -> str:
    """An attribute of another vocabulary, such as "r:id"; empty when it is not there.

    Args:
        attributes: Attributes of the element.
        name: The name.
    """
    return next((value for key, value in attributes.items() if _short(key) == name), "")


def _short(name: str) -> str:
    space, separator, local = name.rpartition("}")
    if not separator:
        return local
    return _KNOWN[space] + local if space in _KNOWN else name
