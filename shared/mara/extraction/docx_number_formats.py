"""How Word writes the number of a list item or of a note (ECMA-376, part 1, 17.18.59)."""

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_MAX = 3999
_LETTERS = {
    "Letter": "abcdefghijklmnopqrstuvwxyz",
    "Russian": "абвгдежзиклмнопрстуфхцчшщыэюя",
}
_REPEATS_MAX = 20


def formatted(number: int, format: str) -> str:
    """Write a number in a format of Word; in digits where the format is rare."""
    if format == "none":
        return ""
    if format == "decimalZero":
        return f"{number:02}"
    if number < 1:
        return str(number)
    if format in {"lowerRoman", "upperRoman"} and number <= _ROMAN_MAX:
        return _cased(_roman(number), format)
    letters = {
        "lowerLetter": "Letter",
        "upperLetter": "Letter",
        "russianLower": "Russian",
        "russianUpper": "Russian",
    }.get(format)
    if letters is None:
        return str(number)
    return _cased(_letter(number, _LETTERS[letters]), format)


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _letter(number: int, alphabet: str) -> str:
    """A to Z, then AA to ZZ, then AAA."""
    repeats, at = divmod(number - 1, len(alphabet))
    return alphabet[at] * min(repeats + 1, _REPEATS_MAX)


def _cased(text: str, format: str) -> str:
    return text.upper() if "pper" in format else text
