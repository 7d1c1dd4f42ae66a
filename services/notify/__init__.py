"""notify writes the messages and sees them delivered.

Owns:      contact copies, messages and their delivery, templates
Publishes: EmailSent, EmailFailed
Hears:     PersonRegistered, PersonChanged, BookingConfirmed, SpotAllocated
Vendors:   SMTP
"""
