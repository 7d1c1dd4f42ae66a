"""People: what is known of them, how they are found, and how two become one."""

from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import (
    PersonKind,
    agrees,
    folded,
    may_become,
    search_terms,
    search_words,
)
from shared.contracts.errors import (
    AlreadyBooked,
    InvalidRequest,
    PersonMergedAlready,
    PersonNotFound,
)
from tests.flows.studio import Studio, studio_in
from tests.servers import own_database

# -- rules ------------------------------------------------------------------------------------


letters = st.characters(categories=["L", "Zs"])


@given(st.text(letters, min_size=1, max_size=60), st.integers(1, 60))
def test_whoever_is_looked_for_by_the_beginning_of_a_word_is_found(name: str, length: int) -> None:
    words = search_words(name, None, None)

    for word in folded(name).split():
        piece = word[:length]
        for term in search_terms(piece):
            assert any(found.startswith(term) for found in words)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.data())
def test_any_piece_of_a_number_finds_it(phone: str, data: st.DataObject) -> None:
    digits = phone[1:]
    start = data.draw(st.integers(0, len(digits) - 3))
    end = data.draw(st.integers(start + 3, len(digits)))

    (term,) = search_terms(digits[start:end])

    assert any(word.startswith(term) for word in search_words("", None, phone))


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("lead", "client", True),
        ("lead", "member", True),
        ("client", "member", True),
        ("member", "client", True),
        ("lead", "lead", True),
        ("client", "lead", False),
        ("member", "lead", False),
    ],
)
def test_nobody_becomes_a_lead_again(before: str, after: str, *, allowed: bool) -> None:
    assert may_become(PersonKind(before), PersonKind(after)) is allowed


instants = st.datetimes()


@given(st.lists(st.tuples(instants, st.booleans())))
def test_the_latest_word_on_consent_counts_whatever_order_it_is_noted_in(said: Any) -> None:
    assert agrees(said) is agrees(sorted(said, reverse=True))
    if said:
        last = max(at for at, _ in said)
        assert agrees(said) is all(yes for at, yes in said if at == last)


# -- consent ----------------------------------------------------------------------------------


def test_a_lead_is_kept_only_with_consent(studio: Studio) -> None:
    with pytest.raises(InvalidRequest, match="consent: A lead is kept only if they have agreed"):
        studio.suite.booking.register_person(kind="lead", name="Ada", email="ada@example.com")

    made = studio.suite.booking.register_person(
        kind="lead", name="Ada", email="ada@example.com", consent="form at the open day"
    )

    assert made["marketing"] is False
    profile = studio.suite.booking.get_profile(person_id=made["person_id"])
    said = [(c["purpose"], c["given"], c["how"]) for c in profile["consents"]]
    assert said == [("storage", True, "form at the open day")]


def test_to_be_kept_and_to_be_advertised_to_are_agreed_to_apart(studio: Studio) -> None:
    made = studio.suite.booking.register_person(
        kind="lead", name="Ada", email="ada@example.com", consent="form", marketing=True
    )

    assert made["marketing"] is True
    profile = studio.suite.booking.get_profile(person_id=made["person_id"])
    assert sorted(c["purpose"] for c in profile["consents"]) == ["marketing", "storage"]
    with pytest.raises(InvalidRequest, match="consent: Say how they agreed"):
        studio.suite.booking.register_person(
            kind="client", name="Ada", email="ada@example.com", marketing=True
        )


def test_a_client_who_was_not_asked_has_not_agreed(studio: Studio) -> None:
    made = studio.suite.booking.register_person(kind="client", name="Ada", email="a@example.com")

    assert made["marketing"] is False


def test_consent_taken_back_is_remembered(studio: Studio) -> None:
    person_id = studio.person("ada")

    changed = studio.suite.booking.change_consent(
        person_id=person_id, given=False, how="by telephone"
    )

    assert changed["marketing"] is False
    profile = studio.suite.booking.get_profile(person_id=person_id)
    said = [c["given"] for c in profile["consents"] if c["purpose"] == "marketing"]
    assert said == [True, False]
    assert studio.suite.story[-1] == "PersonChanged"


def test_a_long_history_is_read_to_its_end(any_studio: Studio) -> None:
    studio, starts = any_studio, ["2031-03-05", "2031-03-06", "2031-03-06", "2031-03-06"]
    for day in starts:
        studio.session(starts_at=f"{day}T10:00:00+00:00")
        studio.book("ada")
    read: Any = partial(studio.suite.booking.get_profile, person_id=studio.person("ada"))

    pages = [read(limit=2)["bookings"]]
    while pages[-1]:
        pages.append(read(limit=2, after=pages[-1][-1]["booking_id"])["bookings"])

    assert [[one["starts_at"][:10] for one in page] for page in pages] == [
        ["2031-03-06", "2031-03-06"],
        ["2031-03-06", "2031-03-05"],
        [],
    ]
    assert [one for page in pages for one in page] == read()["bookings"]
    studio.session()
    graces = studio.book("grace")["booking_id"]
    for other in (str(uuid4()), graces):
        with pytest.raises(InvalidRequest, match="after: No booking of this person's"):
            read(after=other)


def test_an_older_yes_noted_later_does_not_undo_a_no(studio: Studio) -> None:
    person_id, call = studio.person("ada"), studio.suite.booking
    earlier = studio.suite.now() - timedelta(days=9)
    call.change_consent(person_id=person_id, given=False, how="by telephone")

    changed = call.change_consent(
        person_id=person_id, given=True, how="an old form turned up", said_at=earlier
    )

    assert changed["marketing"] is False


def test_nobody_consents_in_the_future(studio: Studio) -> None:
    later = studio.suite.now() + timedelta(days=1)

    with pytest.raises(InvalidRequest, match="said_at: Must not be in the future"):
        studio.suite.booking.change_consent(
            person_id=studio.person("ada"), given=True, how="x", said_at=later
        )


# -- who brought whom -------------------------------------------------------------------------


def test_whoever_brought_somebody_must_exist_and_be_another(studio: Studio) -> None:
    ada, call = studio.person("ada"), studio.suite.booking

    with pytest.raises(InvalidRequest, match="referred_by: No person has this id"):
        call.change_person(person_id=ada, referred_by=str(uuid4()))
    with pytest.raises(InvalidRequest, match="referred_by: Nobody brings themselves"):
        call.change_person(person_id=ada, referred_by=ada)

    assert call.get_person(person_id=ada)["referred_by"] is None
    changed = call.change_person(person_id=ada, referred_by=studio.person("grace"))
    assert changed["referred_by"] == studio.people["grace"]


def test_a_client_does_not_become_a_lead_again(studio: Studio) -> None:
    person_id = studio.person("ada", kind="client")

    with pytest.raises(InvalidRequest, match="kind: A client does not become a lead again"):
        studio.suite.booking.change_person(person_id=person_id, kind="lead")


def test_a_change_leaves_a_way_to_reach_somebody(studio: Studio) -> None:
    with pytest.raises(InvalidRequest, match="email: An email address or a telephone number"):
        studio.suite.booking.change_person(person_id=studio.person("ada"), email=None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Nowhere"),
        ("notes", "bell \x07"),
        ("notes", "x" * 5001),
        ("referred_by", "nobody"),
        ("consent", ""),
        ("consent_at", "yesterday"),
    ],
)
def test_what_cannot_be_noted_of_a_person_is_refused_by_field(
    studio: Studio, field: str, value: str
) -> None:
    person = {"kind": "client", "name": "Ada", "email": "ada@example.com"}

    with pytest.raises(InvalidRequest, match=f"{field}: "):
        studio.suite.booking.register_person(**(person | {field: value}))


# -- finding ----------------------------------------------------------------------------------


def found(studio: Studio, text: str, **more: Any) -> list[str]:
    return [p["name"] for p in studio.suite.booking.list_people(text=text, **more)["people"]]


@pytest.fixture
def crowd(studio: Studio) -> Studio:
    register = studio.suite.booking.register_person
    register(kind="client", name="Zoë Lovelace-Byron", email="zoe@analytical.example.com")
    register(kind="member", name="Alan Turing", phone="+39 02 1234567")
    register(kind="member", name="Grace Hopper", email="grace.hopper@navy.example.org")
    return studio


@pytest.mark.rule("B17")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("zoe", ["Zoë Lovelace-Byron"]),
        ("ZOË love", ["Zoë Lovelace-Byron"]),
        ("byr", ["Zoë Lovelace-Byron"]),
        ("analyt", ["Zoë Lovelace-Byron"]),
        ("grace.hopper@navy", ["Grace Hopper"]),
        ("3456", ["Alan Turing"]),
        ("+39 02 123", ["Alan Turing"]),
        ("alan grace", []),
        ("100%", []),
        ("_", []),
        ("'; drop table people", []),
        ("", ["Alan Turing", "Grace Hopper", "Zoë Lovelace-Byron"]),
    ],
)
def test_people_are_found_by_pieces_of_name_address_and_number(
    crowd: Studio, text: str, names: list[str]
) -> None:
    assert found(crowd, text) == names


def test_people_are_found_by_kind(crowd: Studio) -> None:
    assert found(crowd, "", kind="member") == ["Alan Turing", "Grace Hopper"]


def test_people_are_found_by_what_they_are_called_now(crowd: Studio) -> None:
    (alan,) = crowd.suite.booking.list_people(text="alan")["people"]

    crowd.suite.booking.change_person(person_id=alan["person_id"], name="Alonzo Church")

    assert found(crowd, "turing") == []
    assert found(crowd, "church") == ["Alonzo Church"]


def test_a_list_is_turned_page_by_page_without_gap_or_repeat(studio: Studio) -> None:
    for number in range(7):
        studio.suite.booking.register_person(
            kind="client", name=f"Ada {number % 3}", email=f"ada{number}@example.com"
        )

    pages, after = [], None
    while True:
        page = studio.suite.booking.list_people(text="ada", after=after, limit=3)
        pages.append(page["people"])
        after = page["after"]
        if after is None:
            break

    assert [len(page) for page in pages] == [3, 3, 1]
    ids = [person["person_id"] for page in pages for person in page]
    assert len(set(ids)) == 7


def test_a_list_goes_on_though_whom_a_page_ended_with_is_another_by_now(studio: Studio) -> None:
    call = studio.suite.booking
    for name in ("anna", "bea", "carl", "dora", "zoe"):
        studio.person(name)
    after = call.list_people(limit=2)["after"]

    merge(studio, "zoe", "bea")

    names = [person["name"] for person in call.list_people(limit=2, after=after)["people"]]
    assert names == ["carl", "dora"]
    call.erase_person(person_id=studio.people["zoe"])
    with pytest.raises(InvalidRequest, match="after: No person has this id, or they were erased"):
        call.list_people(limit=2, after=after)


# -- two who are one --------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.live)])
def any_studio(request: pytest.FixtureRequest) -> Any:
    if request.param == "sqlite":
        with studio_in() as made:
            yield made
        return
    with ExitStack() as stack:
        names = ("booking", "waitlist", "notify")
        addresses = {name: stack.enter_context(own_database()) for name in names}
        yield stack.enter_context(studio_in(databases=addresses))


def merge(studio: Studio, keep: str, other: str) -> Any:
    call = studio.suite.booking
    return call.merge_people(keep=studio.person(keep), merge=studio.person(other))


def test_doubles_are_found_by_what_they_have_in_common(studio: Studio) -> None:
    register, call = studio.suite.booking.register_person, studio.suite.booking
    one = register(kind="client", name="Ada Lovelace", email="Ada@example.com")
    two = register(kind="client", name="A. Lovelace", email="ada@example.com")
    three = register(kind="member", name="ADA  LOVELACE", phone="+39021234567")
    register(kind="member", name="Grace", phone="+39021234567")
    register(kind="member", name="Somebody else", email="else@example.com")

    groups = {
        group["because"]: {p["person_id"] for p in group["people"]}
        for group in call.find_duplicates()
    }

    assert groups.keys() == {"email", "phone", "name"}
    assert groups["email"] == {one["person_id"], two["person_id"]}
    assert groups["name"] == {one["person_id"], three["person_id"]}
    own = call.find_duplicates(person_id=two["person_id"])
    assert [group["because"] for group in own] == ["email"]


def test_doubles_are_read_a_page_at_a_time(any_studio: Studio) -> None:
    call = any_studio.suite.booking
    for name in ("Édith", "ada", "Bea", "ada", "Edith", "bea", "Zoë", "Grace", "ZOE"):
        call.register_person(kind="client", name=name, email="one@example.com")
    alone = call.register_person(kind="client", name="Alan", phone="+39021234567")["person_id"]
    find: Any = partial(call.find_duplicates, because="name", limit=2)

    first = find()
    (merged, kept) = (person["person_id"] for person in first[-1]["people"])
    second = find(after=kept)
    call.merge_people(keep=kept, merge=merged)

    pages = [[p["name"] for group in page for p in group["people"]] for page in (first, second)]
    assert pages == [["ada", "ada", "Bea", "bea"], ["Édith", "Edith", "Zoë", "ZOE"]]
    assert find(after=merged) == second  # whatever became of them meanwhile
    assert find(after=second[-1]["people"][0]["person_id"]) == []
    for wrong, rule in (
        ({"after": alone, "because": "email"}, "after: Nobody has this id, or they have no email"),
        ({"after": str(uuid4())}, "after: Nobody has this id"),
        ({"after": kept, "because": None}, "because: Say which list"),
        ({"after": kept, "person_id": kept}, "after: Somebody's own doubles"),
    ):
        with pytest.raises(InvalidRequest, match=rule):
            find(**wrong)


def test_the_records_of_two_become_one_persons(any_studio: Studio) -> None:
    studio = any_studio
    studio.session(capacity=1, waiting=5)
    studio.book("double")
    first = studio.session_id
    studio.session(capacity=2, waiting=5)
    studio.hold("double")
    studio.settle()

    merged = merge(studio, "ada", "double")

    assert merged["moved"] == {"bookings": 1, "holds": 1, "waiting": 0, "consents": 2}
    profile = studio.suite.booking.get_profile(person_id=studio.people["ada"])
    assert [b["session_id"] for b in profile["bookings"]] == [first]
    assert len(profile["holds"]) == 1
    assert profile["merged_ids"] == [studio.people["double"]]
    assert studio.suite.story[-2:] == ["PersonChanged", "PersonMerged"]


def test_who_is_booked_twice_by_two_names_keeps_one_seat_and_the_next_gets_the_other(
    any_studio: Studio,
) -> None:
    studio = any_studio
    studio.full("ada", "double", waiting=["grace"])

    merged = merge(studio, "ada", "double")
    studio.suite.deliver(times=2)

    assert merged["cancelled"] == 1
    assert studio.booked == ["ada", "grace"]
    assert studio.taken == 2
    assert studio.held == {}


@pytest.mark.parametrize(("held", "booked"), [("double", "ada"), ("ada", "double")])
def test_a_hold_beside_a_place_by_the_other_record_goes_to_whoever_waits(
    any_studio: Studio, held: str, booked: str
) -> None:
    studio = any_studio
    studio.session(capacity=2, waiting=5)
    studio.book(booked)
    studio.hold(held)
    studio.book("grace")
    studio.settle()

    merge(studio, "ada", "double")
    studio.suite.deliver(times=2)

    assert studio.booked == ["ada", "grace"]
    assert studio.taken == 2
    assert studio.held == {}


def test_a_reserved_place_outlasts_the_seat_held_while_somebody_pays(studio: Studio) -> None:
    studio.session(capacity=3, waiting=0)
    studio.hold("ada", kind="checkout")
    reserved = studio.hold("double")

    merge(studio, "ada", "double")
    studio.suite.advance(minutes=20)
    studio.suite.tick("booking.end_lapsed_holds")

    assert studio.held == {"staff": 1}
    profile = studio.suite.booking.get_profile(person_id=studio.people["ada"])
    assert [hold["hold_id"] for hold in profile["holds"]] == [reserved]


@pytest.mark.parametrize("came_as", ["ada", "double"])
def test_who_came_under_either_record_was_there(studio: Studio, came_as: str) -> None:
    studio.session(capacity=2)
    call = studio.suite.booking
    for name in ("ada", "double"):
        studio.book(name)
    studio.on_the_day()
    call.launch_roll_call(session_id=studio.session_id)
    for name in ("ada", "double"):
        how = "attended" if name == came_as else "no_show"
        call.mark_attendance(booking_id=studio.booking_id(name), attendance=how)

    merge(studio, "ada", "double")

    counts = call.get_profile(person_id=studio.people["ada"])["counts"]
    assert (counts["attended"], counts["no_shows"]) == (1, 0)
    facts = studio.story
    assert facts.count("VisitRecorded") - facts.count("VisitRetracted") == 1


def test_who_gives_up_one_place_in_the_moment_of_a_merge_keeps_the_other(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.session(capacity=2)
    both = [UUID(studio.book(name)["booking_id"]) for name in ("ada", "double")]
    studio.cancel("ada")
    monkeypatch.setattr("services.booking.store.booked_twice", lambda *_: [both])  # just before

    merged = merge(studio, "ada", "double")

    assert merged["cancelled"] == 0
    assert studio.booked == ["ada"]


def test_a_merged_id_goes_on_meaning_the_person(any_studio: Studio) -> None:
    studio = any_studio
    studio.session(capacity=3)
    merge(studio, "ada", "double")

    place = studio.book("double")

    assert place["person_id"] == studio.people["ada"]
    assert studio.suite.booking.get_person(person_id=studio.people["double"])["name"] == "ada"
    with pytest.raises(AlreadyBooked):
        studio.book("ada")
    assert found(studio, "double") == []


def test_a_merged_id_means_the_last_of_a_chain(studio: Studio) -> None:
    merge(studio, "second", "first")
    merge(studio, "third", "second")

    person = studio.suite.booking.get_person(person_id=studio.people["first"])

    assert person["name"] == "third"


def test_merging_again_changes_nothing_and_merging_elsewhere_is_refused(studio: Studio) -> None:
    merge(studio, "ada", "double")
    studio.suite.mark()

    merge(studio, "ada", "double")

    assert studio.suite.story == []
    with pytest.raises(PersonMergedAlready, match=studio.people["ada"]):
        merge(studio, "grace", "double")
    with pytest.raises(PersonMergedAlready):
        merge(studio, "double", "grace")
    with pytest.raises(InvalidRequest, match="merge: Must be another person"):
        merge(studio, "ada", "ada")
    with pytest.raises(PersonNotFound):
        studio.suite.booking.merge_people(keep=studio.person("ada"), merge=str(uuid4()))


def test_what_one_record_lacks_comes_from_the_other(studio: Studio) -> None:
    register = studio.suite.booking.register_person
    keep = register(kind="client", name="Ada", email="ada@example.com", notes="shy")
    other = register(kind="member", name="Ada L.", phone="+39021234567", notes="vegan")

    merged = studio.suite.booking.merge_people(keep=keep["person_id"], merge=other["person_id"])

    assert merged["email"] == "ada@example.com"
    assert merged["phone"] == "+39021234567"
    assert merged["kind"] == "member"
    assert merged["notes"] == "shy\nvegan"
    assert found(studio, "1234567") == ["Ada"]


def test_a_no_under_either_record_is_a_no_of_the_person(studio: Studio) -> None:
    studio.person("ada")
    studio.suite.booking.change_consent(
        person_id=studio.person("double"), given=False, how="by letter"
    )
    studio.suite.booking.change_consent(person_id=studio.person("ada"), given=True, how="again")

    merged = merge(studio, "ada", "double")

    assert merged["marketing"] is False
    profile = studio.suite.booking.get_profile(person_id=studio.people["ada"])
    said = [c["given"] for c in profile["consents"] if c["purpose"] == "marketing"]
    assert said == [True, True, False, True, False]


def test_nobody_has_brought_themselves_after_merging(studio: Studio) -> None:
    call = studio.suite.booking
    call.change_person(person_id=studio.person("ada"), referred_by=studio.person("double"))
    call.change_person(person_id=studio.person("grace"), referred_by=studio.person("double"))

    merge(studio, "ada", "double")

    assert call.get_person(person_id=studio.people["ada"])["referred_by"] is None
    assert call.get_person(person_id=studio.people["grace"])["referred_by"] == studio.people["ada"]


def test_a_booking_made_in_the_very_moment_of_a_merge_is_moved_after_it(studio: Studio) -> None:
    studio.session(capacity=3)
    booking_id = studio.book("double")["booking_id"]
    merge(studio, "ada", "double")
    with studio.suite.sql("booking") as sql:
        late = studio.people["double"].replace("-", "")
        sql.exec_driver_sql("UPDATE bookings SET person_id = ?", (late,))

    studio.suite.tick("booking.settle_merged")

    booking = studio.suite.booking.get_booking(booking_id=booking_id)
    assert booking["person_id"] == studio.people["ada"]


# -- the profile and the roster ---------------------------------------------------------------


@pytest.mark.rule("Q45")
def test_a_profile_tells_what_somebody_has_done(studio: Studio) -> None:
    studio.session(capacity=2)
    booked = studio.book("ada")
    studio.on_the_day()
    studio.suite.booking.mark_attendance(booking_id=booked["booking_id"], attendance="attended")
    studio.session(capacity=2)
    studio.book("ada")
    studio.cancel("ada")
    studio.hold("ada")

    profile = studio.suite.booking.get_profile(person_id=studio.people["ada"])

    assert profile["person"]["name"] == "ada"
    assert profile["counts"] == {"booked": 2, "cancelled": 1, "attended": 1, "no_shows": 0}
    assert sorted(b["status"] for b in profile["bookings"]) == ["attended", "cancelled"]
    assert [hold["kind"] for hold in profile["holds"]] == ["staff"]
    assert profile["warmth"]["score"] == 40 + 10 + 10


@pytest.mark.rule("Q35")
def test_the_roster_shows_how_warm_everybody_is_and_why(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    ada = studio.row("ada")
    assert ada["warmth"]["band"] == "warm"
    assert ada["warmth"]["score"] == 50

    studio.on_the_day()
    studio.suite.booking.mark_attendance(booking_id=ada["booking_id"], attendance="no_show")

    warmth = studio.row("ada", "no_show")["warmth"]
    assert warmth["score"] == 34  # what is some days old counts a little less
    assert "no-shows 1: -15" in warmth["because"]
    assert studio.row("grace", "waitlisted")["warmth"]["score"] == 39


def test_being_in_touch_keeps_somebody_warm(studio: Studio) -> None:
    person_id, call = studio.person("ada"), studio.suite.booking
    studio.suite.advance(days=60)
    cooled = call.get_profile(person_id=person_id)["warmth"]["score"]

    call.note_contact(person_id=person_id)

    assert call.get_profile(person_id=person_id)["warmth"]["score"] > cooled
