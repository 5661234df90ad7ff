"""openapi-core finds what is asked and answered as the document says."""

from tests.clients.caller import Caller


def test_reading_adding_and_deleting_are_as_documented(caller: Caller) -> None:
    added = caller.call("POST", json={"todo": "buy milk"})
    read = caller.call("GET")
    deleted = caller.call("DELETE", json={"todo_idx": len(read.json()["todos"]) - 1})
    for response in (added, read, deleted):
        assert response.status_code == 200
        caller.check_request(response)
    assert deleted.json() == {"deleted": "buy milk"}


def test_reading_a_part_is_as_documented(caller: Caller) -> None:
    response = caller.call("GET", params={"limit": 2, "offset": 1})
    caller.check_request(response)
    assert len(response.json()["todos"]) <= 2
