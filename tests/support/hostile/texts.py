"""Hostile plain text, Markdown and tables; and honest text in odd shapes."""

from mara.extraction.model import Format
from tests.support import files
from tests.support.hostile.case import Case, ended, ready, refused

TXT, MD, CSV = Format.TXT, Format.MD, Format.CSV
ZALGO = "n\u0300\u0301\u0302\u0303e\u0304\u0305edle" + "a" + "\u0300\u0316\u0334" * 2000
RUSSIAN = "Перезапустите сервис, если очередь не пустеет. " * 9

CASES: dict[str, Case] = {
    "txt: white space alone": refused(TXT, lambda: b" \n\t\r\n" * 999, "no_text"),
    "txt: a mark of byte order alone": refused(TXT, lambda: b"\xef\xbb\xbf", "no_text"),
    "txt: a mark of UTF-16 alone": refused(TXT, lambda: b"\xff\xfe", "no_text"),
    "txt: zero bytes alone": refused(TXT, lambda: bytes(9999), "no_text"),
    "txt: zero bytes between letters": ready(TXT, lambda: b"need\x00le in a\x00 stack", "needle"),
    "txt: every byte there is": ended(TXT, lambda: bytes(range(256)) * 400),
    "txt: half of a UTF-16 pair": ready(
        TXT, lambda: b"\xff\xfe" + "needle here".encode("utf-16-le") + b"\x00\xd8", "needle"
    ),
    "txt: cut within a letter": ready(TXT, lambda: ("needle " + RUSSIAN).encode()[:-3], "needle"),
    "txt: CP1251": ready(TXT, lambda: RUSSIAN.encode("cp1251"), "Перезапустите"),
    "txt: KOI8-R": ready(TXT, lambda: RUSSIAN.encode("koi8-r"), "Перезапустите"),
    "txt: right to left": ready(TXT, "שלום, הפעל מחדש את השירות".encode, "הפעל"),
    "txt: right to left by a mark": ready(TXT, "\u202eneedle\u202c".encode, "needle"),
    "txt: Chinese without a space": ready(TXT, ("重启服务" * 5000).encode, "重启服务"),
    "txt: letters under heaps of marks": ready(TXT, ZALGO.encode, "edle"),
    "txt: one word of two hundred thousand letters": ready(
        TXT, lambda: b"needle" + b"x" * 200_000 + b" end", "needle"
    ),
    "txt: one word of a hundred thousand dots": ended(TXT, lambda: b"." * 100_000),
    "txt: a hundred thousand lines": ready(TXT, lambda: b"needle\n" + b"a\n" * 100_000, "needle"),
    "txt: thirty million letters": refused(TXT, lambda: b"word " * 6_000_000, "too_large"),
    "txt: a program by another name": refused(TXT, lambda: b"\x7fELF" + bytes(99), "corrupt"),
    "txt: a docx by another name": refused(TXT, files.a_docx, "corrupt"),
    "md: headings without end": ended(MD, lambda: b"# a\n" * 20_000),
    "md: quotes in quotes": ready(MD, lambda: b">" * 20_000 + b" needle", "needle"),
    "md: lists in lists": ready(
        MD, lambda: b"".join(b" " * n + b"- needle\n" for n in range(0, 2000, 2)), "needle"
    ),
    "md: brackets without end": ready(MD, lambda: b"needle " + b"[" * 50_000, "needle"),
    "md: comments that do not end": ready(MD, lambda: b"needle\n" + b"<!--" * 30_000, "needle"),
    "md: front matter that does not end": ready(
        MD, lambda: b"---\n" + b"needle: x\n" * 3000, "needle"
    ),
    "md: fences that do not end": ready(MD, lambda: b"```\nneedle\n" * 2001, "needle"),
    "csv: one quote that does not end": ready(
        CSV, lambda: b'a,b\n"' + b"needle " * 10_000, "needle"
    ),
    "csv: a million columns": ended(CSV, lambda: b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000),
    "csv: commas alone": refused(CSV, lambda: b"," * 500_000, "no_text"),
    "csv: rows of every length": ready(
        CSV, lambda: b"\n".join(b"needle," * n for n in range(1, 300)), "needle"
    ),
    "csv: quotes in quotes": ready(CSV, lambda: b'"needle' + b'""' * 50_000 + b'"', "needle"),
    "csv: no end of line but the old one": ready(CSV, lambda: b"a;b\rneedle;2\r", "needle"),
    "csv: a formula": ready(CSV, lambda: b"a,b\n=HYPERLINK(1),needle\n", "needle"),
    "csv: zero bytes in a row": ready(CSV, lambda: b"a,b\nneed\x00le,1\n", "needle"),
}
