"""Players are found by their names as people write them, whoever is meant first."""

from importlib import import_module
from urllib.parse import quote

import pytest
from django.apps import apps

from sports.models import Player
from tests.conftest import Mount, mount_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NAMES = [
    *("C.J. Miles", "CJ McCollum", "D'Angelo Russell", "Karl-Anthony Towns", "Nikola Jokić"),
    *("Nikola Jović", "Jaren Jackson", "Jaren Jackson Jr.", "P.J. Tucker", "Luka Dončić"),
    *("OG Anunoby", "Shai Gilgeous-Alexander", "DeAndre Jordan", "De'Andre Hunter", "LeBron James"),
    *("Robert Williams III", "Michael Porter Jr.", "Kevin Porter", "P.J. Washington", "Omer Asik"),
    *("Shaquille O'Neal", "Royce O'Neale", "Georgios Papagiannis", "Giannis Antetokounmpo"),
    *("Michael Jordan", "Jordan Clarkson", "Luc Mbah a Moute", "Reggie Miller", "Ming Yao"),
]


@pytest.fixture
def sports() -> Mount:
    Player.objects.create(id=1, last_name="Nene")
    for pk, name in enumerate(NAMES, 2):
        first, _, last = name.partition(" ")
        Player.objects.create(id=pk, first_name=first, last_name=last)
    return mount_of("sports")


def found(sports: Mount, query: str) -> list[str]:
    answer = sports.get(f"/players?query={quote(query)}").json()
    assert answer["meta"]["total_count"] == len(answer["data"])
    return [f"{row['first_name']} {row['last_name']}".strip() for row in answer["data"]]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        *((name, name) for name in ["Nene", *NAMES]),
        *((name.upper(), name) for name in NAMES),
        ("PJ Tucker", "P.J. Tucker"),
        ("P. J. Tucker", "P.J. Tucker"),
        ("C.J. McCollum", "CJ McCollum"),
        ("D’Angelo Russell", "D'Angelo Russell"),
        ("DAngelo Russell", "D'Angelo Russell"),
        ("D'Angelo  Russell ", "D'Angelo Russell"),
        ("Karl Anthony Towns", "Karl-Anthony Towns"),
        ("Karl‑Anthony Towns", "Karl-Anthony Towns"),
        ("KarlAnthony Towns", "Karl-Anthony Towns"),
        ("Towns, Karl-Anthony", "Karl-Anthony Towns"),
        ("Jokic Nikola", "Nikola Jokić"),
        ("Jokić, N.", "Nikola Jokić"),
        ("nikola j", "Nikola Jokić"),
        ("Jaren Jackson, Jr.", "Jaren Jackson Jr."),
        ("Jackson Jr., Jaren", "Jaren Jackson Jr."),
        ("Luka Doncic", "Luka Dončić"),
        ("Luka Donc\u030cic\u0301", "Luka Dončić"),
        ("O.G. Anunoby", "OG Anunoby"),
        ("Shai Gilgeous Alexander", "Shai Gilgeous-Alexander"),
        ("gilgeous alexander shai", "Shai Gilgeous-Alexander"),
        ("De'Andre Jordan", "DeAndre Jordan"),
        ("Deandre Hunter", "De'Andre Hunter"),
        ("De Andre Hunter", "De'Andre Hunter"),
        ("LeBron R. James", "LeBron James"),
        ("James LeBron", "LeBron James"),
        ("Robert Williams", "Robert Williams III"),
        ("Michael Porter", "Michael Porter Jr."),
        ("Kevin Porter Jr.", "Kevin Porter"),
        ("PJ Washington Jr.", "P.J. Washington"),
        ("Ömer Aşık", "Omer Asik"),
        ("Shaquille ONeal", "Shaquille O'Neal"),
        ("Shaquille O Neal", "Shaquille O'Neal"),
        ("Royce O’Neale", "Royce O'Neale"),
        ("Giannis", "Giannis Antetokounmpo"),
        ("Jordan Michael", "Michael Jordan"),
        ("Yao Ming", "Ming Yao"),
        ("o'n", "Shaquille O'Neal"),
    ],
)
def test_whoever_is_named_comes_first(sports: Mount, query: str, name: str) -> None:
    assert found(sports, query)[:1] == [name]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("jaren jackson", ["Jaren Jackson", "Jaren Jackson Jr."]),
        ("Nikola J", ["Nikola Jokić", "Nikola Jović"]),
        ("giannis", ["Giannis Antetokounmpo", "Georgios Papagiannis"]),
        ("jordan", ["Jordan Clarkson", "DeAndre Jordan", "Michael Jordan"]),
        ("ouns", []),
        ("Michael J. Fox", []),
        ("'", ["D'Angelo Russell", "De'Andre Hunter", "Shaquille O'Neal", "Royce O'Neale"]),
        ("%", []),
        ("_", []),
    ],
)
def test_a_part_of_a_name_finds_all_who_have_it(
    sports: Mount, query: str, names: list[str]
) -> None:
    assert found(sports, query) == names


@pytest.mark.parametrize("query", ["o", "a", "jordan", "nikola j"])
def test_pages_bring_everybody_once_and_in_the_same_order(sports: Mount, query: str) -> None:
    apart: list[str] = []
    page = sports.get(f"/players?query={quote(query)}&limit=1").json()
    while True:
        apart += [f"{row['first_name']} {row['last_name']}".strip() for row in page["data"]]
        cursor = page["meta"]["next_cursor"]
        if cursor is None:
            break
        page = sports.get(f"/players?query={quote(query)}&limit=1&cursor={cursor}").json()
    assert apart == found(sports, query)


def test_players_that_were_there_are_searched_alike(sports: Mount) -> None:
    Player.objects.update(search_words="", search_name="")
    import_module("sports.migrations.0002_player_search_words").fill(apps, None)
    assert found(sports, "PJ Tucker") == ["P.J. Tucker"]
    assert found(sports, "o'neale") == ["Royce O'Neale"]
