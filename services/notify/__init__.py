"""notify writes the messages and sees them delivered.

Owns:      contact copies, messages and their delivery, templates, preferences, suppression list
Publishes: EmailSent, EmailFailed, SmsSent, SmsFailed, MessageSuppressed, PreferencesSet,
           NotifyRecordsErased, TemplateNamed, TemplateRemoved
Hears:     PersonRegistered, PersonChanged, PersonMerged, PersonErased, BookingConfirmed,
           BookingMoved, BookingCancelled, ConfirmationRequested, PaymentReceived, PaymentRefunded,
           SessionChanged, PaymentReminderRequested, ReservationCancelled, MessageRequested,
           SpotAllocated, SpotOffered, OfferClosed, WaitlistJoined, WaitlistLeft,
           RegistrationConfirmed, RegistrationChanged, RegistrationEnded, EventMessageRequested,
           RankAwarded, PromotionEarned, ReferralThanked
Vendors:   SMTP, Twilio
"""
