"""nginx and Caddy as deploy/ has them, with a certificate that tests make, on free ports."""

import datetime
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
STARTS_WITHIN = 120  # seconds, on a machine that has other things to do
Process = subprocess.Popen[bytes]
MAIN = "plugins.example.com"
OWN = "notes.example.com"
"""The host of a plugin's own, as the two files name it."""
NGINX = """\
{user}
pid {folder}/nginx.pid;
error_log stderr;
daemon off;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
"""What Debian's own nginx.conf does around a site's, for a user without rights."""


class Loopback(httpx.HTTPTransport):
    """Finds every name at a port of this machine, and says by which it was asked for (SNI)."""

    def __init__(self, port: int, **options: Any) -> None:
        super().__init__(**options)
        self.port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self.port),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return super().handle_request(sent)


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs, in front of a site."""

    http_port: int
    https_port: int
    certificate: Path
    version: str

    def client(self, host: str = MAIN, *, address: str = "127.0.0.1") -> httpx.Client:
        """Return a browser, at an address of this machine, that is on the pages of a host."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.Client(
            transport=Loopback(self.https_port, verify=context, local_address=address),
            base_url=f"https://{host}",
            headers={"Origin": f"https://{host}"},
            timeout=30,
        )

    @contextmanager
    def connection(self, host: str = MAIN) -> Iterator[ssl.SSLSocket]:
        context = ssl.create_default_context(cafile=str(self.certificate))
        with (
            socket.create_connection(("127.0.0.1", self.https_port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            yield connection


def make_certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """Write a certificate that signs itself, for these names, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    subjects = [*map(x509.DNSName, names), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """Return the text with what stands in it for a test's own. All of it has to be there."""
    for shown, meant in pairs:
        assert shown in text, shown
        text = text.replace(shown, meant)
    return text


@contextmanager
def nginx(folder: Path, ports: tuple[int, int]) -> Iterator[Proxy]:
    """Run nginx with deploy/nginx.conf, in front of the site at these ports."""
    program = found("nginx")
    certificate, key = make_certificate(folder, MAIN, OWN)
    version = subprocess.run([program, "-v"], capture_output=True, text=True).stderr.strip()
    proxy = Proxy(free_port(), free_port(), certificate, version)
    live = f"/etc/letsencrypt/live/{MAIN}"
    conf = replaced(
        (DEPLOY / "nginx.conf").read_text(),
        ("127.0.0.1:8000", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8001", f"127.0.0.1:{ports[1]}"),
        ("listen 80", f"listen 127.0.0.1:{proxy.http_port}"),
        ("listen 443", f"listen 127.0.0.1:{proxy.https_port}"),
        (f"{live}/fullchain.pem", str(certificate)),
        (f"{live}/privkey.pem", str(key)),
    )
    user = (
        "user root;" if os.geteuid() == 0 else ""
    )  # else it would take another, without rights here
    (folder / "site.conf").write_text(conf)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    command = [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(command, {}, proxy.https_port, folder / "nginx.log"):
        yield proxy


@contextmanager
def caddy(folder: Path, ports: tuple[int, int]) -> Iterator[Proxy]:
    """Run Caddy with deploy/Caddyfile, in front of the site at these ports."""
    program = found("caddy")
    certificate, key = make_certificate(folder, MAIN, OWN)
    version = subprocess.check_output([program, "version"], text=True).strip().removeprefix("v")
    proxy = Proxy(free_port(), free_port(), certificate, version)
    listening = f"admin off\n\thttp_port {proxy.http_port}\n\thttps_port {proxy.https_port}"
    conf = replaced(
        (DEPLOY / "Caddyfile").read_text(),
        ("127.0.0.1:8000", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8001", f"127.0.0.1:{ports[1]}"),
        ("\tservers {", f"\t{listening}\n\tdefault_bind 127.0.0.1\n\tservers {{"),
        ("# tls /etc/caddy/certificate.pem /etc/caddy/key.pem", f"tls {certificate} {key}"),
    )
    (folder / "Caddyfile").write_text(conf)
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    environ = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with running(command, environ, proxy.https_port, folder / "caddy.log"):
        yield proxy


def found(program: str) -> str:
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        pytest.skip(f"There is no {program} on this machine: apt-get install {program}.")
    return path


@contextmanager
def running(command: list[str], environ: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """Run a server until it is no more wanted."""
    process = started(command, environ, port, log)
    try:
        yield
    finally:
        stop(process)


def started(command: list[str], environ: dict[str, str], port: int, log: Path) -> Process:
    """Start a server; return it once it listens. Fails with its own words if it does not."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + STARTS_WITHIN
    while not listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process)
            pytest.fail(f"{command[0]} does not listen:\n{log.read_text()}")
        time.sleep(0.1)
    return process


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: Process) -> None:
    process.terminate()
    process.wait(40)
