"""loyalty keeps the TreatCards and their points, and thanks whoever brings a new client.

Owns:      cards, the ledger of points, referrals, treats, purchases, settings
Publishes: ReferralThanked, LoyaltyRecordsErased
Hears:     PersonRegistered, PersonChanged, PersonMerged, PersonErased, BookingConfirmed,
           BookingCancelled, SpotAllocated, VisitRecorded, VisitRetracted, PaymentReceived,
           PaymentRefunded
Vendors:   none
"""
