"""booking knows the people and the sessions, and alone says who has a seat.

Owns:      people and their consent, session types, packages, sessions, groups of spots, schedules,
           bookings, holds, payments, refunds, credits, letters on their way, downloads, erasures
Publishes: PersonRegistered, PersonChanged, PersonMerged, PersonErased, SessionScheduled,
           SessionChanged, SessionCancelled, BookingConfirmed, BookingCancelled, BookingMoved,
           SpotFreed, SpotGranted, SpotRefused, PlaceRequested, VisitRecorded, VisitRetracted,
           MessageRequested, ConfirmationRequested, PaymentReceived, PaymentRefunded,
           PaymentReminderRequested, ReservationCancelled
Hears:     SpotRequested, SpotReturned, SpotDeclined, WaitlistJoined, WaitlistLeft,
           WaitlistRecordsErased, NotifyRecordsErased, LoyaltyRecordsErased, RankingRecordsErased,
           EventsRecordsErased, GuestIntroduced, TemplateNamed, TemplateRemoved
Vendors:   Stripe (cards)
"""
