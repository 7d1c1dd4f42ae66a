"""waitlist keeps the queues of full sessions and says who is next.

Owns:      queues, entries, spots, decisions
Publishes: SpotRequested, SpotReturned, SpotAllocated, SpotDeclined, WaitlistJoined, WaitlistLeft
Hears:     SessionScheduled, SessionChanged, BookingCancelled, SpotFreed, SpotGranted, SpotRefused,
           PlaceRequested
Vendors:   none
"""
