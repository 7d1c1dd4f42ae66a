"""Every metric there is, declared with its help, and how to count with it."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)

CALLS = Counter(
    "atelier_rpc_calls_total",
    "RPC calls answered, by outcome: ok, repeated, refused, failed.",
    ["service", "method", "outcome"],
    registry=REGISTRY,
)
CALL_SECONDS = Histogram(
    "atelier_rpc_call_seconds",
    "Seconds from taking up an RPC call to its reply.",
    ["service", "method"],
    buckets=_FAST,
    registry=REGISTRY,
)
FACTS_HEARD = Counter(
    "atelier_facts_heard_total",
    "Facts delivered to a listener, by outcome: handled, repeated, deferred, parked, unreadable.",
    ["service", "entrypoint", "topic", "outcome"],
    registry=REGISTRY,
)
BATCH_SECONDS = Histogram(
    "atelier_facts_batch_seconds",
    "Seconds a listener took for one batch of facts, from taking it up to its end.",
    ["service", "entrypoint"],
    buckets=_FAST,
    registry=REGISTRY,
)
FACTS_SAID = Counter(
    "atelier_facts_said_total",
    "Facts handed to the broker, by outcome: published, confirmed, returned, refused.",
    ["service", "outcome"],
    registry=REGISTRY,
)
OUTBOX_FACTS = Gauge(
    "atelier_outbox_unconfirmed_facts",
    "Facts said and committed that the broker has not confirmed.",
    ["service"],
    registry=REGISTRY,
)
OUTBOX_LAG = Gauge(
    "atelier_outbox_lag_seconds",
    "Age of the oldest fact that the broker has not confirmed; 0 when there is none.",
    ["service"],
    registry=REGISTRY,
)
DEFERRED = Gauge(
    "atelier_deferred_facts",
    "Facts put by: waiting for a retry, or parked for an operator.",
    ["service", "state"],
    registry=REGISTRY,
)
TIMER_RUNS = Counter(
    "atelier_timer_runs_total",
    "Runs of a timer, by outcome: ok, failed.",
    ["service", "timer", "outcome"],
    registry=REGISTRY,
)
BUS_CONNECTED = Gauge(
    "atelier_bus_connected",
    "Whether this service is connected to the broker, by direction: listening, publishing.",
    ["service", "direction"],
    registry=REGISTRY,
)
PAGES = Counter(
    "atelier_pages_total",
    "Pages answered, by status.",
    ["service", "page", "status"],
    registry=REGISTRY,
)
CARD_ANSWERS = Counter(
    "atelier_card_answers_total",
    "What Stripe was asked, by kind, and how that ended: done, unknown, broken, refused.",
    ["kind", "outcome"],
    registry=REGISTRY,
)
CARD_NOTICES = Counter(
    "atelier_card_notices_total",
    "What Stripe told: by webhook, or only by the list of what its webhooks were to tell.",
    ["service", "by"],
    registry=REGISTRY,
)
REFUNDS_LOST = Counter(
    "atelier_card_refunds_lost_total",
    "Refunds that Stripe had taken up and that did not arrive on their card.",
    ["service"],
    registry=REGISTRY,
)
EMAILS = Counter(
    "atelier_notify_emails_total",
    "Emails, by kind and outcome: sent, retried, failed, unknown, suppressed.",
    ["kind", "outcome"],
    registry=REGISTRY,
)
TEXTS = Counter(
    "atelier_notify_texts_total",
    "Text messages, by kind and outcome: sent, retried, failed, unknown, suppressed.",
    ["kind", "outcome"],
    registry=REGISTRY,
)
CANCEL_TO_EMAIL = Histogram(
    "atelier_notify_cancel_to_email_seconds",
    "Seconds from the click or call that freed a seat to the mail server's 250 for its new holder.",
    buckets=_SLOW,
    registry=REGISTRY,
)


def page() -> bytes:
    """Write all metrics in the text form Prometheus reads."""
    text: bytes = generate_latest(REGISTRY)
    return text
