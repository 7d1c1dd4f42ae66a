"""booking knows the people and the sessions, and alone says who has a seat.

Owns:      people, session types, sessions, bookings, holds
Publishes: PersonRegistered, PersonChanged, SessionScheduled, SessionChanged, BookingConfirmed,
           BookingCancelled, SpotFreed, SpotGranted, SpotRefused, PlaceRequested,
           VisitRecorded, VisitRetracted
Hears:     SpotRequested, SpotReturned, SpotDeclined, WaitlistJoined, WaitlistLeft
Vendors:   none
"""
