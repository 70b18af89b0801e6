"""Which files are taken as an invoice: PDF, OFD and XML, told by their bytes, never by their names.

They are kept as they are, because the tax office's signature covers the bytes, and only ever handed out as a download.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from orders.invoices.errors import BadFile
from orders.invoices.rules import MAX_BYTES
from providers.onboarding import papers

#: An OFD is an archive of XML and pictures. More than this unfolded is no invoice.
MOST_MEMBERS = 500
MOST_UNFOLDED = 50 * 1024 * 1024
ENDINGS = {"pdf": ".pdf", "ofd": ".ofd", "xml": ".xml"}
#: A document type can pull in other files or unfold into gigabytes; invoices have none.
DOCTYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
#: Nothing an invoice carries; an archive may hide them.
FOREIGN = re.compile(r"\.(exe|dll|js|jse|vbs|bat|cmd|com|scr|jar|ps1|sh|html?|svg|zip|rar|7z)$", re.IGNORECASE)


@dataclass(frozen=True)
class File:
    """A file that passed."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def too_large() -> BadFile:
    return BadFile(_("The file is larger than 5 MB. An electronic fapiao is far smaller; hand in the original."))


def checked(content: bytes, *, name: str) -> File:
    """The file as it is kept. Raises BadFile."""
    if not content:
        raise BadFile(_("The file is empty. Choose it again."))
    if len(content) > MAX_BYTES:
        raise too_large()
    if content.startswith(b"%PDF-"):
        return _file(name, "pdf", _pdf(content, name))
    if content.startswith(b"PK\x03\x04"):
        return _file(name, "ofd", _ofd(content))
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _file(name, "xml", _xml(content))
    raise BadFile(_("Only PDF, OFD and XML files are taken, and this is none of them, whatever its name says."))


def _file(name: str, kind: str, content: bytes) -> File:
    return File(papers.safe_stem(name) + ENDINGS[kind], content)


def _pdf(content: bytes, name: str) -> bytes:
    try:
        return papers.checked(content, name=name).content
    except papers.BadPaper as error:
        raise BadFile(str(error)) from error


def _ofd(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            size = sum(member.file_size for member in members)
            if "OFD.xml" not in names or len(members) > MOST_MEMBERS or size > MOST_UNFOLDED:
                raise _no_ofd()
            if any(FOREIGN.search(name) or ".." in name or name.startswith("/") for name in names):
                raise BadFile(_("Something else is hidden in this OFD file. Hand in the original from the tax office."))
            with archive.open("OFD.xml") as root:
                _parsed(root.read(MAX_BYTES))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:  # what broken archives raise
        raise _no_ofd() from error
    return content


def _no_ofd() -> BadFile:
    return BadFile(_("This is an archive, but no readable OFD file. Hand in the original from the tax office."))


def _xml(content: bytes) -> bytes:
    _parsed(content)
    return content


def _parsed(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
        if DOCTYPE.search(text):
            raise BadFile(_("This XML file pulls in other documents. Hand in the original from the tax office."))
        ElementTree.fromstring(text)  # noqa: S314 (no document type, so nothing to unfold)
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError) as error:
        raise BadFile(_("This XML file is damaged or not UTF-8. Hand in the original from the tax office.")) from error
