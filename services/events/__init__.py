"""events runs occasions of one or many sessions, and alone says who is registered for them.

Owns:      events, their sessions and speakers, venues, passes, registrations, places, check-ins,
           payments, refunds
Publishes: EventQueueOpened, EventQueueChanged, RegistrationRequested, RegistrationCancelled,
           EventSpotFreed, EventSpotGranted, EventSpotRefused, RegistrationConfirmed,
           RegistrationChanged, RegistrationEnded, SessionRegistrationDisabled,
           EventMessageRequested, EventsRecordsErased, GuestIntroduced
Hears:     PersonRegistered, PersonChanged, PersonMerged, PersonErased, SpotRequested, SpotReturned,
           SpotDeclined, WaitlistJoined, WaitlistLeft, SpotOffered, OfferClosed
Vendors:   Stripe (cards)
"""
