"""Why no text can be had of a file, and what to do."""


class UnreadableFileError(ValueError):
    """Broken, locked, without text, or too slow to read; the classes below say what else."""


class FileTooLargeError(UnreadableFileError):
    """Too large, at once or when unpacked."""


class UnsupportedFileError(UnreadableFileError):
    """No kind that is read here."""


class TooManyFilesError(UnreadableFileError):
    """So many files are being read that this one did not get its turn."""


def too_large(what: str) -> FileTooLargeError:
    return FileTooLargeError(f"The file is too large: {what}. Split it.")


def broken(kind: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"The file looks like {kind}, but it cannot be read: it is broken or incomplete. "
        "Open it in its program, save it again and send that."
    )
