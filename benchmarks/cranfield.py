"""The Cranfield collection: abstracts, questions, and which abstract answers which.

Grades 1 to 4 count as relevant. It is not part of the project: name the folder that holds
`cran.all`, `cran.qry` and `cranqrel`.
"""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cranfield:
    documents: dict[str, str]
    """Title, an empty line and abstract, by number."""
    questions: dict[int, str]
    """By position, from 1."""
    relevant: dict[int, set[str]]

    @classmethod
    def read(cls, folder: Path) -> "Cranfield":
        documents = {}
        for record in records(folder / "cran.all"):
            number, _, rest = record.partition("\n")
            title = rest.partition(".T\n")[2].partition(".A\n")[0].strip()
            body = rest.partition("\n.W\n")[2].strip()
            documents[number.strip()] = f"{title}\n\n{body.removeprefix(title).strip()}".strip()
        questions = {
            place: " ".join(record.partition(".W\n")[2].split())
            for place, record in enumerate(records(folder / "cran.qry"), 1)
        }
        relevant: dict[int, set[str]] = {}
        for line in (folder / "cranqrel").read_text().splitlines():
            question, document, grade = line.split()
            if 1 <= int(grade) <= 4:
                relevant.setdefault(int(question), set()).add(document)
        return cls(documents, questions, relevant)


def records(path: Path) -> list[str]:
    return re.split(r"^\.I ", path.read_text(), flags=re.MULTILINE)[1:]
