"""Finding compounds by what people type: parts of names, in any order, two characters are enough. Pure."""

import unicodedata

MAX_TERMS = 5


def fold(text: str) -> str:
    """Full-width to half-width, lower case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def search_text(*names: str) -> str:
    """What is searched: a compound's name and those of its community, street and district."""
    return fold(" ".join(filter(None, names)))[:200]


def search_terms(typed: str) -> list[str]:
    """The parts that must all occur."""
    return fold(typed).split()[:MAX_TERMS]


def like_pattern(term: str) -> str:
    """For LIKE … ESCAPE '\\\\': what people type never acts as a wildcard."""
    return "%" + term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
