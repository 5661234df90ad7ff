"""The web site of a client, over real https on this machine: it serves metadata documents.

No document is fetched from one's own network (CIMD section 6.5), so the site that is tested needs
`LoopbackFetcher`, which trusts this server alone, by the certificate that it made for itself. In
the process of the tests `override_settings` names it; a site in a process of its own is run with
DJANGO_SETTINGS_MODULE=tests.oauth.metadata_settings and the server's `environ`.
"""

import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.deadline import Deadline
from api.fetching import Fetcher
from oauth_demo.documents import MetadataFetcher

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class MetadataServer:
    """What it serves, by path; and what a site needs to know to fetch it."""

    address: str
    certificate: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def describe(self, *redirect_uris: str, path: str = "/client.json", **document: Any) -> str:
        """Serve a document of a client; return its URL, which is the client_id."""
        url = f"https://{self.address}{path}"
        content = {"client_id": url, "redirect_uris": redirect_uris, **document}
        return self.serve(json.dumps(content).encode(), path=path)

    def serve(
        self, body: bytes, *, path: str = "/client.json", status: int = 200, **headers: str
    ) -> str:
        """Answer a path; return its URL."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, {"Content-Type": "application/json", **named}, body)
        return f"https://{self.address}{path}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "METADATA_CERTIFICATE": str(self.certificate),
        }


class LoopbackFetcher(MetadataFetcher):
    """Fetches from the one server that has the certificate which the environment names."""

    def fetcher(self) -> Fetcher:
        strict = super().fetcher()
        return Trusting(loopback=True, seconds=strict.seconds, size_max=strict.size_max)


class Trusting(Fetcher):
    def session(self, deadline: Deadline) -> requests.Session:
        session: requests.Session = super().session(deadline)
        session.verify = os.environ["METADATA_CERTIFICATE"]
        return session


@contextmanager
def metadata_server(directory: Path) -> Iterator[MetadataServer]:
    """Run a server on a free port of this machine; its certificate is put into `directory`."""
    certificate = directory / "certificate.pem"
    key = directory / "key.pem"
    make_certificate(certificate, key)
    answers: dict[str, Answer] = {}
    fetched: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fetched.append(self.path)
            status, headers, body = answers.get(self.path, (404, {}, b"{}"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"localhost:{server.server_port}"
    try:
        yield MetadataServer(address, certificate, answers, fetched)
    finally:
        server.shutdown()
        server.server_close()


def make_certificate(certificate: Path, key: Path) -> None:
    """Write a certificate of this machine that signs itself, good for an hour, and its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
