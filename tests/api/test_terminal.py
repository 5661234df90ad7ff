"""What others wrote, in a terminal."""

from api.terminal import in_one_line, visible


def test_what_would_command_a_terminal_is_spelled_out() -> None:
    assert visible("a\x1b[2Jb\x9b1m\x7f\u202e") == r"a\x1b[2Jb\x9b1m\x7f\u202e"


def test_lines_and_tabs_stay_but_in_a_list() -> None:
    assert visible("a\tb\nc") == "a\tb\nc"
    assert in_one_line("a\tb\nc") == r"a\tb\nc"


def test_what_only_shapes_a_text_stays() -> None:
    persian, japanese = "می\N{ZERO WIDTH NON-JOINER}خواهم", "東京\N{IDEOGRAPHIC SPACE}駅"
    for text in (persian, japanese, "5\N{NO-BREAK SPACE}km"):
        assert in_one_line(text) == text
