"""Numbers as a spreadsheet shows them (number formats, ECMA-376 part 1, 18.8.30 and 18.8.31).

Dates are written as ISO 8601, whatever their order: a day and a month are told apart.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

BUILT_IN = {
    "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%",
    "14": "yyyy-mm-dd", "15": "yyyy-mm-dd", "16": "yyyy-mm-dd", "17": "yyyy-mm",
    "18": "hh:mm", "19": "hh:mm:ss", "20": "hh:mm", "21": "hh:mm:ss", "22": "yyyy-mm-dd hh:mm",
    "37": "#,##0", "38": "#,##0", "39": "#,##0.00", "40": "#,##0.00", "44": '"$"#,##0.00',
    "45": "mm:ss", "46": "[h]:mm:ss", "47": "mm:ss",
    **{str(key): "yyyy-mm-dd" for key in (*range(27, 32), 36, *range(50, 59))},
    **{str(key): "hh:mm:ss" for key in range(32, 36)},
}  # fmt: skip
LITERALS = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|_.|\*.|\[[^\]]*\]')
DIGITS = re.compile(r"([#0?][#0?,]*?)(?:\.([#0?]+))?(,*)(?![#0?,])")
LARGEST = 1e15


def shown(value: str, pattern: str, *, from_1904: bool = False) -> str:
    """Return a number by its format; as it is, where the format is another than is known here."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number) > LARGEST:
        return value
    section = chosen(pattern, number)
    if is_date(section):
        return moment(float(number), section, from_1904=from_1904)
    bare = LITERALS.sub("", section)
    if len(DIGITS.findall(bare)) > 1 and not re.search(r"[.,%eE/]", bare):
        return filled(number, section)
    if len(DIGITS.findall(bare)) != 1 or re.search(r"[eE]\+|/", bare):
        return plain(number)
    return formatted(number, section, signed=section == pattern.split(";")[0])


def chosen(pattern: str, number: Decimal) -> str:
    """Return the section for a number: positive, negative and zero may have their own."""
    sections = pattern.split(";")
    if number < 0 and len(sections) > 1 and sections[1]:
        return sections[1]
    if number == 0 and len(sections) > 2 and sections[2]:
        return sections[2]
    return sections[0]


def is_date(section: str) -> bool:
    if re.search(r"\[(h+|m+|s+)\]", section, re.I):
        return True
    bare = LITERALS.sub("", section)
    return bool(re.search(r"[ymdhs]", bare, re.I)) and not re.search(r"[#0?]*[#0?](?!\w)%?$", bare)


def moment(number: float, section: str, *, from_1904: bool) -> str:
    """Return a date, a time or both; a number of days since the end of 1899, or since 1904."""
    bare = LITERALS.sub("", section).lower()
    if re.search(r"\[h+\]", section, re.I):
        seconds = round(number * 86_400)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    # Excel takes 1900 for a leap year, so the days before March are counted from another start.
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if number >= 60 else 31)
    try:
        when = start + timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return plain(Decimal(number))
    clock = bool(re.search(r"[hs]", bare))
    seconds_shown = "s" in bare or when.second
    time = when.strftime("%H:%M:%S" if seconds_shown else "%H:%M") if clock else ""
    if not re.search(r"[yd]", bare) and clock:
        return time
    day = when.strftime("%Y-%m-%d" if re.search("d", bare) or clock else "%Y-%m")
    return f"{day} {time}".strip()


def formatted(number: Decimal, section: str, *, signed: bool) -> str:
    literals = LITERALS.sub(lambda found: found[1] or found[2] or found[3] or "", section)
    bare = LITERALS.sub("", section)
    found = DIGITS.search(bare)
    if found is None:
        return plain(number)
    whole, fraction, thousands = found[1], found[2] or "", len(found[3])
    scale = 2 * bare.count("%") - 3 * thousands
    step = Decimal(1).scaleb(-len(fraction))
    exact = abs(number).scaleb(scale).quantize(step, ROUND_HALF_UP)
    text = f"{exact:,f}" if "," in whole else f"{exact:f}"
    text = text.zfill(whole.count("0") + len(fraction) + bool(fraction))
    for _ in range(len(fraction) - len(fraction.rstrip("#?"))):
        text = text.removesuffix("0")
    text = text.rstrip(".")
    sign = "-" if number < 0 and signed and exact else ""
    place = DIGITS.search(literals)
    if place is None:
        return sign + text
    return (sign + literals[: place.start()] + text + literals[place.end() :]).strip()


def filled(number: Decimal, section: str) -> str:
    """Return the digits of a number in the places of a pattern such as 000-0000."""
    pattern = LITERALS.sub(lambda found: found[1] or found[2] or "", section)
    digits = str(int(abs(number).quantize(Decimal(1), ROUND_HALF_UP)))
    places = [place for place, sign in enumerate(pattern) if sign in "0#?"]
    made = list(pattern)
    for place in reversed(places):
        digits, last = digits[:-1], digits[-1:]
        made[place] = last or ("0" if pattern[place] == "0" else "")
    made.insert(places[0], digits)
    return ("-" if number < 0 else "") + "".join(made)


def plain(number: Decimal) -> str:
    """Return a number as it is shown without a format: of eleven digits at most."""
    rounded = f"{float(number):.11g}"
    if "e" in rounded or "." not in rounded:
        return rounded
    return rounded.rstrip("0").rstrip(".")
