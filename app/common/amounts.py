"""Fen written as figures and in the capital words of contracts. Knows nothing else, so that the bidder's own program can take it along."""


def yuan(fen: int) -> str:
    """1234567 → "12,345.67"."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def yuan_in_words(fen: int) -> str:
    """Chinese capital amount: 62 → "陆角贰分", 120000 → "壹仟贰佰元整". In a bid the words prevail over the figures (130号 §41)."""
    if fen < 0:
        return "负" + yuan_in_words(-fen)
    if fen == 0:
        return "零元整"
    whole, cents = divmod(fen, 100)
    jiao, rest = divmod(cents, 10)
    words = f"{_whole_in_words(whole)}元" if whole else ""
    if not cents:
        return words + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif whole:
        words += "零"
    return words + (_DIGITS[rest] + "分" if rest else "整")


def _whole_in_words(whole: int) -> str:
    groups = []
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.append(group)
    words, zero_before = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            zero_before = bool(words)
            continue
        if words and (zero_before or group < 1000):
            words += "零"
        words += _group_in_words(group) + _GROUPS[index]
        zero_before = False
    return words


def _group_in_words(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return words
