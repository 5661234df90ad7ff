"""Kinds of file that hold no text to read here: what each is called, and the way out."""

import re

from retrieval.parsing import UnreadableFileError, UnsupportedFileError, locked

READ = (
    "text, Markdown, HTML, XML, CSV, JSON, JSON Lines, PDF, Word (docx), PowerPoint (pptx), Excel "
    "(xlsx), OpenDocument (odt, ods, odp), EPUB, RTF or mail (eml, mht)."
)
KINDS = (
    "Text, Markdown, HTML, XML, CSV, JSON, PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, RTF "
    "or mail."
)
ARCHIVE = "Unpack it and send the files in it, one by one."
PICTURE = "Run a text recognition (OCR) and send its text, or a PDF with a text layer."
SOUND = "Send a transcript of it."
PROGRAM = "Send its documentation or its source as text."
TABLES = "Export its tables as CSV and send those."
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    # Where the bytes stand, the bytes, what it is, what to do.
    (0, b"SQLite format 3\0", "an SQLite database", TABLES),
    (4, b"Standard Jet DB", "an Access database", TABLES),
    (4, b"Standard ACE DB", "an Access database", TABLES),
    (0, b"\x1f\x8b", "a gzip archive", ARCHIVE),
    (0, b"BZh", "a bzip2 archive", ARCHIVE),
    (0, b"\xfd7zXZ\0", "an xz archive", ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", ARCHIVE),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive", ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", ARCHIVE),
    (0, b"Rar!\x1a\x07", "a RAR archive", ARCHIVE),
    (0, b"MSCF\0\0\0\0", "a cabinet archive", ARCHIVE),
    (0, b"!<arch>\n", "an ar archive, such as a Debian package", ARCHIVE),
    (0, b"\xed\xab\xee\xdb", "an RPM package", ARCHIVE),
    (257, b"ustar", "a tar archive", ARCHIVE),
    (0x8001, b"CD001", "a disc image", ARCHIVE),
    (0, b"\x89PNG\r\n\x1a\n", "a picture (PNG)", PICTURE),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", PICTURE),
    (0, b"GIF87a", "a picture (GIF)", PICTURE),
    (0, b"GIF89a", "a picture (GIF)", PICTURE),
    (0, b"II*\0", "a picture (TIFF)", PICTURE),
    (0, b"MM\0*", "a picture (TIFF)", PICTURE),
    (0, b"8BPS\0", "a picture (Photoshop)", PICTURE),
    (8, b"WEBP", "a picture (WebP)", PICTURE),
    (4, b"ftypheic", "a picture (HEIC)", PICTURE),
    (4, b"ftypmif1", "a picture (HEIF)", PICTURE),
    (4, b"ftypavif", "a picture (AVIF)", PICTURE),
    (0, b"\0\0\1\0", "an icon", PICTURE),
    (0, b"AT&TFORM", "a DjVu document", PICTURE),
    (0, b"ID3", "a sound (MP3)", SOUND),
    (0, b"\xff\xfb", "a sound (MP3)", SOUND),
    (0, b"\xff\xf3", "a sound (MP3)", SOUND),
    (0, b"\xff\xf1", "a sound (AAC)", SOUND),
    (0, b"OggS\0", "a sound or film (Ogg)", SOUND),
    (0, b"fLaC\0", "a sound (FLAC)", SOUND),
    (8, b"WAVEfmt", "a sound (WAV)", SOUND),
    (8, b"AVI LIST", "a film (AVI)", SOUND),
    (4, b"ftyp", "a sound or film (MP4)", SOUND),
    (0, b"\x1aE\xdf\xa3", "a film (Matroska or WebM)", SOUND),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a sound or film (Windows Media)", SOUND),
    (0, b"\x7fELF", "a program", PROGRAM),
    (0, b"\xca\xfe\xba\xbe", "a program", PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", "a program", PROGRAM),
    (0, b"\0asm", "a program (WebAssembly)", PROGRAM),
    (0, b"PAR1", "a Parquet table", TABLES),
    (0, b"ARROW1\0\0", "an Arrow table", TABLES),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", TABLES),
    (0, b"\x93NUMPY", "a NumPy array", TABLES),
    (0, b"bplist0", "a binary property list", "Convert it to XML or JSON and send that."),
    (0, b"\0\1\0\0\0", "a font", "There is no text in it."),
    (0, b"OTTO\0", "a font", "There is no text in it."),
    (0, b"wOFF", "a font", "There is no text in it."),
    (0, b"wOF2", "a font", "There is no text in it."),
    (60, b"BOOKMOBI", "a Kindle book (MOBI)", "Save it as EPUB or PDF and send that."),
    (0, b"\xffWPC", "a WordPerfect document", "Save it as docx or PDF and send that."),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "a OneNote section", "Export it as PDF or docx."),
    (0, b"!BDN", "an Outlook data file", "Save its mails as .eml and send those."),
    (0, b"ITSF", "a compiled help file (CHM)", "Unpack it and send its HTML."),
)
OFFICE_OF_OLD = (
    # The streams of a compound file (MS-CFB), by which its program knows it.
    ("WordDocument", "an old Word document (.doc)", "Save it as .docx or PDF and send that."),
    ("Workbook", "an old Excel workbook (.xls)", "Save it as .xlsx or CSV and send that."),
    ("Book", "an old Excel workbook (.xls)", "Save it as .xlsx or CSV and send that."),
    ("PowerPoint Document", "an old presentation (.ppt)", "Save it as .pptx or PDF and send that."),
    ("__properties_version1.0", "an Outlook message (.msg)", "Save it as .eml and send that."),
    ("VisioDocument", "an old Visio drawing (.vsd)", "Save it as PDF and send that."),
    ("Quill", "a Publisher document (.pub)", "Save it as PDF and send that."),
)
BY_NAME = {f".{kind.split('(.')[1][:3]}": (kind, way) for _, kind, way in OFFICE_OF_OLD}


def unsupported(what: str, way_out: str) -> UnsupportedFileError:
    return UnsupportedFileError(f"This is {what}, which is not read here. {way_out}")


def no_text() -> UnsupportedFileError:
    return UnsupportedFileError(f"This kind of file is not read here: it is no text. Send {READ}")


def refusal(content: bytes, suffix: str) -> UnreadableFileError | None:
    """Return why a file of a binary kind is not read; None when it is of none that is known."""
    if content.startswith(OLE):
        return compound(content, suffix)
    if content.startswith(b"%!PS"):
        return unsupported("PostScript", "Save it as PDF and send that.")
    if content.lstrip()[:27] == b"-----BEGIN PGP MESSAGE-----":
        return UnreadableFileError("The file is encrypted (PGP). Decrypt it and send that.")
    if not CONTROL.search(content[:512]):  # a text may begin like "ID3 is …"
        return None
    for place, signature, what, way_out in SIGNATURES:
        if content.startswith(signature, place):
            return unsupported(what, way_out)
    if content[:2] in (b"MZ", b"BM") and b"\0" in content[:64]:
        program = content[:2] == b"MZ"
        return unsupported(*(("a program", PROGRAM) if program else ("a picture (BMP)", PICTURE)))
    if old_tar(content):
        return unsupported("a tar archive", ARCHIVE)
    return None


def compound(content: bytes, suffix: str) -> UnreadableFileError:
    """Tell what a compound file is (MS-CFB), or that it has a password (MS-OFFCRYPTO)."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return locked()
    for stream, what, way_out in OFFICE_OF_OLD:
        # A name in a directory is as long as its field, so zeros follow.
        if f"{stream}\0".encode("utf-16-le") in content:
            return unsupported(what, way_out)
    default = ("a file of an old Office program", "Save it as docx, xlsx, pptx or PDF.")
    return unsupported(*BY_NAME.get(suffix, default))


def old_tar(content: bytes) -> bool:
    """Tell a tar archive from before its signature, by the sum over its first header."""
    head = content[:512]
    try:
        said = int(head[148:156].strip(b" \0") or b"-1", 8)
    except ValueError:
        return False
    return len(head) == 512 and said == sum(head) - sum(head[148:156]) + 8 * ord(" ")
