"""Where a finished file is fetched."""

from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from services.booking import store
from services.booking.pages.show import PAGES
from shared.clock import Now
from shared.contracts.booking import DOWNLOAD_LINK
from shared.db import Transactions
from shared.links import LinkExpired, LinkInvalid, open_link
from shared.sheets import KINDS
from shared.web import page


class DownloadPages:
    """The address behind the link of a finished download."""

    db: Transactions
    now: Now

    @page("GET", "/downloads/<token>")
    def fetch_download(self, request: Request, token: str) -> Response:
        """Hand over the file that a link names, until the link expires or the file is dropped."""
        try:
            download_id = open_link(DOWNLOAD_LINK, token, at=self.now())
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        with self.db.read() as sql:
            found = store.find_file(sql, download_id)
        if found is None:
            return PAGES.sorry(request, LinkExpired())
        response = Response(found.content, content_type=KINDS[found.kind])
        name = f"filename*=UTF-8''{quote(found.file_name)}"
        response.headers["Content-Disposition"] = f"attachment; {name}"
        return response
