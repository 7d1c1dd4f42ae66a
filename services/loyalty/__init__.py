"""loyalty keeps the TreatCards and their points, and thanks whoever brings a new client.

Owns:      cards, the ledger of points, referrals, treats, purchases, settings
Publishes: ReferralThanked
Hears:     PersonRegistered, PersonChanged, BookingConfirmed, BookingCancelled, SpotAllocated,
           VisitRecorded, VisitRetracted
Vendors:   none
"""
