"""waitlist keeps the queues of full sessions and events, and says who is next.

Owns:      queues, entries, spots, offers, decisions, overrides
Publishes: SpotRequested, SpotReturned, SpotAllocated, SpotDeclined, SpotOffered, OfferClosed,
           WaitlistJoined, WaitlistLeft, WaitlistRecordsErased
Hears:     SessionScheduled, SessionChanged, SessionCancelled, BookingCancelled, BookingMoved,
           SpotFreed, SpotGranted, SpotRefused, PlaceRequested, PersonMerged, PersonErased,
           EventQueueOpened, EventQueueChanged, RegistrationRequested, RegistrationCancelled,
           EventSpotFreed, EventSpotGranted, EventSpotRefused
Vendors:   none
"""
