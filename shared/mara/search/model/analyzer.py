"""The text analyzer: tokenization, stop words, stemming and word families, for both languages.

A term is a stem (``перезапуск``), an identifier as a whole (``nodefilesystemfull``) or a word
family (``~перезапус``), which relates a noun to its verb where stemming alone does not. Stemming is
Snowball (Porter 2001), by PyStemmer.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from mara.search.model.glossary import entries

FAMILY_PREFIX = "~"
"""Marks a word family; no word begins with it."""

TERM_LENGTH_MAX = 64
"""Characters; a longer run of letters is not a word, and is truncated."""

TOKEN = re.compile(r"[^\W_]+(?:[_\-.:/@][^\W_]+)*")
PART = re.compile(r"[^\W_]+")
CAMEL = re.compile(
    r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])|(?<=[^\W\d])(?=\d{3})"
)
CYRILLIC = re.compile(r"[а-я]")
LATIN = re.compile(r"[a-z]")

# Derivational suffixes: without them a stem is the name of its family.
RUSSIAN_DERIVATION = re.compile(
    r"(?:ировани|ирова|овани|ивани|ывани|ован|ива|ыва|ова|ева|ени|ани|ен|ан|ност|ость"
    r"|ств|ител|тел|ни|ти|т|к|н|а|я|и|й|ь)$"
)
ENGLISH_DERIVATION = re.compile(
    r"(?:ement|ment|ation|ition|tion|sion|ion|ance|anc|enc|ness|abl|ibl|ator|or|er|ur|al|iv|at|y|i)$"
)
AMERICAN = re.compile(r"(?<=\w{4})iz$")
"""American spelling: ``synchroniz`` is stored as ``synchronis``."""
ALTERNATION = str.maketrans({"ж": "з", "щ": "т", "ч": "к"})
LABIAL_L = re.compile(r"(?<=[бпвмф])л$")
ROOT_MIN = 4
"""The shortest root of a family, in letters; shorter roots relate unrelated words."""

ABBREVIATIONS = {
    **dict.fromkeys(("err", "errs"), "error"),
    **dict.fromkeys(("cfg", "conf", "configs"), "config"),
    **dict.fromkeys(("msg", "msgs"), "message"),
    **dict.fromkeys(("req", "reqs"), "request"),
    **dict.fromkeys(("conn", "conns"), "connection"),
    **dict.fromkeys(("db", "dbs"), "database"),
    **dict.fromkeys(("env", "envs"), "environment"),
    "resp": "response",
    "mem": "memory",
    "fs": "filesystem",
    "k8s": "kubernetes",
    "auth": "authentication",
    "repo": "repository",
    "svc": "service",
    "ns": "namespace",
    "prod": "production",
    "pwd": "password",
    "бд": "база",
    "цпу": "процессор",
}
"""Expansions of abbreviations that are common in identifiers."""

ENGLISH_STOP_WORDS = """
    a about after all also am an and any are as at be because been before being between both but
    by can could did do does doing down during each few for from further had has have having he
    her here hers him his how i if in into is it its just me more most my no nor not now of off
    on once only or other our out over own same she should so some such than that the their them
    then there these they this those through to too under until up us very was we were what when
    where which while who whom whose why will with would you your
"""
RUSSIAN_STOP_WORDS = """
    а без благодаря более будет будешь будут будучи бы был была были было быть в вам вами вас ваш
    ваша ваши ведь весь вместо во вокруг вот все всего всем всеми всему всех вследствие вы где да
    дабы даже для до его едва ее ей ему если есть еще ею же за зачем здесь и ибо из или им именно
    их к каждого каждый как какая какие каким какими каких каков какова какову каковы какого какое
    какой каком какому какую ко когда которая которого которой котором которому которою которую
    которые который которым которыми которых кроме кто куда ли либо лишь между меня мне много мной
    мое моего моей может можно мои мой моя мы на над надо нами насколько наш наша нашего нашей
    наши не него нее ней некоторые некоторых нет неужели нею ни нибудь нигде никогда никого никто
    ним ними них ничего ничто но ну о об оба обе обоих один однако около он она они оно от откуда
    отсюда оттуда отчего очень перед по под после потому почему поэтому при притом причем про
    пусть разве с сам самая самого самое самой самые самый самым самыми свое своего своей своему
    свои своим своими своих свой своя себе себя сквозь сколькими скольких сколько со собой собою
    согласно среди сюда так также такой там твое твои твой те тебе тебя тем теми то тобой тогда
    того тоже той только том тою туда ты у уж уже хоть хотя чего чей чем чему через что чтобы чье
    чьего чьей чьим чьими чьих чья эта эти этими этих это этого этой этом этому этот этою я
    является являлась являлся являются
"""
STOP_WORDS = frozenset((ENGLISH_STOP_WORDS + RUSSIAN_STOP_WORDS).split())


Analyzed = tuple[str, str, str, str | None]
"""The fields of a Word, without its position."""


class Word(NamedTuple):
    """A word that is not a stop word.

    ``position`` counts all words of the text, from 1; ``original`` is verbatim, ``form`` is case-
    folded, ``family`` is ``None`` where the root is too short.
    """

    position: int
    original: str
    form: str
    stem: str
    family: str | None


def words(text: str) -> list[Word]:
    """The words in order, with identifiers split into their parts, without stop words."""
    return numbered(analyzed(text), 1)


def analyzed(text: str) -> list[Analyzed | None]:
    """The fields of each Word of the text without its position; ``None`` for a stop word."""
    return [part for token in TOKEN.findall(text) for part in _analyze(token)]


def numbered(parts: Sequence[Analyzed | None], first: int) -> list[Word]:
    """The words of an analysed text whose first word has the position ``first``."""
    # Called for thousands of words of each search: Word() takes twice as long.
    new = tuple.__new__
    return [new(Word, (n, *part)) for n, part in enumerate(parts, first) if part is not None]


@lru_cache(maxsize=50_000)
def _analyze(token: str) -> tuple[Analyzed | None, ...]:
    """The fields of a Word, without the position, of each part; ``None`` for a stop word."""
    folded = [(part, _fold(part)[:TERM_LENGTH_MAX]) for part in _parts(token)]
    return tuple(
        None if form in STOP_WORDS else (part, form, *_stem_and_family(form))
        for part, form in folded
    )


def translations(stem: str, family: str | None) -> tuple[str, ...]:
    """The glossary's terms for a word in the other language; empty for most words."""
    glossary = _glossary()
    return glossary.get(stem) or glossary.get(FAMILY_PREFIX + (family or "")) or ()


@cache
def _glossary() -> dict[str, tuple[str, ...]]:
    """Maps stems of English words and families of Russian words to terms of the other language."""
    found: dict[str, dict[str, None]] = {}
    for russian, meanings in entries().items():
        (word,) = words(russian)
        names = [word.stem, *([FAMILY_PREFIX + word.family] if word.family else [])]
        for meaning in meanings:
            # Russian words by family, which covers their inflections; English stems suffice.
            stem = _stem_and_family(_fold(meaning))[0]
            for name in names:
                found.setdefault(name, {})[stem] = None
            found.setdefault(stem, {})[names[-1]] = None
    return {name: tuple(terms_) for name, terms_ in found.items()}


def terms(text: str) -> Iterator[str]:
    """Every term of the text in order, repeated as often as it occurs."""
    for match in TOKEN.finditer(text):
        token = match.group()
        parts = _parts(token)
        if len(parts) > 1:
            yield _fold(token)[:TERM_LENGTH_MAX]
        for part in parts:
            yield from _word(_fold(part)[:TERM_LENGTH_MAX])


def _parts(token: str) -> list[str]:
    """Split an identifier: ``NodeDisk_full`` has the parts Node, Disk and full."""
    return [word for part in PART.findall(token) for word in CAMEL.split(part) if word]


@lru_cache(maxsize=50_000)
def folded_parts(token: str) -> tuple[str, ...]:
    """The parts of an identifier, case-folded, including stop words."""
    return tuple(_fold(part) for part in _parts(token))


def _word(word: str) -> Iterator[str]:
    if word in STOP_WORDS:
        return
    stem, family = _stem_and_family(word)
    yield stem
    if family:
        yield FAMILY_PREFIX + family


@lru_cache(maxsize=50_000)
def _stem_and_family(word: str) -> tuple[str, str | None]:
    stem = _stem(word)
    return stem, _family(stem)


def _fold(text: str) -> str:
    return text.lower().replace("ё", "е")


@cache
def _stemmer(language: str) -> Any:
    import Stemmer  # type: ignore[import-not-found]  # it ships no types

    return Stemmer.Stemmer(language)


def _stem(word: str) -> str:
    word = ABBREVIATIONS.get(word, word)
    if CYRILLIC.search(word):
        return str(_stemmer("russian").stemWord(word))
    if LATIN.search(word):
        return AMERICAN.sub("is", str(_stemmer("english").stemWord(word)))
    return word


def _family(stem: str) -> str | None:
    """The stem without derivational suffixes; ``None`` where the root would be too short."""
    if CYRILLIC.search(stem):
        root = _strip(stem, RUSSIAN_DERIVATION)
        return LABIAL_L.sub("", root).translate(ALTERNATION) if len(root) >= ROOT_MIN else None
    if LATIN.search(stem) and stem.isalpha():
        root = _strip(stem, ENGLISH_DERIVATION)
        return root if len(root) >= ROOT_MIN else None
    return None


def _strip(stem: str, ending: re.Pattern[str]) -> str:
    """Strip suffixes repeatedly while the root stays at least ROOT_MIN letters long."""
    while True:
        shorter = ending.sub("", stem)
        if shorter == stem or len(shorter) < ROOT_MIN:
            return stem
        stem = shorter
