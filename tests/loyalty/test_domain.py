"""The rules of points, cards, referrals and the thank-you text, for whatever they are given."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.domain import (
    DEFAULT_TEXTS,
    EARNING,
    LONG_AGO,
    ONCE,
    PLACEHOLDERS,
    SERIALS,
    SPENDING,
    TITLES,
    Account,
    EntryKind,
    Movement,
    Person,
    Referral,
    ReferralState,
    Settings,
    Verdict,
    Visit,
    VisitChange,
    adjustment_kind,
    asks,
    card_number,
    check_digit,
    claim_to_keep,
    entered,
    expirable,
    first_name,
    forgiven,
    is_new,
    judge,
    line_of,
    lots_left,
    minor_digits,
    number_fault,
    paid_minor,
    purchase_points,
    rendered,
    text_fault,
    thanks,
    tidied,
    treat_points,
    visit_change,
)

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
ADA, BOB = uuid4(), uuid4()
serials = st.integers(0, SERIALS - 1)
times = st.integers(0, 3_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
names = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)
amounts = st.integers(0, 10**9)
rates = st.integers(0, 1000)


# -- cards ------------------------------------------------------------------------------------


@given(serials)
def test_every_number_of_our_own_is_without_fault(serial: int) -> None:
    assert number_fault(card_number(serial)) is None


@given(serials, serials)
def test_different_serials_give_different_numbers(one: int, other: int) -> None:
    assert (card_number(one) == card_number(other)) == (one == other)


@given(serials, st.integers(2, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(serial: int, place: int, off: int) -> None:
    number = card_number(serial)

    wrong = str((int(number[place]) + off) % 10)

    assert number_fault(number[:place] + wrong + number[place + 1 :]) is not None


@given(serials, st.integers(2, 10))
def test_neighbours_that_changed_places_are_always_noticed(serial: int, place: int) -> None:
    number = card_number(serial)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert swapped == number or number_fault(swapped) is not None


@given(st.text("0123456789", min_size=1, max_size=30))
def test_a_check_digit_leaves_nothing_to_check(digits: str) -> None:
    assert check_digit(digits + check_digit(digits)) == "0"


@given(serials, st.lists(st.integers(0, 12), max_size=4), st.sampled_from(" -\t"))
def test_how_a_number_is_spaced_does_not_matter(serial: int, gaps: list[int], gap: str) -> None:
    typed = card_number(serial)
    for place in gaps:
        typed = typed[:place] + gap + typed[place:]

    assert tidied(typed) == card_number(serial)


@pytest.mark.parametrize("number", ["", "123", "a" * 21, "12_4", "١٢٣٤", "12 34", "abcd"])
def test_a_number_that_no_card_can_have_is_at_fault(number: str) -> None:
    assert number_fault(number)


@pytest.mark.parametrize("number", ["1234", "AB12", "9" * 20])
def test_cards_printed_elsewhere_are_welcome(number: str) -> None:
    assert number_fault(number) is None


# -- the ledger -------------------------------------------------------------------------------


moves = st.lists(st.tuples(st.sampled_from(EntryKind), st.integers(-500, 500)), max_size=30)


def opened() -> Account:
    return Account(ADA, None, 0, NOON, None)


@given(moves)
def test_a_balance_is_the_sum_of_its_entries_and_they_are_numbered_without_gaps(
    steps: list[tuple[EntryKind, int]],
) -> None:
    account, entries = opened(), []

    for kind, points in steps:
        entry, account = entered(account, kind, points, entry_id=uuid4(), about=BOB, at=NOON)
        entries.append(entry)

    assert account.balance == sum(points for _, points in steps)
    assert [entry.number for entry in entries] == list(range(1, len(steps) + 1))
    assert [entry.previous for entry in entries] == [None, *range(1, len(steps))][: len(steps)]
    for before, after in pairwise(entries):
        assert before.balance_after == after.balance_before
    for entry in entries:
        assert entry.balance_after == entry.balance_before + entry.points


@given(st.lists(st.tuples(st.sampled_from(EntryKind), st.integers(1, 9), times), max_size=20))
def test_no_points_are_older_than_the_account_says(
    steps: list[tuple[EntryKind, int, datetime]],
) -> None:
    account = Account(ADA, None, 0, datetime(1970, 1, 1, tzinfo=UTC), None)

    for kind, points, at in steps:
        account, before = (
            entered(account, kind, points, entry_id=uuid4(), about=BOB, at=at)[1],
            account,
        )
        if kind in EARNING:
            assert account.oldest_at is not None
            assert account.oldest_at <= at
        elif kind is EntryKind.TREAT_RETURNED:
            assert account.oldest_at == LONG_AGO
        else:
            assert account.oldest_at == before.oldest_at


def test_every_kind_of_entry_either_earns_or_spends() -> None:
    assert set(EntryKind) == EARNING | SPENDING
    assert not EARNING & SPENDING
    assert set(EntryKind) > ONCE


@pytest.mark.parametrize("language", TITLES)
def test_every_kind_of_entry_has_a_line_of_its_own_in_every_language(language: str) -> None:
    lines = {line_of(kind, language) for kind in EntryKind}

    assert len(lines) == len(EntryKind)
    assert all(lines)
    assert set(TITLES) == {"en", "it", "fr", "de"}


days = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 100)), max_size=20)


@given(days, st.integers(0, 1500), st.integers(0, 50))
def test_what_expires_is_what_is_left_of_the_days_that_are_too_old(
    earned: list[tuple[int, int]], spent: int, until: int
) -> None:
    earnings = [(NOON + timedelta(days=day), points) for day, points in earned]
    too_old = sum(points for day, points in earned if day <= until)

    left = lots_left(earnings, spent)

    old = [lot.points for lot in left if lot.earned_at <= NOON + timedelta(days=until)]
    assert expirable(too_old, spent) == sum(old)


@given(days, st.integers(0, 1500))
def test_what_is_left_is_what_was_earned_less_what_was_spent_the_oldest_first(
    earned: list[tuple[int, int]], spent: int
) -> None:
    earnings = [(NOON + timedelta(days=day), points) for day, points in earned]

    left = lots_left(earnings, spent)

    assert sum(lot.points for lot in left) == max(0, sum(p for _, p in earnings) - spent)
    assert [lot.earned_at for lot in left] == sorted({lot.earned_at for lot in left})
    assert all(lot.points > 0 for lot in left)


@given(days)
def test_points_that_were_taken_back_leave_nothing_to_expire(earned: list[tuple[int, int]]) -> None:
    earnings = [(NOON + timedelta(days=day), points) for day, points in earned]

    assert lots_left([*earnings, *((at, -points) for at, points in earnings)], 0) == []


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_spending_more_never_lets_more_expire(earned: int, spent: int, more: int) -> None:
    assert 0 <= expirable(earned, spent + more) <= expirable(earned, spent)


# -- purchases, visits, adjustments -----------------------------------------------------------


@given(amounts, rates)
def test_points_for_a_purchase_are_the_amount_times_the_rate_rounded_down(
    amount: int, rate: int
) -> None:
    points = purchase_points(amount, "eur", rate)

    assert points * 100 <= amount * rate < (points + 1) * 100


@given(amounts, amounts, rates)
def test_two_purchases_never_earn_more_than_one_of_both(one: int, other: int, rate: int) -> None:
    together = purchase_points(one + other, "eur", rate)

    assert purchase_points(one, "eur", rate) + purchase_points(other, "eur", rate) <= together


@given(amounts, st.sampled_from(["eur", "jpy", "kwd"]))
def test_a_rate_of_nothing_earns_nothing(amount: int, currency: str) -> None:
    assert purchase_points(amount, currency, 0) == 0


@given(st.integers(0, 10**6), rates, st.sampled_from(["eur", "usd", "jpy", "kwd", "clp", "bhd"]))
def test_a_whole_unit_earns_the_rate_in_every_currency(
    units: int, rate: int, currency: str
) -> None:
    assert purchase_points(units * 10 ** minor_digits(currency), currency, rate) == units * rate


@pytest.mark.parametrize(("currency", "digits"), [("eur", 2), ("jpy", 0), ("kwd", 3)])
def test_a_currency_has_its_own_number_of_decimals(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@given(st.permutations(range(1, 8)), st.integers(0, 7), st.integers(0, 9))
def test_news_of_a_visit_in_any_order_ends_as_the_newest_says(
    order: list[int], said: int, points: int
) -> None:
    visit, balance = Visit(BOB, ADA, 0, counts=False, points=0, earned_at=None), 0
    heard = [sequence for sequence in order if sequence <= said]

    for sequence in heard:
        change = visit_change(visit, sequence, came=sequence % 2 == 1)
        if change is not None:
            before, visit = visit, visit.heard(sequence, change, points=points, at=NOON)
            balance += {VisitChange.COUNT: points, VisitChange.TAKE_BACK: -before.points}.get(
                change, 0
            )

    assert visit.counts == (said % 2 == 1)
    assert balance == visit.points == (points if visit.counts else 0)


@given(st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_older_news_of_a_visit_changes_nothing(newer: int, older: int, came: bool) -> None:  # noqa: FBT001
    visit = Visit(BOB, ADA, max(newer, older), counts=not came, points=0, earned_at=None)

    assert visit_change(visit, min(newer, older), came=came) is None


@given(st.integers(-100, 100).filter(bool))
def test_what_staff_add_is_earned_and_what_they_remove_is_spent(points: int) -> None:
    assert (adjustment_kind(points) in EARNING) == (points > 0)
    assert (adjustment_kind(points) in SPENDING) == (points < 0)


# -- referrals --------------------------------------------------------------------------------


def person(person_id: UUID = ADA, *, first_referred_at: datetime | None = None) -> Person:
    return Person(person_id, "Ada", "en", None, first_referred_at, None)


@pytest.mark.rule("T11")
@given(st.sets(st.uuids()), st.none() | times)
def test_nobody_refers_themselves(above: set[UUID], booked_at: datetime | None) -> None:
    assert judge(person(), ADA, above, booked_at, at=NOON) is Verdict.SELF


@pytest.mark.rule("T11")
@given(st.sets(st.uuids()), st.none() | times)
def test_whoever_stands_above_the_referrer_closes_a_ring(
    above: set[UUID], booked_at: datetime | None
) -> None:
    assert judge(person(), BOB, above | {ADA}, booked_at, at=NOON) is Verdict.RING


@pytest.mark.rule("T1")
@given(st.none() | times, times, st.none() | times)
def test_who_is_new_had_not_booked_before_they_were_first_referred(
    booked_at: datetime | None, at: datetime, referred_at: datetime | None
) -> None:
    somebody = person(first_referred_at=referred_at)

    new = is_new(somebody, booked_at, at=at)

    assert new == (booked_at is None or booked_at >= (referred_at or at))
    verdict = Verdict.FINE if new else Verdict.NOT_NEW
    assert judge(somebody, BOB, set(), booked_at, at=at) is verdict


@pytest.mark.rule("T12", "Ti1", "Ti5")
@given(st.sampled_from(ReferralState), st.booleans())
def test_staff_are_asked_only_about_a_card_and_only_until_the_yes(
    state: ReferralState,
    has_card: bool,  # noqa: FBT001
) -> None:
    assert asks(state, has_card=has_card) == (has_card and state is ReferralState.ASKED)


# -- settings and the text --------------------------------------------------------------------


@pytest.mark.rule("T6")
def test_a_referral_earns_a_hundred_points_unless_somebody_says_otherwise() -> None:
    assert Settings().points_per_referral == 100


@given(times, st.integers(1, 3650))
def test_points_are_too_old_after_as_many_days_as_they_last(at: datetime, days_: int) -> None:
    assert Settings().too_old(at) is None
    assert Settings(points_expire_days=days_).too_old(at) == at - timedelta(days=days_)


parts = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="<>"))
    | st.sampled_from([f"<<{name}>>" for name in PLACEHOLDERS])
).map("".join)


@pytest.mark.rule("T8")
@given(parts)
def test_a_text_with_the_four_placeholders_is_without_fault(text: str) -> None:
    assert text_fault(text) is None


@pytest.mark.rule("T8")
@given(parts, st.text("abcXYZ ", max_size=9), parts)
def test_an_unknown_placeholder_is_a_fault_and_named(before: str, name: str, after: str) -> None:
    fault = text_fault(f"{before}<<{name}>>{after}")

    assert fault is not None
    assert f"<<{name}>>" in fault


@pytest.mark.parametrize("text", ["<<Points", "Points>>", "<<Points>", "<<<<Points>>>>", "<< <<"])
def test_half_a_placeholder_is_a_fault(text: str) -> None:
    assert text_fault(text)


pieces = st.lists(
    st.tuples(st.just(None), st.text(st.characters(codec="utf-8", exclude_characters="<>")))
    | st.tuples(st.sampled_from(PLACEHOLDERS), st.just(""))
)
values = st.fixed_dictionaries(
    dict.fromkeys(PLACEHOLDERS, st.text() | st.sampled_from([f"<<{n}>>" for n in PLACEHOLDERS]))
)


@given(pieces, values)
def test_every_placeholder_gets_its_value_and_values_are_not_read_again(
    made_of: list[tuple[str | None, str]], known: dict[str, str]
) -> None:
    text = "".join(f"<<{name}>>" if name else plain for name, plain in made_of)

    assert rendered(text, known) == "".join(
        known[name] if name else plain for name, plain in made_of
    )


@given(names)
def test_people_are_called_by_the_first_word_of_their_name(name: str) -> None:
    called = first_name(name)

    assert called
    assert name.split(maxsplit=1)[0] == called


@pytest.mark.rule("T8")
@pytest.mark.parametrize("language", DEFAULT_TEXTS)
def test_the_default_text_has_all_four_placeholders_in_every_language(language: str) -> None:
    text = DEFAULT_TEXTS[language]

    assert text_fault(text) is None
    assert all(text.count(f"<<{name}>>") == 1 for name in PLACEHOLDERS)


@given(names, names, st.integers(1, 10**6), st.text(max_size=20), st.text(max_size=3))
def test_the_text_names_everybody_whatever_they_are_called(
    referrer: str, referred: str, points: int, salon: str, language: str
) -> None:
    text = thanks({}, language, referrer=referrer, referred=referred, points=points, salon=salon)

    apart = f" {salon.strip()}" if salon.strip() else ""
    known = (first_name(referrer), referred, str(points), apart)
    default = DEFAULT_TEXTS.get(language, DEFAULT_TEXTS["en"])
    assert text == rendered(default, dict(zip(PLACEHOLDERS, known, strict=True)))


@pytest.mark.rule("T8")
@pytest.mark.parametrize("salon", ["Chez Lea", " Chez Lea"])
def test_the_salons_name_is_kept_apart_from_the_sentence_before(salon: str) -> None:
    who = {"referrer": "Ada", "referred": "Bob", "salon": salon}

    assert thanks({}, "en", points=1, **who).endswith("on your TreatCard! Chez Lea")
    assert thanks({"en": "(<<SalonName>>)"}, "en", points=1, **who) == "(Chez Lea)"


@pytest.mark.rule("T8")
def test_a_referrer_reads_the_edited_text_of_their_language() -> None:
    who = {"referrer": "Ada L", "referred": "Bob", "salon": ""}

    assert thanks({"it": "Ciao <<ClientFirstName>>"}, "it", points=1, **who) == "Ciao Ada"
    assert thanks({"en": "Hi <<Points>>"}, "nl", points=7, **who) == "Hi 7"
    assert thanks({"en": "Hi"}, "de", points=7, **who).startswith("Danke Ada")


# -- payments, treats and merging -------------------------------------------------------------

MOVEMENTS = st.lists(
    st.builds(Movement, st.integers(-500, 500).filter(bool), st.integers(0, 3), times), max_size=8
)


@given(MOVEMENTS, st.randoms(use_true_random=False))
def test_what_is_paid_does_not_depend_on_the_order_it_is_heard_in(
    movements: list[Movement], rng: Random
) -> None:
    assert paid_minor(rng.sample(movements, len(movements))) == paid_minor(movements)


@given(MOVEMENTS)
def test_nothing_is_paid_in_full_while_the_last_payment_left_something(
    movements: list[Movement],
) -> None:
    came = [one for one in movements if one.amount_minor > 0]
    last = max(came, key=lambda one: (one.moved_at, -one.balance_minor), default=None)

    paid = paid_minor(movements)

    assert (paid is None) == (last is None or last.balance_minor > 0)
    assert paid is None or paid >= 0


@given(st.integers(0, 10**8), st.sampled_from(["eur", "jpy", "bhd"]), st.integers(1, 100))
def test_a_treat_is_never_suggested_below_its_price(price: int, currency: str, rate: int) -> None:
    points = treat_points(price, currency, rate)

    assert points >= 1
    assert points * 10 ** minor_digits(currency) >= price * rate
    assert points == 1 or (points - 1) * 10 ** minor_digits(currency) < price * rate


@given(st.integers(1, 500), st.integers(-100, 500), st.integers(0, 900), st.integers(0, 500))
def test_no_more_is_forgiven_than_was_taken_back_or_had_expired(
    points: int, earned: int, spent: int, expired: int
) -> None:
    lost = forgiven(points, earned, spent, expired)

    assert 0 <= lost <= min(points, expired)


def a_claim(own: bool, hour: int, awarded: bool) -> Referral:  # noqa: FBT001 - a case
    """Make a referral of Ada, by somebody or by herself."""
    at = NOON + timedelta(hours=hour)
    state = ReferralState.AWARDED if awarded else ReferralState.ASKED
    ids = (uuid4(), ADA, ADA if own else BOB)
    return Referral(*ids, 100, state, at, at if awarded else None)


@given(st.lists(st.builds(a_claim, st.booleans(), st.integers(0, 5), st.booleans()), max_size=5))
def test_of_several_claims_an_award_stays_and_of_two_the_first(claims: list[Referral]) -> None:
    kept = claim_to_keep(claims)

    fair = [one for one in claims if one.new_person_id != one.referrer_id]
    awarded = [one.awarded_at for one in fair if one.awarded_at is not None]
    assert (kept is None) == (not fair)
    assert kept is None or kept in fair
    assert not awarded or (kept is not None and kept.awarded_at == min(awarded))
