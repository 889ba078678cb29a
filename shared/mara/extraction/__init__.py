"""Reads PDF, DOCX, XLSX, CSV, Markdown and text files of unknown origin; usable by itself."""
