"""What people are told of reservations, events, ranks and points, and what staff write to them."""

from datetime import datetime

from services.notify import store
from services.notify.actions.writing import Draft, occasion, put, write
from services.notify.domain import Channel, Lane, MessageKind, promotion_of
from services.notify.store import Recipient
from shared.contracts import Trace
from shared.contracts.booking import MessageRequested, ReservationCancelled
from shared.contracts.events import (
    EventMessageRequested,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationEnded,
)
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.db import Tx
from shared.shapes import LANGUAGES

# -- reservations ----------------------------------------------------------------------------------


def tell_of_reservation(tx: Tx, over: ReservationCancelled, *, at: datetime) -> None:
    """Write to a person that what they were asked to confirm does not take place."""
    store.note_standing(tx.writes, over.hold_id, "cancelled", at=over.ended_at)
    draft = Draft(
        kind=MessageKind.SESSION_CANCELLED,
        dedupe=f"cancelled:{over.hold_id}",
        person_id=over.person_id,
        context=occasion(over) | {"booking_id": "", "sequence": "0"},  # in no calendar yet
        as_of=over.ended_at,
    )
    write(tx, draft, over, at=at)


# -- events ----------------------------------------------------------------------------------------


def confirm_registration(tx: Tx, registered: RegistrationConfirmed, *, at: datetime) -> None:
    """Write to a person that they are registered, with their ticket."""
    draft = _of_registration(MessageKind.REGISTERED, registered, registered.confirmed_at)
    message_id = write(tx, draft, registered, at=at)
    store.plan_reminder(
        tx.writes,
        registered.registration_id,
        message_id,
        starts_at=registered.starts_at,
        as_of=registered.confirmed_at,
    )


def tell_of_change(tx: Tx, changed: RegistrationChanged, *, at: datetime) -> None:
    """Write to a person what has changed about their registration."""
    store.note_standing(tx.writes, changed.registration_id, "changed", at=changed.changed_at)
    draft = _of_registration(MessageKind.REGISTRATION_CHANGED, changed, changed.changed_at)
    message_id = write(tx, draft, changed, at=at)
    store.plan_reminder(
        tx.writes,
        changed.registration_id,
        message_id,
        starts_at=changed.starts_at,
        as_of=changed.changed_at,
    )


def tell_of_end(tx: Tx, ended: RegistrationEnded, *, at: datetime) -> None:
    """Write to a person that they are registered no longer."""
    store.note_standing(tx.writes, ended.registration_id, "cancelled", at=ended.ended_at)
    kind = MessageKind.REGISTRATION_ENDED
    if ended.event_cancelled:
        kind = MessageKind.EVENT_CANCELLED
    elif ended.called_off:
        kind = MessageKind.AGENDA_CANCELLED
    write(tx, _of_registration(kind, ended, ended.ended_at), ended, at=at)


def _of_registration(
    kind: MessageKind,
    fact: RegistrationConfirmed | RegistrationChanged | RegistrationEnded,
    as_of: datetime,
) -> Draft:
    context = occasion(fact) | {
        "registration_id": str(fact.registration_id),
        "sequence": str(fact.sequence),
        "agenda": fact.agenda,
        "ticket": fact.ticket,
        "balance_minor": str(max(0, fact.price_minor - fact.paid_minor)),
        "currency": fact.currency,
        "called_off": "" if isinstance(fact, RegistrationConfirmed) else fact.called_off,
    }
    return Draft(
        kind=kind,
        dedupe=f"{kind.value}:{fact.registration_id}:{fact.sequence}",
        person_id=fact.person_id,
        context=context,
        as_of=as_of,
        subject_id=fact.registration_id,
    )


# -- ranks and points ------------------------------------------------------------------------------


def tell_of_rank(tx: Tx, awarded: RankAwarded, *, at: datetime) -> None:
    """Write to those whom the category's settings tell that somebody has a new rank."""
    subject_id = promotion_of(awarded.person_id, awarded.category_id)
    store.note_standing(tx.writes, subject_id, "promoted", at=awarded.awarded_at)
    if awarded.how == "demoted":
        return
    key = f"rank:{awarded.placement_id}"
    kinds = MessageKind.RANK_AWARDED, MessageKind.RANK_AWARDED_STAFF
    _tell_of_advance(tx, awarded, kinds, key, awarded.rank_name, awarded.awarded_at, at)


def tell_of_promotion(tx: Tx, earned: PromotionEarned, *, at: datetime) -> None:
    """Write to staff and client that a promotion by hand is due.

    Source: M5, M6, M17, M30, M31.
    """
    key = f"promotion:{earned.placement_id}:{earned.due}"
    kinds = MessageKind.PROMOTION, MessageKind.PROMOTION_STAFF
    _tell_of_advance(tx, earned, kinds, key, earned.next_rank_name, earned.earned_at, at)


def _tell_of_advance(
    tx: Tx,
    fact: RankAwarded | PromotionEarned,
    kinds: tuple[MessageKind, MessageKind],
    key: str,
    rank_name: str,
    as_of: datetime,
    at: datetime,
) -> None:
    to_client, to_staff = kinds
    subject_id = None  # a rank somebody has stays true
    if to_client is MessageKind.PROMOTION:
        subject_id = promotion_of(fact.person_id, fact.category_id)
    if fact.tell_client:
        draft = Draft(
            kind=to_client,
            dedupe=key,
            person_id=fact.person_id,
            context=_advance(fact, rank_name, fact.language),
            as_of=as_of,
            subject_id=subject_id,
        )
        write(tx, draft, fact, at=at)
    told = store.find_staff(
        tx.sql, to_staff, admins=fact.tell_admins, operators=fact.tell_operators
    )
    for one in told:
        draft = Draft(
            kind=to_staff,
            dedupe=f"{key}:{one.staff_id}",
            person_id=one.staff_id,
            context=_advance(fact, rank_name, one.language),
            subject_id=subject_id,
            about_id=fact.person_id,
            as_of=as_of,
        )
        to = Recipient(
            name=one.name,
            email=one.email,
            phone=one.phone,
            language=one.language,
            time_zone="",
            marketing=False,
            first=one.first,
            falls_back=one.falls_back,
            version=one.version,
        )
        put(tx, draft, one.staff_id, to, Trace.after(fact), fact.fact_id, at=at)


def _advance(fact: RankAwarded | PromotionEarned, rank_name: str, language: str) -> dict[str, str]:
    """Give what a message says, with the studio's own word for its ranks."""
    language = language if language in LANGUAGES else fact.studio_language
    return {
        "person_name": fact.person_name,
        "category_name": fact.category_name,
        "rank_name": rank_name,
        "term": getattr(fact, f"term_{language}"),
        "unit": getattr(fact, f"unit_{language}"),
        "visits": str(fact.visits),
    }


def thank_for_referral(tx: Tx, thanked: ReferralThanked, *, at: datetime) -> None:
    """Send the text that thanks somebody for a new client.

    Source: T2, T7, T8.
    """
    draft = Draft(
        kind=MessageKind.REFERRAL_THANKS,
        dedupe=f"referral:{thanked.referral_id}",
        person_id=thanked.person_id,
        context={"text": thanked.text},
        subject_id=thanked.new_person_id,
        as_of=thanked.thanked_at,
    )
    write(tx, draft, thanked, at=at)


# -- letters ---------------------------------------------------------------------------------------


def send_letter(tx: Tx, letter: MessageRequested | EventMessageRequested, *, at: datetime) -> None:
    """Send what staff wrote; in a batch, nobody gets it twice.

    Source: Q26, Q27, Q42, Q43, D44.
    """
    several = letter.batch_size > 1
    store.keep_batch(
        tx.writes,
        {
            "batch_id": letter.batch_id,
            "size": letter.batch_size,
            "about_name": letter.about_name,
            "channel": letter.channel,
            "paused": False,
            "created_at": at,
        },
    )
    draft = Draft(
        kind=MessageKind.NEWS if letter.marketing else MessageKind.LETTER,
        dedupe=f"letter:{letter.batch_id}:{store.person_now(tx.sql, letter.person_id)}",
        person_id=letter.person_id,
        context={
            "subject": letter.subject,
            "text": letter.text,
            "session_name": letter.about_name,
        },
        as_of=letter.requested_at,
        lane=Lane.BULK if several else None,
        batch_id=letter.batch_id,
        channel=Channel(letter.channel),
    )
    write(tx, draft, letter, at=at)
