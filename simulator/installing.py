"""The steps of an installation, each by itself: whoever takes them shows what happened between."""

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError

from plugins.linter.checking import completed, is_mcp
from simulator.answer import Answer
from simulator.encryption import UndecryptableError
from simulator.errors import MANAGE, StepError
from simulator.fetching import TracedFetcher
from simulator.manifest_plugin import SCHEMES, ManifestPlugin
from simulator.mcp_server import MCPServer
from simulator.models import InstalledPlugin
from simulator.operation import Operation, read_arguments
from simulator.schemes import Scheme
from simulator.subject import Subject

KINDS: Mapping[str, type[Subject]] = {each.kind: each for each in (ManifestPlugin, MCPServer)}
VERIFICATION = "verification_token"


def find(address: str, fetcher: TracedFetcher) -> Subject:
    """Return what stands at an address; raises StepError, FetchError."""
    url = completed(address)
    return (MCPServer if is_mcp(url) else ManifestPlugin).find(url, fetcher)


def new_verification_token() -> str:
    return random.token_hex(16)


def require_free(name: str, owner: Any = None) -> None:
    """Raise StepError where the name is taken, before anybody is sent anywhere."""
    if InstalledPlugin.objects.filter(owner=owner, name=name).exists():
        raise StepError(
            f"“{name}” is installed already. Uninstall it first ({MANAGE} uninstall_plugin "
            f"{name}), or give another --name."
        )


def save(
    subject: Subject,
    scheme: Scheme,
    secrets: Mapping[str, Any],
    *,
    name: str,
    owner: Any = None,
    verification_token: str = "",
) -> InstalledPlugin:
    """Keep what was installed; raises StepError."""
    installed = InstalledPlugin(
        owner=owner,
        name=name,
        address=subject.url,
        kind=subject.kind,
        manifest=dict(subject.manifest),
        document=dict(subject.document),
        scheme=scheme.slug,
        details={"scheme": dict(scheme.details), VERIFICATION: verification_token},
    )
    installed.secrets = dict(secrets)
    try:
        installed.full_clean()
    except ValidationError as error:
        raise StepError(" ".join(error.messages)) from error
    installed.save()
    return installed


def named(name: str, owner: Any = None) -> InstalledPlugin:
    """Return what is installed under a name; raises StepError."""
    ours = InstalledPlugin.objects.filter(owner=owner)
    installed = ours.filter(name=name).first()
    if installed is None:
        others = ", ".join(ours.values_list("name", flat=True)) or "nothing"
        raise StepError(
            f"Nothing is installed as “{name}”. Installed: {others}. "
            f"Install a plugin with {MANAGE} install_plugin ADDRESS."
        )
    return installed


def subject_of(installed: InstalledPlugin) -> Subject:
    return KINDS[installed.kind](installed.address, installed.manifest, installed.document)


def scheme_of(installed: InstalledPlugin) -> Scheme:
    return SCHEMES[installed.scheme](installed.details["scheme"])


def verify(installed: InstalledPlugin, fetcher: TracedFetcher) -> bool:
    """Say whether the manifest now has the token that it was to show; raises StepError."""
    token = installed.details[VERIFICATION]
    if not token:
        raise StepError(f"“{installed.name}” needs no verification token.")
    return subject_of(installed).is_verified(fetcher, token)


@dataclass(frozen=True)
class Conversation:
    """What the headers of ChatGPT's calls tell apart."""

    id: str = field(default_factory=lambda: str(uuid4()))
    user: str = field(default_factory=lambda: str(uuid4()))

    @property
    def headers(self) -> dict[str, str]:
        return {"openai-conversation-id": self.id, "openai-ephemeral-user-id": self.user}


def call(
    installed: InstalledPlugin,
    name: str,
    texts: list[str],
    *,
    fetcher: TracedFetcher,
    conversation: Conversation,
) -> Answer:
    """Call an operation with `name=value` arguments; raises StepError, FetchError."""
    operation = subject_of(installed).operation(name)
    values = read_arguments(operation, texts)
    return send(installed, operation, values, fetcher=fetcher, conversation=conversation)


def send(
    installed: InstalledPlugin,
    operation: Operation,
    values: Mapping[str, Any],
    *,
    fetcher: TracedFetcher,
    conversation: Conversation,
) -> Answer:
    """Call an operation; raises StepError, FetchError.

    Where the credential is refused and can be renewed, it is, once.
    """
    scheme = scheme_of(installed)
    secrets = secrets_of(installed)
    headers = conversation.headers
    answer = operation.call(fetcher, values, {**headers, **scheme.headers(secrets)})
    if answer.status != 401:
        return answer
    fresh = renewed(installed, secrets, scheme, fetcher)
    if fresh is None:
        return answer
    return operation.call(fetcher, values, {**headers, **scheme.headers(fresh)})


def renewed(
    installed: InstalledPlugin,
    refused: Mapping[str, Any],
    scheme: Scheme,
    fetcher: TracedFetcher,
) -> Mapping[str, Any] | None:
    """Return secrets that may be accepted, and keep them; None where there are no others.

    Somebody else may have renewed them meanwhile: a refresh token that is sent twice may end all
    tokens, where the server has no grace or it is over. No lock is held over the request: the
    plugin may be this very site, on this database.
    """
    installed.refresh_from_db()
    if (meanwhile := secrets_of(installed)) != refused:
        return meanwhile
    fresh = scheme.refresh(fetcher, refused)
    if fresh is not None:
        installed.secrets = fresh
        installed.save(update_fields=["encrypted_secrets"])
    return fresh


def uninstall(installed: InstalledPlugin, fetcher: TracedFetcher) -> list[str]:
    """Forget a plugin, and end what can be ended there; say in words what was done."""
    try:
        done = scheme_of(installed).revoke(fetcher, secrets_of(installed))
    except StepError as error:
        done = [f"Nothing could be revoked. {error}"]
    installed.delete()
    return done


def secrets_of(installed: InstalledPlugin) -> dict[str, Any]:
    """Return the secrets; raises StepError where the key that they need is gone."""
    try:
        return installed.secrets
    except UndecryptableError as error:
        raise StepError(str(error)) from error
