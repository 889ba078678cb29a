"""Word files made of XML by hand: what python-docx does not write."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_NAMESPACES = {
    "w": W,
    "r": R,
    "v": "urn:schemas-microsoft-com:vml",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}
_XMLNS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, properties: str = "") -> str:
    """A paragraph of runs, or of plain text."""
    inner = content if content.startswith("<") or not content else run(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def numbered(text: str, depth: int = 0, number: int = 1) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, properties)


def level(depth: int, text: str, format: str = "decimal", more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{format}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def a_word_file(
    body: str, *, main: str = "document", relations: str = "", strict: bool = False, **parts: str
) -> bytes:
    """A file with this body; ``parts`` such as ``numbering`` are the content of other parts."""
    made = {f"word/{main}.xml": f"<w:document {_XMLNS}><w:body>{body}</w:body></w:document>"}
    targets = relations
    for name, content in parts.items():
        root = "hdr" if name == "header" else name
        made[f"word/{name}.xml"] = f"<w:{root} {_XMLNS}>{content}</w:{root}>"
        targets += f'<Relationship Id="{name}" Type="{R}/{name}" Target="{name}.xml"/>'
    made[f"word/_rels/{main}.xml.rels"] = _relations(targets)
    made["_rels/.rels"] = _relations(
        f'<Relationship Id="x" Type="{R}/officeDocument" Target="/word/{main}.xml"/>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, _strict(content) if strict else content)
    return buffer.getvalue()


def a_link(relation: str, address: str) -> str:
    """The relation of a link in the text."""
    return (
        f'<Relationship Id="{relation}" Type="{R}/hyperlink" Target="{address}"'
        ' TargetMode="External"/>'
    )


def with_backslashes(archive: bytes) -> bytes:
    """The same archive with backslashes between the folders of its members."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            member = zipfile.ZipInfo(name)
            member.filename = name.replace("/", "\\")
            target.writestr(member, source.read(name))
    return buffer.getvalue()


def _relations(targets: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{targets}</Relationships>'


def _strict(content: str) -> str:
    return content.replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main").replace(
        R, "http://purl.oclc.org/ooxml/officeDocument/relationships"
    )
