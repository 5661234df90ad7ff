"""The test collections that the benchmark of retrieval reads, in the forms they come in."""

import json
from pathlib import Path

import pytest

from benchmarks.retrieval_collections import read

DOCUMENTS = """.I 1
.T
the heron
.A
ann
.W
the heron
it waits
for fish .
.I 2
.W
taxes are
.W
due in may .
.I 3
.T
.W
"""
QUESTIONS = ".I 7\n.W\nwho waits\nfor fish\n.I 9\n.W\nwhen are taxes due\n.I 10\n.W\nno answer\n"


@pytest.mark.parametrize(
    ("names", "judgements"),
    [
        (("MED.ALL", "MED.QRY", "MED.REL"), "1 1 1\n2 2 1\n"),
        (("cacm.all", "query.text", "qrels.text"), "01 1  0 0\n02 2  0 0\n"),
        (("cran.all", "cran.qry", "cranqrel"), "1 1 2\n1 2 -1\n2 2 4\n3 1 5\n"),
    ],
)
def test_a_folder_in_the_form_of_smart_is_read(
    names: tuple[str, str, str], judgements: str, tmp_path: Path
) -> None:
    for name, text in zip(names, (DOCUMENTS, QUESTIONS, judgements), strict=True):
        (tmp_path / name).write_text(text)
    found = read(tmp_path)
    assert found.documents == {
        "1": "the heron\n\nit waits\nfor fish .",
        "2": "taxes are\ndue in may .",
    }
    assert found.questions == {"1": "who waits for fish", "2": "when are taxes due"}
    assert (found.relevant["1"], found.relevant["2"]) == ({"1"}, {"2"})


def test_a_file_in_the_form_of_squad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "xquad.de.json"
    asked = {"id": "q1", "question": "Wer wartet?"}
    paragraphs = [{"context": "Steuern.", "qas": []}, {"context": "Der Reiher.", "qas": [asked]}]
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    found = read(path)
    assert found.name == "xquad.de"
    assert found.documents == {"0": "Steuern.", "1": "Der Reiher."}
    assert found.questions == {"q1": "Wer wartet?"}
    assert found.relevant == {"q1": {"1"}}


@pytest.mark.parametrize("content", ["", "[]", '{"data": [{}]}', '{"data": []}'])
def test_what_is_no_collection_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"notes\.json"):
        read(path)
    with pytest.raises(ValueError, match="is no test collection"):
        read(tmp_path)
