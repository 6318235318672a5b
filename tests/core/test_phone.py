from __future__ import annotations

import pytest

from bot.core.phone import ForeignNumber, NotAPhoneNumber, NotMobile, match, parse, parse_mobile


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06-12-34-56-78",
        "06.12.34.56.78",
        "06/12/34/56/78",
        "+212612345678",
        "+212 612 345 678",
        "+212 6 12 34 56 78",
        "00212612345678",
        "00212 6 12 34 56 78",
        "212612345678",
        "+212 (0)6 12 34 56 78",
        "+2120612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "٠٦ ١٢ ٣٤ ٥٦ ٧٨",
        "+٢١٢٦١٢٣٤٥٦٧٨",
        "612345678",
        "(06) 12 34 56 78",
        "06  12  34  56  78",
        "0 6 1 2 3 4 5 6 7 8",
        "nmrti 0612345678",
        "رقمي هو 0612345678",
        "mon tel: 06 12 34 56 78.",
        "هاد النمرة0612345678",
        "0612345678 :رقمي",
        "tel=0612345678",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06_12_34_56_78",
    ],
)
def test_a_mobile_number_in_every_form(text: str) -> None:
    phone = parse_mobile(text)
    assert (phone.e164, phone.kind) == ("+212612345678", "mobile")


@pytest.mark.parametrize(
    ("text", "e164", "kind"),
    [
        ("0712345678", "+212712345678", "mobile"),
        ("0537123456", "+212537123456", "fixed"),
        ("05 22 33 44 55", "+212522334455", "fixed"),
        ("0801234567", "+212801234567", "service"),
    ],
)
def test_the_kind_of_a_number(text: str, e164: str, kind: str) -> None:
    assert (parse(text).e164, parse(text).kind) == (e164, kind)


@pytest.mark.parametrize("text", ["0537123456", "0801234567"])
def test_only_mobiles_take_messages(text: str) -> None:
    with pytest.raises(NotMobile):
        parse_mobile(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "061234567",
        "06123456789",
        "0112345678",
        "0912345678",
        "12345",
        "5000 dh",
        "28/11/2026",
        "10:30",
    ],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NotAPhoneNumber):
        parse(text)


@pytest.mark.parametrize("text", ["+33612345678", "0033612345678", "+34 612 34 56 78", "+1 202 555 0123"])
def test_numbers_of_other_countries(text: str) -> None:
    with pytest.raises(ForeignNumber):
        parse(text)


def test_numbers_are_found_where_they_stand() -> None:
    text = "عيطو ليا ف ٠٦١٢٣٤٥٦٧٨ ولا 07 00 00 00 01 عافاكم"
    mentions = match(text)
    assert [text[mention.start : mention.end] for mention in mentions] == ["٠٦١٢٣٤٥٦٧٨", "07 00 00 00 01"]
    assert [mention.phone.e164 for mention in mentions] == ["+212612345678", "+212700000001"]
