"""Rows of tables: one line each, whole in a passage, under the names of their columns."""

import pytest

from retrieval.chunking import passages
from retrieval.parsing import Limits, worker
from tests.conftest import Mount
from tests.retrieval.packages import workbook
from tests.retrieval.test_operations import ask
from tests.retrieval.test_uploads import upload


def read(text: str | bytes, suffix: str = ".csv") -> str:
    return worker.read(text if isinstance(text, bytes) else text.encode(), suffix, Limits()).text


CSV = {
    "quoted as RFC 4180 has it": (
        'id,remark\r\n1,"a ""b"", c"\r\n2,"two\r\nlines"\r\n',
        ["id, remark", 'id: 1, remark: a "b", c', "id: 2, remark: two lines"],
    ),
    "apostrophes": (
        "name,remark\r\nAda,'tis late\r\nBo,'twas dark\r\nCy,rock 'n' roll\r\n",
        [
            "name, remark",
            "name: Ada, remark: 'tis late",
            "name: Bo, remark: 'twas dark",
            "name: Cy, remark: rock 'n' roll",
        ],
    ),
    "more cells than names": (
        "name,remark\nO'Brien,the keeper's key, lost\nD'Arcy,won't open\n",
        [
            "name, remark",
            "name: O'Brien, remark: the keeper's key, lost",
            "name: D'Arcy, remark: won't open",
        ],
    ),
    "Excel's first line": (
        "sep=;\r\nGate;Opens\r\nNorth;06:30\r\n",
        ["Gate, Opens", "Gate: North, Opens: 06:30"],
    ),
    "Excel's first line of a tab": (
        "sep=\t\nGate\tOpens\nNorth\t06:30\n",
        ["Gate, Opens", "Gate: North, Opens: 06:30"],
    ),
    "semicolons, and commas in numbers": (
        "Plot;Fee\n12;1,50\n13;2,75\n14;3,00\n",
        ["Plot, Fee", "Plot: 12, Fee: 1,50", "Plot: 13, Fee: 2,75", "Plot: 14, Fee: 3,00"],
    ),
    "tabs": (
        "Plot\tTenant\n12\tAda, of course\n",
        ["Plot, Tenant", "Plot: 12, Tenant: Ada, of course"],
    ),
    "bars": ("Plot|Tenant\n12|Ada\n", ["Plot, Tenant", "Plot: 12, Tenant: Ada"]),
    "one column with signs in it": (
        "Street\nHazel Row 4; rear door\nMill Lane 9; side door\n",
        ["Street", "Street: Hazel Row 4; rear door", "Street: Mill Lane 9; side door"],
    ),
    "titles above": (
        "Report 2024,,\n,,\nPlot,Tenant,Fee\n12,Ada,30\n13,Bo,35\n",
        [
            "Report 2024",
            "Plot, Tenant, Fee",
            "Plot: 12, Tenant: Ada, Fee: 30",
            "Plot: 13, Tenant: Bo, Fee: 35",
        ],
    ),
    "titles above, not filled up": (
        "Report 2024\nof the guild\n\nPlot;Tenant;Fee\n12;Ada;30\n13;Bo;35\n14;Cy;\n",
        [
            "Report 2024",
            "of the guild",
            "Plot, Tenant, Fee",
            "Plot: 12, Tenant: Ada, Fee: 30",
            "Plot: 13, Tenant: Bo, Fee: 35",
            "Plot: 14, Tenant: Cy",
        ],
    ),
    "years for names": (
        "Region,2021,2022\nNorth,4,5\n",
        ["Region, 2021, 2022", "Region: North, 2021: 4, 2022: 5"],
    ),
    "a quote that is never closed": (
        'name,remark\nAda,"tis late\nBo,home\n',
        ["name, remark", 'name: Ada, remark: "tis late', "name: Bo, remark: home"],
    ),
    "a name without": ("name,,age\nAda,x,41\n", ["name, age", "name: Ada, x, age: 41"]),
}


@pytest.mark.parametrize("case", CSV)
def test_each_record_is_a_line_with_its_fields_under_their_names(case: str) -> None:
    text, lines = CSV[case]
    assert read(text) == "\n\n".join(lines)


def test_rows_without_names_are_a_table_without_a_header() -> None:
    assert read("1,2\n3,4\n") == "| 1 | 2 |\n| 3 | 4 |"


def test_what_is_named_tsv_has_tabs() -> None:
    assert read("a, b\tc, d\n1, 2\t3, 4\n", ".tsv") == "a, b, c, d\n\na, b: 1, 2, c, d: 3, 4"


# --- Passages ----------------------------------------------------------------------------

HEAD = "| Zone | Return | Dog |\n|---|---|---|\n"
ROWS = [f"| Zone {n} | {n}.50 | 0.{n} |" for n in range(1, 61)]


def test_each_part_of_a_table_has_its_header_and_whole_rows() -> None:
    made = list(
        passages(f"# Tariff\n\nAll zones.\n\n{HEAD}" + "\n".join(ROWS) + "\n\nValid from May.")
    )
    assert len(made) > 2
    assert all(HEAD in each.text for each in made if "| Zone " in each.text)
    lines = [line for each in made for line in each.text.split("\n") if line.startswith("| Zone ")]
    assert [line for line in lines if line not in HEAD] == ROWS
    assert made[0].text.startswith("# Tariff\n\nAll zones.") and made[-1].text.endswith(
        "Valid from May."
    )


@pytest.mark.parametrize("cells", [4, 390])
def test_a_record_is_never_cut(cells: int) -> None:
    rows = [(n, f"Person {n}", "likes tea " * cells) for n in range(1, 30 if cells == 4 else 5)]
    text = read("id,name,remark\n" + "\n".join(f'{a},{b},"{c}"' for a, b, c in rows))
    records = text.split("\n\n")
    made = list(passages(text))
    assert len(made) > 2
    assert [line for each in made for line in each.text.split("\n\n")] == records


def test_small_tables_are_beside_what_they_stand_in() -> None:
    text = read(workbook(("Plot", "Fee"), (12, 30)), "")
    assert [each.text for each in passages(text)] == [text]


@pytest.mark.parametrize(
    "text",
    [
        "```\n| a | b |\n|---|---|\n```\n\nIt is code.",
        "A line | with a bar\n\nand another.",
        "Title\n\nTitle: a sentence that goes on.",
        "| a |\n",
        "a | b\n--- | ---\n1 | 2",
        "| what it says | stands here |\n|---|---|",
    ],
)
def test_nothing_is_lost_beside_tables(text: str) -> None:
    kept = "".join("".join(each.text.split()) for each in passages(text))
    assert kept == "".join(text.split())


@pytest.mark.django_db
def test_a_row_in_the_middle_of_a_table_is_found_with_its_header(open_plugin: Mount) -> None:
    rows = "".join(f"<tr><td>Zone {n}</td><td>{n}.50</td></tr>" for n in range(1, 61))
    page = f"<!DOCTYPE html><table><tr><th>Zone</th><th>Return</th></tr>{rows}</table>"
    assert upload(open_plugin, page.encode(), "tariff.html").status_code == 200
    [best] = ask(open_plugin, "What is the return fare to zone 41?", top_k=1)
    assert "| Zone | Return |" in best["text"] and "| Zone 41 | 41.50 |" in best["text"]
