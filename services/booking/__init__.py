"""booking knows the people and the sessions, and alone says who has a seat.

Owns:      people and their consent, session types, sessions, bookings, holds
Publishes: PersonRegistered, PersonChanged, PersonMerged, PersonErased, SessionScheduled,
           SessionChanged, BookingConfirmed, BookingCancelled, SpotFreed, SpotGranted, SpotRefused,
           PlaceRequested, VisitRecorded, VisitRetracted, MessageRequested
Hears:     SpotRequested, SpotReturned, SpotDeclined, WaitlistJoined, WaitlistLeft,
           WaitlistRecordsErased, NotifyRecordsErased, LoyaltyRecordsErased, RankingRecordsErased,
           EventsRecordsErased
Vendors:   none
"""
