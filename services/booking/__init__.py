"""booking knows the people and the sessions, and alone says who has a seat.

Owns:      people, session types, packages, sessions, groups of spots, schedules, bookings, holds
Publishes: PersonRegistered, PersonChanged, SessionScheduled, SessionChanged, SessionCancelled,
           BookingConfirmed, BookingCancelled, BookingMoved, SpotFreed, SpotGranted, SpotRefused,
           PlaceRequested, VisitRecorded, VisitRetracted
Hears:     SpotRequested, SpotReturned, SpotDeclined, WaitlistJoined, WaitlistLeft
Vendors:   none
"""
