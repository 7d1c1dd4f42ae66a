"""What becomes of a person's entries when two records are one, or none."""

from datetime import datetime

from services.waitlist import store
from services.waitlist.actions.entries import end_entry, locked
from services.waitlist.domain import EntryState
from shared.contracts.booking import PersonErased, PersonMerged
from shared.contracts.waitlist import WaitlistRecordsErased
from shared.db import Tx
from shared.erasing import counted, forget


def merge_entries(tx: Tx, merged: PersonMerged, *, at: datetime) -> None:
    """Make one record's entries the other's; where both wait for the same, the better place stays.

    An entry a seat is asked for counts as the better one.
    """
    mine = {entry.queue_id: entry for entry in store.live_entries(tx.sql, merged.person_id)}
    for entry in store.live_entries(tx.sql, merged.merged_id):
        if (other := mine.get(entry.queue_id)) is None:
            continue
        queue, theirs = locked(tx, entry.entry_id)
        _, own = locked(tx, other.entry_id)
        waits = EntryState.WAITING
        theirs_is_better = (theirs.state == waits, theirs.position) < (
            own.state == waits,
            own.position,
        )
        worse = own if theirs_is_better else theirs
        end_entry(tx, queue, worse, EntryState.REMOVED, "already_waiting", at=at)
        tx.flush()
    store.give_entries(tx.sql, merged.merged_id, merged.person_id)
    store.give_offers(tx.sql, merged.merged_id, merged.person_id)


def erase_entries(tx: Tx, erased: PersonErased, *, at: datetime) -> None:
    """Take an erased person off every list, and remove what staff wrote about their entries."""
    waiting = store.live_entries(tx.sql, erased.person_id)
    for entry in waiting:
        queue, live = locked(tx, entry.entry_id)
        end_entry(tx, queue, live, EntryState.REMOVED, "removed", at=at)
        tx.flush()
    kept = store.entries_of(tx.sql, erased.person_id)
    texts = store.blank_overrides(tx.sql, erased.person_id)
    forget(tx.sql, [erased.person_id], said=(), heard=())
    places = counted(len(waiting), "place on a waiting list", "places on waiting lists")
    removed = [places] if waiting else []
    removed += [counted(texts, "reason", "reasons") + " written by staff"] if texts else []
    entries = counted(kept, "entry", "entries")
    tx.emit(
        WaitlistRecordsErased(
            erasure_id=erased.erasure_id,
            person_id=erased.person_id,
            removed=", ".join(removed),
            kept=f"{entries} without a name, for the lists' history" if kept else "",
            erased_at=at,
        )
    )
