"""loyalty's public page: somebody's points, what they get for them and how they came about.

It is behind a signed link, and opening it changes nothing.

Source: Phorest, PhorestGo (the balance is read only).
"""

from werkzeug.wrappers import Request, Response

from services.loyalty import actions
from services.loyalty.domain import TITLES, EntryKind, line_of
from shared.clock import Now
from shared.config import settings
from shared.contracts.errors import PersonNotFound
from shared.contracts.loyalty import STATEMENT_LINK
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.pages import Pages, language_of
from shared.web import page

_PAGES = Pages("loyalty")


class StatementPages:
    """The page of a client's points."""

    db: Transactions
    now: Now

    @page("GET", "/points/<token>")
    def show_points_page(self, request: Request, token: str) -> Response:
        """Show somebody their points, the treats on offer, and a stretch of their statement."""
        before = request.args.get("before", type=int)
        try:
            person_id = open_link(STATEMENT_LINK, token, at=self.now())
            with self.db.read() as sql:
                found = actions.show_points(sql, person_id, before=before)
        except LinkInvalid as exc:
            return _PAGES.sorry(request, exc)
        except PersonNotFound:
            return _PAGES.show(request, "link_invalid", status=404)
        language = language_of(request, found["language"])
        lines = [row | {"text": line_of(EntryKind(row["kind"]), language)} for row in found["rows"]]
        return _PAGES.show(
            request,
            "points",
            found["language"],
            found=found,
            lines=lines,
            heading=TITLES[language],
            zone=settings().studio_time_zone,
        )
