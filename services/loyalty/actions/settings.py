"""The TreatCard's settings."""

from dataclasses import replace

from services.loyalty import store
from services.loyalty.domain import DEFAULT_TEXTS, Settings
from shared.contracts import Values
from shared.db import Tx


def save_settings(tx: Tx, changes: Values) -> Values:
    """Save what changes of the settings; what is left out stays, and so do points given before.

    A text that is None, or the default itself, is the default again.

    Source: T5, T7, T8, T9, Ti4.
    """
    settings = store.settings_for_update(tx.sql)
    texts = {**settings.sms_texts, **changes.pop("sms_texts", {})}
    edited = {
        language: text
        for language, text in texts.items()
        if text is not None and text != DEFAULT_TEXTS[language]
    }
    saved = replace(settings, **changes, sms_texts=edited)
    store.save_settings(tx.sql, saved)
    return shown(saved)


def shown(settings: Settings) -> Values:
    """Give the settings as the settings page shows them: each language with the text it has."""
    return {
        "points_per_referral": settings.points_per_referral,
        "send_sms": settings.send_sms,
        "sms_texts": {**DEFAULT_TEXTS, **settings.sms_texts},
        "salon_name": settings.salon_name,
        "service_points_per_unit": settings.service_points_per_unit,
        "product_points_per_unit": settings.product_points_per_unit,
        "points_per_visit": settings.points_per_visit,
        "points_expire_days": settings.points_expire_days,
        "treat_points_per_unit": settings.treat_points_per_unit,
    }
