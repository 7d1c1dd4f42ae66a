"""Calls about files of a session's people."""

from typing import Any
from uuid import UUID

import structlog

from services.booking import actions, schemas
from services.booking.domain import DownloadKind
from shared.bus import every, rpc
from shared.bus.listen import described
from shared.clock import Now
from shared.contracts import Values
from shared.db import Transactions
from shared.shapes import shaped
from shared.sheets import written

log = structlog.get_logger()


class Downloads:
    """Calls about files of a session's people."""

    db: Transactions
    now: Now

    @rpc(schemas.RequestDownload())
    def request_download(self, session_id: UUID, format: DownloadKind, language: str | None) -> Any:  # noqa: A002 - its name on the wire
        """Have a session's people made into a file; give the id to ask for it by."""
        with self.db.begin() as tx:
            made = actions.request_download(tx, session_id, format, language, at=self.now())
        return shaped(schemas.Download, made)

    @rpc(schemas.OneDownload())
    def get_download(self, download_id: UUID) -> Any:
        """Give how far a file is, and where to fetch it once it is ready."""
        with self.db.read() as sql:
            return shaped(schemas.Download, actions.get_download(sql, download_id))

    @every(seconds=5, at_once=2)
    def make_downloads(self) -> None:
        """Make the files that were asked for, one after the other."""
        while (download := self.claim_download()) is not None:
            self.make_download(download)

    def claim_download(self) -> Values | None:
        """Take up the next file to be made."""
        with self.db.begin() as tx:
            return actions.claim_download(tx, at=self.now())

    def make_download(self, download: Values) -> None:
        """Make a file that was taken up; its table is read here, the rest is done elsewhere."""
        try:
            with self.db.begin() as tx:
                sheet = actions.read_download(tx, download, at=self.now())
            content = written(download["kind"], sheet)
        except Exception as exc:
            log.exception("download.failed", download_id=str(download["download_id"]))
            with self.db.begin() as tx:
                actions.fail_download(tx, download, described(exc), at=self.now())
            return
        with self.db.begin() as tx:
            actions.finish_download(tx, download, sheet, content, at=self.now())

    @every(seconds=3600)
    def prune_downloads(self) -> None:
        """Drop the files whose time is over."""
        with self.db.begin() as tx:
            actions.prune_downloads(tx, at=self.now())
