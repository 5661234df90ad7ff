"""A zip of files: each becomes a load of its own."""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from retrieval.loads import kept
from retrieval.loads.lease import Lease
from retrieval.loads.models import PROBLEM_MAX_LENGTH, Load, Stage
from retrieval.loads.tasks import go_on
from retrieval.metadata import MAX_LENGTH
from retrieval.parsing import UnreadableFileError

UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)


def is_archive(file: IO[bytes], name: str) -> bool:
    """Tell whether a file is a zip of files; a document of an office may be a zip, too."""
    found = name.lower().endswith(".zip") and zipfile.is_zipfile(file)
    file.seek(0)
    return found


def unpack(lease: Lease) -> None:
    """Make a load of each file in the archive, and end its own."""
    load = lease.load
    with kept.opened(load) as file, opened(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        seen = [member for member in members if not is_hidden(member.filename)]
        if not seen:
            raise UnreadableFileError("The archive has no files in it.")
        require_room(load, seen)
        done = set(load.files.values_list("position", flat=True))
        for position, member in enumerate(seen):
            if position not in done:
                make_load(lease, archive, member, position)
    hidden = len(members) - len(seen)
    were = "1 hidden file was" if hidden == 1 else f"{hidden:,} hidden files were"
    notes = [f"{were} left out."] if hidden else []
    lease.update(stage=Stage.UNPACKED, ended_at=timezone.now(), notes=notes)
    go_on(len(seen))
    kept.drop_all(load)


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except UNPACKING as error:
        raise UnreadableFileError("The archive is broken or incomplete. Make it again.") from error


def require_room(load: Load, members: list[zipfile.ZipInfo]) -> None:
    most, bytes_ = settings.RETRIEVAL_LOADS, settings.RETRIEVAL_LOADS_BYTES
    if len(members) > most:
        raise UnreadableFileError(f"The archive has more than {most:,} files in it. Split it.")
    if sum(member.file_size for member in members) > bytes_:
        raise UnreadableFileError(
            f"The archive is too large unpacked: {bytes_ // 1024**2:,} MiB at most. Split it."
        )


def is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def make_load(
    lease: Lease, archive: zipfile.ZipFile, member: zipfile.ZipInfo, position: int
) -> None:
    """Make a load of one file; of one that cannot be unpacked, a load that has failed."""
    load = lease.load
    most = settings.RETRIEVAL_LOAD_MAX_BYTES
    content, problem = b"", ""
    try:
        with archive.open(member) as file:
            content = file.read(most + 1)
    except UNPACKING as error:
        problem = f"It cannot be unpacked: {error}"[:PROBLEM_MAX_LENGTH]
    if len(content) > most:
        problem = f"It is too large unpacked: {most // 1024**2} MiB at most. Split it."
    elif member.filename.lower().endswith(".zip"):
        problem = "It is an archive in an archive. Unpack it, and send it by itself."
    name = member.filename.encode(errors="replace").decode()[-MAX_LENGTH["source_id"] :]
    with transaction.atomic():
        lease.update()
        made = Load.objects.create(
            store=load.store,
            username=load.username,
            archive=load,
            position=position,
            name=name,
            key=uuid4().hex,
            encoding=load.encoding,
            metadata=load.metadata,
            size=member.file_size,
            stage=Stage.FAILED if problem else Stage.PARSING,
            ended_at=timezone.now() if problem else None,
            problem=problem,
        )
        if not problem:
            kept.keep_file(made, BytesIO(content))
