"""The thank-you text and its four placeholders."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("ClientFirstName", "ReferredClient", "Points", "SalonName")
"""What a text may name, between `<<` and `>>`."""
DEFAULT_TEXTS: Mapping[str, str] = {
    "en": (
        "Thanks <<ClientFirstName>> for recommending us to <<ReferredClient>>. "
        "We've put <<Points>> Treat Points on your TreatCard!<<SalonName>>"
    ),
    "it": (
        "Grazie <<ClientFirstName>> per averci consigliato a <<ReferredClient>>. "
        "Abbiamo messo <<Points>> Treat Points sulla tua TreatCard!<<SalonName>>"
    ),
    "fr": (
        "Merci <<ClientFirstName>> de nous avoir fait connaître à <<ReferredClient>>. "
        "Nous avons ajouté <<Points>> Treat Points à votre TreatCard !<<SalonName>>"
    ),
    "de": (
        "Danke <<ClientFirstName>> für die Empfehlung an <<ReferredClient>>. "
        "Auf Ihrer TreatCard sind jetzt <<Points>> Treat Points mehr!<<SalonName>>"
    ),
}
"""The product's own text, by language."""
_PLACEHOLDER = re.compile(r"<<([^<>]*)>>")
_SALON_BEHIND_A_SENTENCE = re.compile(r"(?<=[.!?,;:])(?=<<SalonName>>)")


def text_fault(text: str) -> str | None:
    """Say what is wrong with a text; None: nothing.

    Source: T8 and its decision (an unknown placeholder is refused when it is saved).
    """
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS))
    if unknown:
        names = ", ".join(f"<<{name}>>" for name in unknown)
        return f"Unknown placeholder: {names}."
    rest = _PLACEHOLDER.sub("", text)
    if "<<" in rest or ">>" in rest:
        return "A placeholder begins with << and ends with >>."
    return None


def rendered(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of their names; what stands in a value is left as it is.

    Args:
        text: one without fault.
        values: by name, all of PLACEHOLDERS.
    """
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)


def first_name(name: str) -> str:
    """Give what somebody is called by: the first word of their name."""
    return name.split(maxsplit=1)[0]


def thanks(
    texts: Mapping[str, str],
    language: str,
    *,
    referrer: str,
    referred: str,
    points: int,
    salon: str,
) -> str:
    """Write the thank-you text to a referrer.

    Args:
        texts: the edited texts, by language; the others have the default.
        language: the referrer's; one that nobody has written in becomes English.
        referrer: the referrer's name.
        referred: the new client's name.
        points: how many were added.
        salon: the salon's name; may be empty. A space keeps it apart from the sentence before.

    Source: T2, T8.
    """
    text = texts.get(language) or DEFAULT_TEXTS.get(language)
    text = text or texts.get("en") or DEFAULT_TEXTS["en"]
    salon = salon.strip()
    if salon:  # the product's own text has no space there
        text = _SALON_BEHIND_A_SENTENCE.sub(" ", text)
    values = {
        "ClientFirstName": first_name(referrer),
        "ReferredClient": referred,
        "Points": str(points),
        "SalonName": salon,
    }
    return rendered(text, values)
