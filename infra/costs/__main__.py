"""Brings the table of infra/docs/costs.md up to date: `python -m infra.costs`."""

from infra.costs.table import DOCUMENT, document

if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
