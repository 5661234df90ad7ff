"""Weaviate's two sides, REST for the schema and gRPC for the objects, noting what they are sent."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.retrieval.stores.recording import recording


@contextmanager
def recording_weaviate(answers: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield where REST listens; gRPC does at a port that is in `answers`."""
    import grpc
    from google.protobuf.json_format import MessageToDict, ParseDict
    from grpc_health.v1 import health_pb2
    from weaviate.proto.v1 import aggregate_pb2, batch_delete_pb2, batch_pb2, search_get_pb2

    calls = {
        "Aggregate": (aggregate_pb2.AggregateRequest, aggregate_pb2.AggregateReply),
        "BatchObjects": (batch_pb2.BatchObjectsRequest, batch_pb2.BatchObjectsReply),
        "Search": (search_get_pb2.SearchRequest, search_get_pb2.SearchReply),
        "BatchDelete": (batch_delete_pb2.BatchDeleteRequest, batch_delete_pb2.BatchDeleteReply),
    }

    class Services(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> Any:
            name = details.method.rpartition("/")[2]
            if name == "Check":
                serving = health_pb2.HealthCheckResponse(status="SERVING").SerializeToString()
                return grpc.unary_unary_rpc_method_handler(lambda request, context: serving)
            asked, told = calls[name]

            def answer(request: bytes, context: object) -> bytes:
                body = MessageToDict(asked.FromString(request))
                # Which properties it asks for is a set's, whose order is another in each process.
                body.get("properties", {}).get("nonRefProperties", []).sort()
                sent.append({"request": name, "body": body})
                reply: bytes = ParseDict(answers.get(name, {}), told()).SerializeToString()
                return reply

            return grpc.unary_unary_rpc_method_handler(answer)

    server = grpc.server(ThreadPoolExecutor(4), [Services()])
    server.add_insecure_port(f"127.0.0.1:{answers['port']}")
    # Its client looks at each start whether there is a newer one of itself.
    latest = patch("weaviate.connect.v4.PYPI_PACKAGE_URL", f"http://127.0.0.1:{answers['port']}")
    # How many objects are on their way is looked up while they are, a number of times.
    with latest, recording(answers, unnoted=["GET /v1/nodes"]) as (url, sent):
        server.start()
        try:
            yield url, sent
        finally:
            server.stop(None).wait()
