"""booking knows the people and the sessions, and alone says who has a seat.

Owns:      people, session types, packages, sessions, groups of spots, schedules, bookings, holds,
           payments, refunds
Publishes: PersonRegistered, PersonChanged, SessionScheduled, SessionChanged, SessionCancelled,
           BookingConfirmed, BookingCancelled, BookingMoved, SpotFreed, SpotGranted, SpotRefused,
           PlaceRequested, VisitRecorded, VisitRetracted, ConfirmationRequested, PaymentReceived,
           PaymentRefunded, PaymentReminderRequested
Hears:     SpotRequested, SpotReturned, SpotDeclined, WaitlistJoined, WaitlistLeft,
           GuestIntroduced
Vendors:   Stripe (cards)
"""
