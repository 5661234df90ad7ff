"""Sends a credential for a client that cannot: the suite has no option for one."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def with_credential(address: str, headers: Mapping[str, str]) -> Iterator[str]:
    """Pass requests on to a server, with these headers beside their own; return host and port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with closing(HTTPConnection(address)) as connection:
                connection.putrequest(self.command, self.path, skip_host=True)
                for name, value in [*self.headers.items(), *headers.items()]:
                    connection.putheader(name, value)
                connection.endheaders(body)
                response = connection.getresponse()
                answer = response.read()
            self.send_response_only(response.status)
            for name, value in response.getheaders():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # some answers nobody waits for
                self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = pass_on  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
