"""Test collections for retrieval: texts, questions, and which texts answer which question.

None is part of the project. Two kinds are read: a folder in the form of SMART, in which Cranfield,
CISI, CACM, ADI and MEDLINE are handed round, and a JSON file in the form of SQuAD, as XQuAD's are.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

RECORDS = re.compile(r"^\.I ", re.MULTILINE)
FIELDS = re.compile(r"^\.(?=[A-Z]\s*$)", re.MULTILINE)
DOCUMENTS = re.compile(r"\.all$", re.IGNORECASE)
QUESTIONS = re.compile(r"\.qry$|^query\.text$", re.IGNORECASE)
RELEVANT = re.compile(r"\.rel$|^qrels\.text$|^cranqrel$", re.IGNORECASE)


@dataclass(frozen=True)
class TestCollection:
    name: str
    documents: dict[str, str]
    questions: dict[str, str]
    relevant: dict[str, set[str]]
    """The documents that answer a question, by its key; a question without any is left out."""


def read(path: Path) -> TestCollection:
    """Read a folder or file; raises ValueError, which says what is missing."""
    found = read_smart(path) if path.is_dir() else read_squad(path)
    documents, questions, relevant = found
    asked = {key: text for key, text in questions.items() if text and relevant.get(key)}
    if not documents or not asked:
        raise ValueError(f"{path} holds no documents, or no question that one of them answers.")
    return TestCollection(path.stem, documents, asked, relevant)


Parts = tuple[dict[str, str], dict[str, str], dict[str, set[str]]]


def read_smart(folder: Path) -> Parts:
    """Read `NAME.all`, `NAME.qry` and `NAME.rel`, or what CACM and Cranfield call them.

    A document is its title, an empty line and its text. A question's number is its position: where
    Cranfield says otherwise, its judgements do not follow. Of Cranfield's grades, 1 to 4 count.
    """
    documents = {}
    for number, fields in records(only(folder, DOCUMENTS)):
        title, body = fields["T"], fields["W"]
        if text := f"{title}\n\n{body.removeprefix(title).strip()}".strip():
            documents[number] = text
    asked = records(only(folder, QUESTIONS))
    questions = {
        str(place): " ".join(each["W"].split()) for place, (_, each) in enumerate(asked, 1)
    }
    judgements = only(folder, RELEVANT)
    graded = judgements.name == "cranqrel"
    relevant = defaultdict(set)
    for line in filter(str.strip, judgements.read_text().splitlines()):
        question, document, grade, *_ = line.split()
        if not graded or 1 <= int(grade) <= 4:
            relevant[str(int(question))].add(document)
    return documents, questions, relevant


def only(folder: Path, name: re.Pattern[str]) -> Path:
    found = [path for path in sorted(folder.iterdir()) if name.search(path.name)]
    if len(found) != 1:
        raise ValueError(
            f"{folder} is no test collection: it has to hold one file each of documents (.all), "
            "questions (.qry, query.text) and judgements (.rel, qrels.text, cranqrel)."
        )
    return found[0]


def records(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return each record's number, and its fields by their letter, "" where it has none."""
    made: list[tuple[str, dict[str, str]]] = []
    for record in RECORDS.split(path.read_text())[1:]:
        number, *parts = FIELDS.split(record)
        fields: dict[str, str] = defaultdict(str)
        for part in parts:  # Cranfield has a text in two of them
            fields[part[0]] = f"{fields[part[0]]}\n{part[1:].strip()}".strip()
        made.append((number.strip(), fields))
    return made


def read_squad(path: Path) -> Parts:
    """Read paragraphs and their questions, each of which its own paragraph answers."""
    documents, questions, relevant = {}, {}, {}
    try:
        paragraphs = [
            p for each in json.loads(path.read_text())["data"] for p in each["paragraphs"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no JSON in the form of SQuAD: {error}.") from error
    for place, paragraph in enumerate(paragraphs):
        documents[str(place)] = paragraph["context"]
        for each in paragraph["qas"]:
            questions[each["id"]] = each["question"]
            relevant[each["id"]] = {str(place)}
    return documents, questions, relevant
