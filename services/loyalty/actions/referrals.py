"""Who brought whom: the question, the yes, and corrections."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from services.loyalty import store
from services.loyalty.actions.cards import known_person, need_card
from services.loyalty.actions.ledger import open_account, post, take_back
from services.loyalty.domain import (
    EntryKind,
    Person,
    Referral,
    ReferralState,
    Verdict,
    asks,
    is_new,
    judge,
    thanks,
)
from shared.contracts import Values
from shared.contracts.errors import (
    NotANewClient,
    ReferralCorrected,
    ReferralNotFound,
    ReferralRing,
    SelfReferral,
)
from shared.contracts.loyalty import ReferralThanked
from shared.db import Tx

_REFUSALS = {
    Verdict.SELF: SelfReferral,
    Verdict.RING: ReferralRing,
    Verdict.NOT_NEW: NotANewClient,
}


def refer(tx: Tx, new_person_id: UUID, referrer_id: UUID, *, at: datetime) -> Values:
    """Note who referred a new client, and say whether staff are to be asked to add points.

    Choosing the same again changes nothing but the points asked about, while there was no yes.
    Choosing another corrects it: what was awarded is taken back, and the question is new.

    Raises:
        SelfReferral, ReferralRing, NotANewClient: as they say.

    Source: T10, T11, T12, Ti1, Ti5.
    """
    person = known_person(tx, new_person_id, lock=True)
    referrer = known_person(tx, referrer_id)
    verdict = _verdict(tx, person, referrer, at=at)
    if verdict in _REFUSALS:
        raise _REFUSALS[verdict](str(new_person_id))
    return _asked(tx, _choose(tx, person, referrer, at=at))


def hear_referrer(tx: Tx, person: Person, referrer_id: UUID | None, *, at: datetime) -> None:
    """Take up whom booking names as `referred by` from now on, as if it had been chosen here.

    Nobody is there to be told no, so a referral that would be refused is not made. Neither are
    points given: the question waits for the staff's yes. Where booking names nobody any more, the
    referral it named ends; one that staff have chosen here is theirs.

    Args:
        tx: the transaction.
        person: the new client, locked, as they were before.
        referrer_id: who is named; None: nobody any more.
        at: when it was named (UTC).

    Source: T10 to T13, Ti5.
    """
    if referrer_id is None:
        live = store.find_live_referral(tx.sql, person.person_id, lock=True)
        if live is not None and _same(tx, person.said_referrer, live.referrer_id):
            _end(tx, live, at=at)
        return
    named = store.meant(tx.sql, referrer_id)
    store.begin_person(tx.sql, named)
    referrer = store.person_for_share(tx.sql, named)
    if referrer is None or referrer.erased_at is not None:
        return
    if _verdict(tx, person, referrer, at=at) is Verdict.FINE:
        _choose(tx, person, referrer, at=at)


def _same(tx: Tx, said: UUID | None, referrer_id: UUID) -> bool:
    return said is not None and store.meant(tx.sql, said) == referrer_id


def _verdict(tx: Tx, person: Person, referrer: Person, *, at: datetime) -> Verdict:
    """Say whether a locked person can be `referred by` another, who stays until the commit."""
    own = person.person_id == referrer.person_id
    above = [] if own else referrers_above(tx, person, referrer)
    booked_at = store.first_booked_at(tx.sql, person.person_id)
    return judge(person, referrer.person_id, above, booked_at, at=at)


def _choose(tx: Tx, person: Person, referrer: Person, *, at: datetime) -> Referral:
    """Note who referred a locked person; end the referral there was, if it named another."""
    points = store.find_settings(tx.sql).points_per_referral
    before = store.find_live_referral(tx.sql, person.person_id, lock=True)
    if before is not None and before.referrer_id == referrer.person_id:
        return _asked_again(tx, before, points)
    if before is not None:
        take_back_award(tx, before, at=at)
    ids = (uuid4(), person.person_id, referrer.person_id)
    referral = Referral(*ids, points, ReferralState.ASKED, at, None)
    store.add_referral(tx.writes, referral)
    store.set_referrer(tx.writes, person.person_id, referrer.person_id, at=at)
    return referral


def referrers_above(tx: Tx, person: Person, referrer: Person) -> list[UUID]:
    """Give who referred a referrer, and so on up, as far as a ring could go.

    The person is locked, and each one passed is kept from being referred by others meanwhile. So
    of referrals that would close a ring together, the last one to be made sees all the others.
    """
    one: Person | None = referrer
    above: list[UUID] = []
    if not store.has_referred(tx.sql, person.person_id):
        return above
    while one and one.referred_by and one.referred_by not in above:
        above.append(one.referred_by)
        if one.referred_by == person.person_id:
            break
        one = store.person_for_share(tx.sql, one.referred_by)
    return above


def _asked_again(tx: Tx, referral: Referral, points: int) -> Referral:
    if referral.state is not ReferralState.ASKED or referral.points == points:
        return referral
    store.offer_points(tx.writes, referral.referral_id, points)
    return replace(referral, points=points)


def _asked(tx: Tx, referral: Referral) -> Values:
    """Give what the pop-up shows, and whether it shows at all."""
    return question(referral, has_card=store.active_card(tx.sql, referral.referrer_id) is not None)


def question(referral: Referral, *, has_card: bool) -> Values:
    """Give a referral as staff see it."""
    return {
        "referral_id": referral.referral_id,
        "new_person_id": referral.new_person_id,
        "referrer_id": referral.referrer_id,
        "state": referral.state.value,
        "points": referral.points,
        "has_card": has_card,
        "asks": asks(referral.state, has_card=has_card),
        "referred_at": referral.referred_at,
        "awarded_at": referral.awarded_at,
    }


def _need_referral(tx: Tx, referral_id: UUID) -> Referral:
    """Find a referral; people are locked before their referrals, so it is not locked yet."""
    referral = store.find_referral(tx.sql, referral_id)
    if referral is None:
        raise ReferralNotFound(str(referral_id))
    return referral


def confirm_referral(tx: Tx, referral_id: UUID, *, at: datetime) -> Values:
    """Add the points staff were asked about, and thank the referrer: the yes.

    Saying yes again changes nothing and gives the same answer.

    Raises:
        NoTreatCard: the referrer has none.
        NotANewClient: a booking from before has come to light.
        ReferralCorrected: it was somebody else after all.

    Source: T1, T2, T13, Ti1, Ti2, Ti3, Ti4.
    """
    found = _need_referral(tx, referral_id)
    if found.state is ReferralState.AWARDED:
        return _asked(tx, found)
    person = known_person(tx, found.new_person_id)
    referrer = known_person(tx, found.referrer_id)
    referral = store.find_referral(tx.sql, referral_id, lock=True) or found
    if referral.state is ReferralState.AWARDED:
        return _asked(tx, referral)
    if referral.state is ReferralState.CORRECTED:
        raise ReferralCorrected(str(referral_id))
    if not is_new(person, store.first_booked_at(tx.sql, person.person_id), at=at):
        raise NotANewClient(str(person.person_id))
    need_card(tx, referrer.person_id)
    account = open_account(tx, referrer.person_id, at=at)
    post(tx, account, EntryKind.REFERRAL, referral.points, about=referral_id, at=at)
    store.award_referral(tx.writes, referral_id, at=at)
    _thank(tx, referral, person, referrer, at=at)
    return _asked(tx, replace(referral, state=ReferralState.AWARDED, awarded_at=at))


def _thank(tx: Tx, referral: Referral, person: Person, referrer: Person, *, at: datetime) -> None:
    """Have the referrer thanked by SMS, if that is switched on."""
    settings = store.find_settings(tx.sql)
    if not settings.send_sms:
        return
    text = thanks(
        settings.sms_texts,
        referrer.language,
        referrer=referrer.name or "",
        referred=person.name or "",
        points=referral.points,
        salon=settings.salon_name,
    )
    tx.emit(
        ReferralThanked(
            referral_id=referral.referral_id,
            person_id=referrer.person_id,
            new_person_id=person.person_id,
            points=referral.points,
            language=referrer.language,
            text=text,
            thanked_at=at,
        )
    )


def withdraw_referral(tx: Tx, referral_id: UUID, *, at: datetime) -> Values:
    """Note that nobody referred this client after all; what was awarded is taken back.

    Source: the decision on correcting `referred by`.
    """
    found = _need_referral(tx, referral_id)
    store.person_for_update(tx.sql, store.meant(tx.sql, found.new_person_id))
    referral = store.find_referral(tx.sql, referral_id, lock=True) or found
    if referral.state is not ReferralState.CORRECTED:
        _end(tx, referral, at=at)
    return _asked(tx, replace(referral, state=ReferralState.CORRECTED))


def _end(tx: Tx, referral: Referral, *, at: datetime) -> None:
    """Note that nobody referred a locked person after all."""
    take_back_award(tx, referral, at=at)
    store.set_referrer(tx.writes, referral.new_person_id, None, at=at)


def take_back_award(tx: Tx, referral: Referral, *, at: datetime) -> None:
    """End a locked referral, with an entry against what it awarded.

    The referrer may have spent the points; then they owe them, and earn before they spend again.
    """
    store.correct_referral(tx.writes, referral.referral_id, at=at)
    if referral.state is ReferralState.AWARDED:
        account = open_account(tx, referral.referrer_id, at=at)
        take_back(
            tx,
            account,
            EntryKind.REFERRAL_CORRECTED,
            referral.points,
            about=referral.referral_id,
            at=at,
            earned_at=referral.awarded_at,
        )
