"""What a client's statement says, in the languages of the suite."""

from collections.abc import Mapping

from services.loyalty.domain.ledger import EntryKind

TITLES: Mapping[str, str] = {
    "en": "Statement of your Treat Points",
    "it": "Estratto conto dei tuoi Treat Points",
    "fr": "Relevé de vos Treat Points",
    "de": "Auszug Ihrer Treat Points",
}
_LINES: Mapping[str, Mapping[EntryKind, str]] = {
    "en": {
        EntryKind.REFERRAL: "You recommended us to a new client",
        EntryKind.REFERRAL_CORRECTED: "Recommendation corrected",
        EntryKind.VISIT: "Visit",
        EntryKind.VISIT_RETRACTED: "Visit that did not take place",
        EntryKind.PURCHASE: "Purchase",
        EntryKind.PURCHASE_REFUNDED: "Purchase refunded",
        EntryKind.ADDED: "Added by the salon",
        EntryKind.REMOVED: "Removed by the salon",
        EntryKind.TREAT: "Treat booked",
        EntryKind.TREAT_RETURNED: "Treat cancelled",
        EntryKind.EXPIRED: "Expired",
        EntryKind.EXPIRY_RETURNED: "Expired before, so not taken again",
        EntryKind.MERGED_OUT: "Moved to your other account",
        EntryKind.MERGED_IN: "Moved from your other account",
        EntryKind.MERGED_DEBT: "Owed on your other account",
    },
    "it": {
        EntryKind.REFERRAL: "Ci hai consigliato a qualcuno di nuovo",
        EntryKind.REFERRAL_CORRECTED: "Raccomandazione corretta",
        EntryKind.VISIT: "Visita",
        EntryKind.VISIT_RETRACTED: "Visita non avvenuta",
        EntryKind.PURCHASE: "Acquisto",
        EntryKind.PURCHASE_REFUNDED: "Acquisto rimborsato",
        EntryKind.ADDED: "Aggiunti dal salone",
        EntryKind.REMOVED: "Tolti dal salone",
        EntryKind.TREAT: "Premio prenotato",
        EntryKind.TREAT_RETURNED: "Premio annullato",
        EntryKind.EXPIRED: "Scaduti",
        EntryKind.EXPIRY_RETURNED: "Già scaduti, quindi non tolti di nuovo",
        EntryKind.MERGED_OUT: "Spostati sul tuo altro conto",
        EntryKind.MERGED_IN: "Spostati dal tuo altro conto",
        EntryKind.MERGED_DEBT: "Dovuti sul tuo altro conto",
    },
    "fr": {
        EntryKind.REFERRAL: "Vous nous avez recommandés à un nouveau client",
        EntryKind.REFERRAL_CORRECTED: "Parrainage corrigé",
        EntryKind.VISIT: "Visite",
        EntryKind.VISIT_RETRACTED: "Visite qui n'a pas eu lieu",
        EntryKind.PURCHASE: "Achat",
        EntryKind.PURCHASE_REFUNDED: "Achat remboursé",
        EntryKind.ADDED: "Ajoutés par le salon",
        EntryKind.REMOVED: "Retirés par le salon",
        EntryKind.TREAT: "Cadeau réservé",
        EntryKind.TREAT_RETURNED: "Cadeau annulé",
        EntryKind.EXPIRED: "Expirés",
        EntryKind.EXPIRY_RETURNED: "Déjà expirés, donc pas retirés à nouveau",
        EntryKind.MERGED_OUT: "Transférés sur votre autre compte",
        EntryKind.MERGED_IN: "Transférés de votre autre compte",
        EntryKind.MERGED_DEBT: "Dus sur votre autre compte",
    },
    "de": {
        EntryKind.REFERRAL: "Sie haben uns weiterempfohlen",
        EntryKind.REFERRAL_CORRECTED: "Empfehlung berichtigt",
        EntryKind.VISIT: "Besuch",
        EntryKind.VISIT_RETRACTED: "Besuch, der nicht stattgefunden hat",
        EntryKind.PURCHASE: "Einkauf",
        EntryKind.PURCHASE_REFUNDED: "Einkauf erstattet",
        EntryKind.ADDED: "Vom Salon hinzugefügt",
        EntryKind.REMOVED: "Vom Salon abgezogen",
        EntryKind.TREAT: "Geschenk gebucht",
        EntryKind.TREAT_RETURNED: "Geschenk storniert",
        EntryKind.EXPIRED: "Verfallen",
        EntryKind.EXPIRY_RETURNED: "Schon verfallen, daher nicht noch einmal abgezogen",
        EntryKind.MERGED_OUT: "Auf Ihr anderes Konto übertragen",
        EntryKind.MERGED_IN: "Von Ihrem anderen Konto übertragen",
        EntryKind.MERGED_DEBT: "Auf Ihrem anderen Konto geschuldet",
    },
}


def line_of(kind: EntryKind, language: str) -> str:
    """Say in a client's language why points came or went; another than ours is English."""
    return _LINES.get(language, _LINES["en"])[kind]
