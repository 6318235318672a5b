"""A name out of the sentence that introduces it."""

from __future__ import annotations

import pytest

from bot.core.own_names import introduced_name, is_no_name, is_plausible, own_name, surely_introduced


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Fatima", "Fatima"),
        ("smiti Fatima Zahra", "Fatima Zahra"),
        ("Ana smiti Karim.", "Karim"),
        ("smiyti hiya Khadija", "Khadija"),
        ("salam, smiti Youssef", "Youssef"),
        ("ana howa Hamza", "Hamza"),
        ("ismi Ismail", "Ismail"),
        ("je m'appelle Sara", "Sara"),
        ("Bonjour, je m’appelle Sara !", "Sara"),
        ("je mappel Sara", "Sara"),
        ("jmapelle Sara", "Sara"),
        ("mon nom est Réda", "Réda"),
        ("mon prénom c'est Réda", "Réda"),
        ("moi c'est Ali", "Ali"),
        ("c'est Ali", "Ali"),
        ("smiti: Ali", "Ali"),
        ("اسمي يوسف", "يوسف"),
        ("أنا سميتي خديجة", "خديجة"),
        ("سميتي هي خديجة", "خديجة"),
        ("السلام عليكم، سميتي يوسف", "يوسف"),
        ("أدعى سعيد", "سعيد"),
        ("اسمه عبد الرحيم", "عبد الرحيم"),
        ("ابنتي اسمها هاجر", "هاجر"),
        ("خويا سميتو حمزة", "حمزة"),
        ("سميتها فاطمة الزهراء", "فاطمة الزهراء"),
        ("على سمية يوسف العلوي", "يوسف العلوي"),
        ("khoya smito Hamza", "Hamza"),
        ("mwi smitha Zahra", "Zahra"),
        ("أبي اسمه حسن", "حسن"),
        ("جارتي سميتها مليكة", "مليكة"),
        ("smitha hiya Khadija", "Khadija"),
        ("b smiyt Rachid", "Rachid"),
        ("il s'appelle Mehdi", "Mehdi"),
        ("ma sœur s appelle Nora", "Nora"),
        ("mon frere s'appelle Mehdi Benali", "Mehdi Benali"),
        ("au nom de Sara", "Sara"),
        ("son nom est Ali", "Ali"),
    ],
)
def test_the_introduction_is_left_out(typed: str, name: str) -> None:
    assert own_name(typed) == name


@pytest.mark.parametrize("name", ["Ismail", "Anas", "Smitia Ali", "Cestine", "اسمية", "Ismahan Ana"])
def test_names_that_begin_like_an_introduction_stay_whole(name: str) -> None:
    assert own_name(name) == name


def test_an_introduction_alone_is_not_swallowed() -> None:
    assert own_name(" smiti ") == "Smiti"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("fatima zahra", "Fatima Zahra"),
        ("smiti aït-ali moha", "Aït-Ali Moha"),
        ("El houcine", "El houcine"),
        ("SARA", "SARA"),
        ("يوسف", "يوسف"),
    ],
)
def test_a_name_in_small_letters_gets_its_capitals(typed: str, name: str) -> None:
    assert own_name(typed) == name


@pytest.mark.parametrize("typed", ["salam", "Bonjour !", "السلام عليكم", "oui", "wakha", "لا", "Salam cv"])
def test_a_greeting_or_a_yes_is_nobodys_name(typed: str) -> None:
    assert is_no_name(typed)


@pytest.mark.parametrize("typed", ["Salam Fatima", "Salma", "سلامة يوسف", "", "123 456"])
def test_anything_else_may_be_one(typed: str) -> None:
    assert not is_no_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "wah",
        "واه",
        "bghit nlghi dyal khti",
        "non en fait l'après-midi",
        "je préfère pas",
        "ما بغيتش",
        "بغيت نبدل",
    ],
)
def test_a_wish_is_nobodys_name(typed: str) -> None:
    assert is_no_name(own_name(typed))


@pytest.mark.parametrize(
    "typed", ["Ma El Ainine", "هادي العلوي", "صباح العلوي", "سعيدة بناني", "Safi Alaoui"]
)
def test_rare_names_are_names(typed: str) -> None:
    assert not is_no_name(own_name(typed))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("la smiyti Yassin Ouardi machi Yassine", "Yassin Ouardi"),
        ("غلطت السمية هي سعدية بناني", "سعدية بناني"),
        ("لا كتبتي سميتي غالطة سميتي سعيدية بناني", "سعيدية بناني"),
        ("je me suis trompée, c'est Amina Tahri", "Amina Tahri"),
        ("c'est pas Nadia c'est Nadia Benali", "Nadia Benali"),
        ("لا، الاسم ليلى العلوي", "ليلى العلوي"),
        ("bghit rdv f Tiflet nhar 7 m3a 10h smiyti Khalid Amrani", "Khalid Amrani"),
        ("ana smiyti Abdellah mn douar ait ourbil 3ndi 24 3am", "Abdellah"),
        ("أريد موعدا باسم أحمد العلوي غدا", "أحمد العلوي"),
        ("je m'appelle Sara et je veux un rdv", "Sara"),
        ("nn c mohamed amine tazi", "Mohamed Amine Tazi"),
        ("nan c Sara Benali", "Sara Benali"),
        ("nn c trop tard", None),
        ("non c'est le matin", None),
        ("nadia c bien", None),
        ("c kan vou vené", None),
        ("c'est bon", None),
        ("c'est gratuit ?", None),
        ("mon nom est mal écrit", None),
        ("pourquoi vous voulez mon nom ?", None),
        ("سميتي غالطة", None),
        ("Fatima Zahra", None),
    ],
)
def test_a_name_is_found_wherever_it_is_introduced(typed: str, name: str | None) -> None:
    assert introduced_name(typed) == name


@pytest.mark.parametrize(
    "name", ["Wafae", "حداد", "سعيدة بناني", "ait ouribel hamid", "صباح", "my ali", "El-Fassi Amina"]
)
def test_what_may_well_be_a_name(name: str) -> None:
    assert is_plausible(name)


@pytest.mark.parametrize(
    "said",
    ["salam", "S", "menu", "بالدارجة عافاك", "c'est gratuit ?", "0612345678", "une idée de projet", ""],
)
def test_what_is_hardly_a_name(said: str) -> None:
    assert not is_plausible(said)


def test_words_for_a_name_introduce_one_surely() -> None:
    assert surely_introduced("smiti Youssef Rommani") == "Youssef Rommani"
    assert surely_introduced("c'est Tiflet") is None
