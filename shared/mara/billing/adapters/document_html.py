"""Invoices as pages of HTML: no script, no link, and no style but the one of this module."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from typing import Final

from mara.billing.model.document_tables import ViewTable
from mara.billing.model.document_view import DocumentView
from mara.billing.ports.documents import RenderedDocument

STYLE: Final = """
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1f2328; background: #fff;
  max-width: 46rem; margin: 2rem auto; padding: 0 1.5rem }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 1rem }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 1.5rem }
h2 { font-size: 1rem; margin: 2rem 0 .25rem }
.mark { border: 2px solid; border-radius: 4px; padding: .2rem .7rem; font-weight: 700;
  letter-spacing: .05em; color: #57606a; white-space: nowrap }
.paid { color: #1a7f37 } .open { color: #9a6700 } .void, .uncollectible { color: #cf222e }
.parties { display: flex; gap: 2rem } .parties > div { flex: 1; min-width: 0 }
.label { color: #57606a; font-size: .85rem; margin: 0 }
.parties p { margin: 0; overflow-wrap: anywhere } .label + p { font-weight: 700 }
td { overflow-wrap: break-word } td:nth-child(2) { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.5rem; margin: 1.5rem 0 }
dt { color: #57606a } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th { text-align: left; color: #57606a; font-weight: 400; font-size: .85rem }
th, td { padding: .4rem .5rem .4rem 0; border-bottom: 1px solid #d0d7de; vertical-align: top }
td:last-child, th:last-child { text-align: right; padding-right: 0; white-space: nowrap;
  font-variant-numeric: tabular-nums }
.lines tbody td:nth-child(2), .lines th:nth-child(2) { text-align: right; padding-right: 1.5rem }
tfoot td { font-weight: 700; border-bottom: 0; text-align: right }
footer { color: #57606a; font-size: .85rem; margin-top: 2rem }
@media print { body { margin: 0; max-width: none } tr { break-inside: avoid } }
"""
HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{HASH}'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1><div class="mark {status}">{mark}</div></header>
<section class="parties">{parties}</section>
<dl>{facts}</dl>
{tables}
<footer>{footer}</footer>
</body>
</html>
"""


class HtmlDocuments:
    """Implements ``DocumentRenderer``."""

    def render(self, view: DocumentView) -> RenderedDocument:
        """The page in UTF-8."""
        page = PAGE.format(
            language=view.locale.value,
            title=escape(view.title),
            style=STYLE,
            status=view.status.value if view.status else "",
            mark=escape(view.mark),
            parties="".join(_party(*party) for party in view.parties),
            facts="".join(
                f"<dt>{escape(label)}</dt><dd dir='auto'>{escape(value)}</dd>"
                for label, value in view.facts
            ),
            tables="\n".join(_table(table) for table in view.tables),
            footer=escape(view.footer),
        )
        return RenderedDocument(page.encode(), "text/html; charset=utf-8", POLICY)


def _party(label: str, lines: Iterable[str]) -> str:
    shown = "".join(f"<p dir='auto'>{escape(line)}</p>" for line in lines)
    return f'<div><p class="label">{escape(label)}</p>{shown}</div>'


def _table(table: ViewTable) -> str:
    title = f"<h2>{escape(table.title)}</h2>" if table.title else ""
    rows = "".join(_row("td", cells) for cells in table.rows)
    span = len(table.columns) - 1
    totals = "".join(
        f'<tr><td colspan="{span}">{escape(label)}</td><td>{escape(amount)}</td></tr>'
        for label, amount in table.totals
    )
    head = _row("th", table.columns)
    return (
        f'{title}<table class="{table.name}"><thead>{head}</thead><tbody>{rows}</tbody>'
        f"<tfoot>{totals}</tfoot></table>"
    )


def _row(tag: str, cells: Iterable[str]) -> str:
    inner = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inner}</tr>"
