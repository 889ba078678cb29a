"""Reads PDF, DOCX, XLSX, CSV, Markdown and text files of unknown origin as blocks of text.

Usable by itself: besides the readers' libraries (the extra ``documents``) it imports only
``mara.kernel.errors``.

    from pathlib import Path
    from mara.extraction import extract
    from mara.extraction.model import Format

    extraction = extract(Path("manual.pdf"), Format.PDF)
    for block in extraction.blocks:
        print(block.place.page, block.place.headings, block.text)

How a file is read:

* ``extractor`` sends the request to a fork server (``fork_server_client``, ``fork_server``), a
  process that has the readers loaded, has no secret in its environment and opens no file itself.
* The fork server forks a process for each file, ahead of the request (``reader_process``). That
  runs the ``worker``: it limits its own memory, CPU time and life (``limits``), checks the file
  before any parser sees it (``guards``), and writes blocks to a file (``records``). A hostile file
  can end the worker and nothing else.
* ``readers`` maps formats to readers: ``pdf``, ``docx``, ``xlsx``, ``tables`` (CSV), ``markdown``
  and ``text``. Long PDFs and large sheets are read by two processes (``parallel``).
* Text that a person who views the file does not see (hidden, white on white, off the page) is
  dropped, since instructions to language models are smuggled in with it.

Linux only: it uses ``fork``, ``setrlimit`` and ``setitimer``.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mara.extraction.model import Extraction, Format


def extract(path: Path, format: "Format", *, timeout_s: float | None = None) -> "Extraction":
    """Read the file at ``path`` in a confined process.

    ``timeout_s`` is the wall-clock limit in seconds, by default ``limits.WALL_CLOCK_S``. Raises
    Unreadable, whose ``code`` is one of encrypted, corrupt, needs_ocr, no_text, too_large and
    timed_out. The fork server stays for the next file; it ends with this process.
    """
    from mara.extraction.extractor import extractor
    from mara.extraction.limits import WALL_CLOCK_S

    return extractor(WALL_CLOCK_S if timeout_s is None else timeout_s).extract(path, format)
