"""Lines of a PDF page: as the page's text has them, with their place, and as they are read."""

WrittenLine = tuple[int, int, str]
"""The position of a line in the page's text, its length there, and the line."""

PlacedLine = tuple[str, float, int, int]
"""Its text, its font size in points, and the position and number of its characters."""

Line = tuple[str, float]
"""Its text, and its font size in points, or its negated depth in the table of contents."""
