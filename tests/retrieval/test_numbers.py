"""Numbers of a workbook are read as Excel shows them; dates as ISO 8601."""

import pytest

from retrieval.parsing.numbers import shown

SHOWN = [
    ("0.195", "0.0%", "19.5%"),
    ("1234.5", "#,##0.00", "1,234.50"),
    ("1234.5", '#,##0.00 "€"', "1,234.50 €"),
    ("1234.5", "#,##0.00\\ [$€-407]", "1,234.50 €"),
    ("-1234.5", '"$"#,##0.00_);[Red]("$"#,##0.00)', "($1,234.50)"),
    ("-5", "0", "-5"),
    ("0.30000000000000004", "General", "0.3"),
    ("12", "", "12"),
    ("1E+20", "", "1E+20"),
    ("7", "000", "007"),
    ("5550142", "000-0000", "555-0142"),
    ("15550142", "000-0000", "1555-0142"),
    ("42", "00-00", "00-42"),
    ("3.14159", "0.##", "3.14"),
    ("1500000", '0.0,,"M"', "1.5M"),
    ("0.5", "# ?/?", "0.5"),
    ("5", '0 "pieces"', "5 pieces"),
    ("0", "0;-0;", "0"),
    ("45387", "dd/mm/yyyy", "2024-04-05"),
    ("45387", "[$-409]d\\-mmm\\-yy;@", "2024-04-05"),
    ("45387", "mmm yyyy", "2024-04"),
    ("45387.5", "yyyy-mm-dd hh:mm", "2024-04-05 12:00"),
    ("0.25", "h:mm", "06:00"),
    ("0.25", "h:mm:ss AM/PM", "06:00:00"),
    ("1.5", "[h]:mm", "36:00:00"),
    ("59", "yyyy-mm-dd", "1900-02-28"),
    ("61", "yyyy-mm-dd", "1900-03-01"),
    ("9e14", "yyyy-mm-dd", "9e+14"),
    ("words", "0.00", "words"),
    ("nan", "0.00", "nan"),
]


@pytest.mark.parametrize(("value", "pattern", "text"), SHOWN)
def test_a_number_is_shown_by_its_format(value: str, pattern: str, text: str) -> None:
    assert shown(value, pattern) == text


def test_days_can_be_counted_from_1904() -> None:
    assert shown("43925", "yyyy-mm-dd", from_1904=True) == "2024-04-05"
