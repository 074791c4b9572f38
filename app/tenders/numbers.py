"""Numbers of tenders: district, year, running number, e.g. WD-2009-0031. Pure."""

PREFIXES = {"410402": "XH", "410403": "WD", "410404": "SL", "410411": "ZH"}
"""Letters of the city's districts; any other district goes by its code."""


def prefix_of(division_code: str) -> str:
    district = division_code[:6]
    return PREFIXES.get(district, district)


def format_number(prefix: str, year: int, number: int) -> str:
    return f"{prefix}-{year}-{number:04d}"
