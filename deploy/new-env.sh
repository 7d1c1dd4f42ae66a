#!/bin/sh
# Print a .env for docker-compose.yml with secrets made just now:  sh deploy/new-env.sh > .env
set -eu

secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

for name in POSTGRES OWNER CALLER BOOKING WAITLIST NOTIFY LOYALTY RANKING EVENTS GRAFANA; do
  echo "${name}_PASSWORD=$(secret)"
done
cat <<EOT
# Signs the links in emails. To rotate: add a key at the end; drop the old one when its links are
# past, which is when the sessions they were sent for have begun.
ATELIER_LINK_KEYS=$(secret)
# The addresses people reach the services' pages under, as links name them.
ATELIER_BOOKING_URL=http://127.0.0.1:8600
ATELIER_WAITLIST_URL=http://127.0.0.1:8601
ATELIER_NOTIFY_URL=http://127.0.0.1:8602
ATELIER_RANKING_URL=http://127.0.0.1:8603
ATELIER_LOYALTY_URL=http://127.0.0.1:8604
ATELIER_EVENTS_URL=http://127.0.0.1:8605
# How the studio is called, its language (en, it, fr or de), where its clocks are, what it charges in.
ATELIER_STUDIO_NAME=Atelier
ATELIER_STUDIO_LANGUAGE=en
ATELIER_STUDIO_TIME_ZONE=UTC
ATELIER_CURRENCY=eur
# The mail catcher of the profile "trial"; a real one: smtp+starttls://user:password@host:587
ATELIER_SMTP_URL=smtp://mail:1025
ATELIER_MAIL_FROM=Atelier <studio@example.com>
# An account at Stripe, for cards; without a key only offline payments are taken.
ATELIER_STRIPE_KEY=
ATELIER_STRIPE_WEBHOOK_SECRET=
# An account at Twilio, for text messages; without one they are files in the container.
ATELIER_TWILIO_ACCOUNT=
ATELIER_TWILIO_TOKEN=
ATELIER_TWILIO_SENDER=
EOT
