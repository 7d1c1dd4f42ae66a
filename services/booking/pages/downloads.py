"""Where a finished file is fetched."""

from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from services.booking import store
from shared.clock import Now
from shared.contracts.booking import DOWNLOAD_LINK
from shared.db import Transactions
from shared.links import LinkExpired, LinkInvalid, open_link
from shared.pages import language_of, read_words, shown
from shared.sheets import KINDS
from shared.web import page

_GONE, _NOT_FOUND = 410, 404


class DownloadPages:
    """The address behind the link of a finished download."""

    db: Transactions
    now: Now

    @page("GET", "/downloads/<token>")
    def fetch_download(self, request: Request, token: str) -> Response:
        """Hand over the file that a link names, until the link expires or the file is dropped."""
        try:
            download_id = open_link(DOWNLOAD_LINK, token, at=self.now())
        except LinkExpired:
            return _sorry(request, "link_expired", _GONE)
        except LinkInvalid:
            return _sorry(request, "link_invalid", _NOT_FOUND)
        with self.db.read() as sql:
            found = store.find_file(sql, download_id)
        if found is None:
            return _sorry(request, "link_expired", _GONE)
        response = Response(found.content, content_type=KINDS[found.kind])
        name = f"filename*=UTF-8''{quote(found.file_name)}"
        response.headers["Content-Disposition"] = f"attachment; {name}"
        return response


def _sorry(request: Request, what: str, status: int) -> Response:
    language = language_of(request)
    words = read_words("shared", "templates/words.toml")[language]
    body = f"<p>{words['contact_studio']}</p>"
    return shown(words[what], body, status, language=language)
