"""Small texts in the encodings that people still have: right, or the guess is told."""

from typing import Any

import pytest

from retrieval.parsing import Limits, Parsed, UnreadableFileError, worker
from tests.conftest import Mount
from tests.retrieval.test_uploads import form

TEXTS = [
    ("cp1251", "Баня закрыта по средам."),
    ("cp1251", "имя;город;взнос\r\nАнна;Тверь;300\r\nПётр;Псков;250\r\n"),
    ("cp1251", "Ключ від сараю висить біля синіх дверей, а їжа в коморі."),
    ("koi8-r", "Ключ от сарая висит у синей двери."),
    ("cp866", "Смена начинается в шесть утра."),
    ("cp1252", "Élève;Cours;Tarif\r\nRené Lefèvre;Poterie à l’atelier;18 €\r\n"),
    ("cp1252", "Name;Ort;Beitrag\r\nMüller;Köln;12,50 €\r\nGrün;Würzburg;9,00 €\r\n"),
    ("cp1252", "time,temperature\r\n06:00,4°C\r\n12:00,11°C\r\n"),
    ("cp1252", "La señora pagó la factura en el año 2023. ¿Quién la recogió?"),
    ("cp1252", "A chave está atrás do armário; não há pão amanhã."),
    ("cp1252", "The keeper’s key — “the blue one” — costs £5."),
    ("iso-8859-15", "Le cœur de l'œuvre coûte 18 €."),
    ("cp1250", "Łódź: wejście przez żółtą bramę, śniadanie od ósmej."),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
    ("cp1250", "Árvíztűrő tükörfúrógép a fészerben."),
    ("iso-8859-2", "Klucz wisi przy niebieskich drzwiach, śniadanie o ósmej."),
    ("cp1253", "Η βιβλιοθήκη είναι κλειστή τη Δευτέρα."),
    ("cp1254", "Kütüphane pazartesi günleri kapalıdır, şemsiye içeride."),
    ("cp1255", "הספרייה סגורה ביום שלישי."),
    ("cp1256", "المكتبة مغلقة يوم الثلاثاء."),
    ("cp1257", "Biblioteka pirmadieniais uždaryta, raktas šalia žalių durų."),
    ("gbk", "图书馆星期一闭馆。"),
    ("gbk", "姓名,城市\r\n王芳,北京\r\n李强,上海\r\n"),
    ("big5", "圖書館星期一休館。"),
    ("big5", "館長姓王,預約的書保留七天。"),
    ("shift_jis", "図書館は月曜日に休みます。"),
    ("shift_jis", "名前,町\r\n佐藤,青森\r\n鈴木,山形\r\n"),
    ("euc-jp", "返却ポストは青い扉の横にあります。"),
    ("cp949", "도서관은 월요일에 쉽니다."),
    ("cp949", "이름,도시\r\n김민수,부산\r\n이영희,대구\r\n"),
    ("cp874", "ห้องสมุดปิดวันจันทร์"),
    ("utf-16-le", "The lighthouse keeper rests on Mondays."),
    ("utf-16-be", "Баня закрыта по средам."),
]
OTHERS = [
    # Not those that the weights were tried on.
    ("cp1252", "Bitte den Schlüssel zurück in die Büchse hängen."),
    ("cp1252", "Où est la clé ? Derrière l’évier."),
    ("cp1252", "item;prijs\r\nkoffie;€ 2,50\r\nthee;€ 1,80\r\n"),
    ("cp1252", "width 5 m × 3 m, 20 °C, 15 µm"),
    ("cp1251", "СМЕНА НАЧИНАЕТСЯ В ШЕСТЬ"),
    ("cp1251", "Библиотеката е затворена в понеделник."),
    ("iso8859-5", "Библиотека закрыта в понедельник, ключ у сторожа."),
    ("cp1250", "Biblioteca este închisă; cheia e la vecină."),
    ("cp1254", "isim;şehir\r\nAyşe;İzmir\r\nÇağrı;Muğla\r\n"),
    ("cp1255", "שם,עיר\r\nדנה,חיפה\r\n"),
    ("gb18030", "单价：25元，共计100元。"),
    ("big5", "鑰匙掛在藍色的門旁邊。"),
    ("cp932", "①番ゲート、㈱山田"),
    ("euc-jp", "会議は午後三時からです"),
    ("iso-2022-jp", "会議は午後三時からです"),
    ("cp949", "똠방각하 펲시콜라"),
    ("utf-16-le", "图书馆星期一闭馆。"),
    ("utf-32-le", "The keeper rests."),
]


def read(content: bytes, charset: str = "", suffix: str = ".txt") -> Parsed:
    return worker.read(content, suffix, Limits(), charset)


def outcome(encoding: str, text: str) -> str:
    """Return "right", "refused", "told" for a wrong guess that was, or "silently wrong"."""
    try:
        parsed = read(text.encode(encoding))
    except UnreadableFileError as refusal:
        return "refused" if "Save it as UTF-8" in str(refusal) else "refused without a way out"
    if parsed.text == text.replace("\r\n", "\n").strip():
        return "right"
    return "told" if "guessed" in " ".join(parsed.notes) else "silently wrong"


def test_the_table_is_of_many_encodings() -> None:
    assert len(TEXTS) == 33
    assert len({encoding for encoding, _ in TEXTS}) >= 19


def test_small_texts_are_right_or_the_guess_is_told() -> None:
    outcomes = {case: outcome(*case) for case in [*TEXTS, *OTHERS]}
    assert set(outcomes.values()) <= {"right", "refused", "told"}
    assert sum(outcomes[case] == "right" for case in TEXTS) >= 32, outcomes
    assert sum(outcomes[case] == "right" for case in OTHERS) >= 17, outcomes


@pytest.mark.parametrize("case", range(len(TEXTS)))
def test_a_guess_is_told_and_utf_8_is_none(case: int) -> None:
    encoding, text = TEXTS[case]
    assert "Its encoding was guessed" in " ".join(read(text.encode(encoding)).notes)
    assert read(text.encode()).notes == ()


def test_a_long_text_is_read_as_its_few_telling_lines_say() -> None:
    text = "The keeper went home.\n" * 3_000 + "It was 4°C, he said.\n" + "So it was.\n" * 3_000
    assert "4°C" in read(text.encode("cp1252")).text


def test_a_long_text_without_lines_is_not_cut_within_a_letter() -> None:
    text = "图书馆星期一闭馆。" * 3_001
    assert read(text.encode("gbk")).text == text


def test_two_that_are_as_likely_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="Save it as UTF-8"):
        read("שלום".encode("cp1255"))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße".encode("utf-32"), "Grüße"),
        (b"\xfe\xff" + "Grüße".encode("utf-16-be"), "Grüße"),
    ],
)
def test_a_mark_is_no_guess(content: bytes, text: str) -> None:
    assert read(content) == Parsed(text)


def test_what_is_declared_is_believed_where_it_decodes() -> None:
    assert read("Živé".encode("iso-8859-2"), "iso-8859-2") == Parsed("Živé")
    assert "шум" in read("шум".encode("cp1251"), "windows-1251").text
    wrong = read("図書館は月曜日に休みます。".encode("shift_jis"), "utf-8")
    assert wrong.text == "図書館は月曜日に休みます。"
    assert wrong.notes[0] == "It is not utf-8, as declared."


def test_utf_8_that_is_declared_as_something_else_is_told() -> None:
    parsed = read("Grüße".encode(), "iso-8859-1")
    assert "It looks like UTF-8" in parsed.notes[0]


def test_damaged_utf_8_is_told() -> None:
    parsed = read("Grüße, naïve façade. ".encode() * 20 + b"\xff")
    assert parsed.text.startswith("Grüße")
    assert "1 damaged character" in parsed.notes[0]


@pytest.mark.parametrize("label", ["gb2312", "Shift_JIS", "EUC-KR", "x-sjis", "latin1"])
def test_labels_mean_what_programs_mean_by_them(label: str) -> None:
    beyond = {"gb2312": "㐀 囧", "Shift_JIS": "①㈱", "EUC-KR": "펲", "latin1": "“€”"}
    text = beyond.get(label, "館")
    superset = {"gb2312": "gb18030", "EUC-KR": "cp949", "latin1": "cp1252"}.get(label, "cp932")
    assert read(text.encode(superset), label).text == text


def upload(mount: Mount, *parts: tuple[str, bytes]) -> tuple[int, dict[str, Any]]:
    response = mount.post(
        "/upsert-file", raw=form(*parts), content_type="multipart/form-data; boundary=x"
    )
    return response.status_code, response.json()


FILE = 'name="file"; filename="a.txt"'
NEXT_LINE = "\r\nContent-Type: text/plain; charset="


@pytest.mark.django_db
def test_a_guess_is_in_the_answer(open_plugin: Mount) -> None:
    status, body = upload(open_plugin, (FILE, "Ключ от сарая висит у двери.".encode("cp1251")))
    assert status == 200
    assert body["notes"][0].startswith("Its encoding was guessed: windows-1251.")


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["charset", "encoding"])
def test_an_encoding_that_is_named_is_no_guess(open_plugin: Mount, how: str) -> None:
    content = "שלום".encode("cp1255")  # which by itself is refused
    head = f"{FILE}{NEXT_LINE}windows-1255" if how == "charset" else FILE
    more = [('name="encoding"', b"windows-1255")] if how == "encoding" else []
    status, body = upload(open_plugin, (head, content), *more)
    assert (status, set(body)) == (200, {"ids"})
    [key] = body["ids"]
    assert open_plugin.get(f"/documents/{key}").json()["text"] == "שלום"


@pytest.mark.django_db
def test_the_field_goes_before_the_part(open_plugin: Mount) -> None:
    head = f"{FILE}{NEXT_LINE}iso-8859-1"
    encoding = ('name="encoding"', b"windows-1251")
    _, body = upload(open_plugin, (head, "шум".encode("cp1251")), encoding)
    [key] = body["ids"]
    assert open_plugin.get(f"/documents/{key}").json()["text"] == "шум"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["klingon", "zlib", "hex", "unicode_escape"])
def test_an_encoding_that_is_none_is_refused(open_plugin: Mount, name: str) -> None:
    status, body = upload(open_plugin, (FILE, b"x"), ('name="encoding"', name.encode()))
    assert status == 400
    assert "encoding: Is no encoding" in str(body["detail"])
