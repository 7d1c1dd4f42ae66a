"""ranking's public page: what customers see of their ranks, behind a signed link.

Source: M27, M28, M29.
"""

from werkzeug.wrappers import Request, Response

from services.ranking import actions
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.errors import PersonNotFound, RankingNotActive
from shared.contracts.ranking import RANKS_LINK
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.pages import Pages
from shared.web import page

_PAGES = Pages("ranking")


class RankPages:
    """The page of a customer's ranks."""

    db: Transactions
    now: Now

    @page("GET", "/ranks/<token>")
    def show_ranks_page(self, request: Request, token: str) -> Response:
        """Show somebody which ranks they hold and held, in their language."""
        try:
            person_id = open_link(RANKS_LINK, token, at=self.now())
            with self.db.read() as sql:
                found = actions.show_ranks(sql, person_id, language=None, at=self.now())
        except LinkInvalid as exc:
            return _PAGES.sorry(request, exc)
        except (PersonNotFound, RankingNotActive):
            return _PAGES.show(request, "nothing", status=404)
        for category in found["categories"]:
            category["done"] = _done(category["current"])
        return _PAGES.write("ranks", found["language"], found=found)


def _done(here: Values) -> list[tuple[str, int, int]]:
    """List what the next rank asks for: what it is, how much of it is done, and of how much."""
    wanted, done = here["criteria"], []
    if wanted["visits"] is not None:
        done.append(("visits", min(here["visits_here"], wanted["visits"]), wanted["visits"]))
    if wanted["tenure_days"] is not None:
        spent = here["days_here" if wanted["tenure_in"] == "rank" else "days_in_category"]
        done.append(("days", min(spent, wanted["tenure_days"]), wanted["tenure_days"]))
    return done
