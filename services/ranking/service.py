"""ranking's entrypoints."""

from typing import Any
from uuid import UUID

from services.ranking import actions, schemas
from services.ranking.domain import Criteria, Term
from services.ranking.pages import RankPages
from services.ranking.store import Rows
from shared.bus import Database, every, on, rpc
from shared.clock import Clock
from shared.contracts.booking import (
    PersonChanged,
    PersonErased,
    PersonMerged,
    PersonRegistered,
    VisitRecorded,
    VisitRetracted,
)
from shared.shapes import shaped


class Ranking(RankPages):
    """The categories, and who has which rank in them."""

    name = "ranking"
    db = Database()
    now = Clock()

    # -- the studio ---------------------------------------------------------------------------

    @rpc(schemas.Activate())
    def activate(self, time_zone: str | None, language: str | None) -> Any:
        """Switch ranking on."""
        with self.db.begin() as tx:
            found = actions.activate(tx, time_zone=time_zone, language=language, at=self.now())
        return shaped(schemas.Settings, found)

    @rpc()
    def deactivate(self) -> Any:
        """Switch ranking off; everything stays as it is."""
        with self.db.begin() as tx:
            return shaped(schemas.Settings, actions.deactivate(tx))

    @rpc()
    def get_settings(self) -> Any:
        """Give the studio's settings and its wording in every language."""
        with self.db.read() as sql:
            return shaped(schemas.Settings, actions.get_settings(sql))

    @rpc(schemas.ChooseWording())
    def choose_wording(self, term: Term, words: Any) -> Any:
        """Choose what the studio calls its ranks."""
        with self.db.begin() as tx:
            found = actions.choose_wording(tx, term=term, words=words, at=self.now())
        return shaped(schemas.Settings, found)

    # -- categories and ranks -----------------------------------------------------------------

    @rpc(schemas.AddCategory())
    def add_category(self, **details: Any) -> Any:
        """Add a category."""
        with self.db.begin() as tx:
            category = actions.add_category(tx, **details, at=self.now())
        return shaped(schemas.Category, category)

    @rpc(schemas.ChangeCategory())
    def change_category(self, category_id: UUID, **changes: Any) -> Any:
        """Change a category's settings; what is left out stays."""
        with self.db.begin() as tx:
            category = actions.change_category(tx, category_id, changes, at=self.now())
        return shaped(schemas.Category, category)

    @rpc(schemas.OneCategory())
    def get_category(self, category_id: UUID) -> Any:
        """Give a category with its ranks."""
        with self.db.read() as sql:
            category = actions.get_category(sql, category_id, at=self.now())
        return shaped(schemas.Category, category)

    @rpc()
    def list_categories(self) -> Any:
        """List all categories with their ranks."""
        with self.db.read() as sql:
            found = actions.list_categories(sql, at=self.now())
        return shaped(schemas.Category, found, many=True)

    @rpc(schemas.OneCategory())
    def list_versions(self, category_id: UUID) -> Any:
        """List every version of a category's criteria."""
        with self.db.read() as sql:
            found = actions.list_versions(sql, category_id, at=self.now())
        return shaped(schemas.Version, found, many=True)

    @rpc(schemas.AddRank())
    def add_rank(self, category_id: UUID, criteria: Any, **rank: Any) -> Any:
        """Add a rank to a category."""
        with self.db.begin() as tx:
            wanted = Criteria(**criteria)
            category = actions.add_rank(tx, category_id, criteria=wanted, **rank, at=self.now())
        return shaped(schemas.Category, category)

    @rpc(schemas.ChangeRank())
    def change_rank(self, rank_id: UUID, **changes: Any) -> Any:
        """Change a rank's name, item or criteria; what is left out stays."""
        with self.db.begin() as tx:
            category = actions.change_rank(tx, rank_id, **changes, at=self.now())
        return shaped(schemas.Category, category)

    @rpc(schemas.OrderRanks())
    def order_ranks(self, category_id: UUID, rank_ids: list[UUID]) -> Any:
        """Put a category's ranks into another order, the highest first."""
        with self.db.begin() as tx:
            category = actions.order_ranks(tx, category_id, rank_ids, at=self.now())
        return shaped(schemas.Category, category)

    @rpc(schemas.TryCriteria())
    def try_criteria(self, category_id: UUID, **other: Any) -> Any:
        """Say what would come of other criteria, and change nothing."""
        with self.db.read() as sql:
            found = actions.try_criteria(sql, category_id, **other, at=self.now())
        return shaped(schemas.WhatIf, found)

    @rpc(schemas.TryCriteria())
    def change_criteria(self, category_id: UUID, **other: Any) -> Any:
        """Switch on what was tried."""
        with self.db.begin() as tx:
            category = actions.change_criteria(tx, category_id, **other, at=self.now())
        return shaped(schemas.Category, category)

    # -- people -------------------------------------------------------------------------------

    @rpc(schemas.Move())
    def assign(self, person_id: UUID, category_id: UUID, **move: Any) -> Any:
        """Give somebody a first rank in a category."""
        with self.db.begin() as tx:
            placed = actions.assign(tx, person_id, category_id, **move, at=self.now())
        return str(placed)

    @rpc(schemas.Move())
    def promote(self, person_id: UUID, category_id: UUID, **move: Any) -> Any:
        """Move somebody up."""
        with self.db.begin() as tx:
            placed = actions.promote(tx, person_id, category_id, **move, at=self.now())
        return str(placed)

    @rpc(schemas.Move())
    def demote(self, person_id: UUID, category_id: UUID, **move: Any) -> Any:
        """Move somebody down."""
        with self.db.begin() as tx:
            placed = actions.demote(tx, person_id, category_id, **move, at=self.now())
        return str(placed)

    @rpc(schemas.PromoteMany())
    def promote_many(self, category_id: UUID, **whom: Any) -> Any:
        """Promote several people by one rank each, or only say what would come of it."""
        with self.db.begin() as tx:
            found = actions.promote_many(tx, category_id, **whom, at=self.now())
        return shaped(schemas.Promotions, found)

    @rpc(schemas.HandOver())
    def hand_over(self, placement_id: UUID, size: str | None) -> Any:
        """Note that the item of a rank was handed over."""
        with self.db.begin() as tx:
            handed = actions.hand_over(tx, placement_id, size=size, at=self.now())
        return shaped(schemas.HandedOver, handed)

    @rpc(schemas.OnePerson())
    def get_profile(self, person_id: UUID) -> Any:
        """Give what a customer's profile shows, with the ways up and down."""
        with self.db.read() as sql:
            return shaped(schemas.Profile, actions.get_profile(sql, person_id, at=self.now()))

    @rpc(schemas.ShowRanks())
    def show_ranks(self, person_id: UUID, language: str | None) -> Any:
        """Give what customers see of their ranks in their app."""
        with self.db.read() as sql:
            found = actions.show_ranks(sql, person_id, language=language, at=self.now())
        return shaped(schemas.ShownRanks, found)

    @rpc(schemas.OnePlacement())
    def get_placement(self, placement_id: UUID) -> Any:
        """Give a placement, and the visits and criteria it rests on."""
        with self.db.read() as sql:
            found = actions.get_placement(sql, placement_id, at=self.now())
        return shaped(schemas.Placement, found)

    @rpc(schemas.OnePerson())
    def check_person(self, person_id: UUID) -> Any:
        """Say whether a person's journal leads to the placements that are kept."""
        with self.db.read() as sql:
            return shaped(schemas.Check, actions.check_person(sql, person_id))

    # -- the report ---------------------------------------------------------------------------

    @rpc(schemas.ReportRanks())
    def report_ranks(self, language: str | None, **wanted: Any) -> Any:
        """Say who is at which rank, who is eligible, and who was promoted automatically."""
        with self.db.read() as sql:
            found = actions.report_ranks(sql, Rows(**wanted), language=language, at=self.now())
        return shaped(schemas.Report, found)

    @rpc(schemas.ExportReport())
    def export_report(self, kind: str, language: str | None, **wanted: Any) -> Any:
        """Write the report into a CSV or XLSX file, named after the studio's word."""
        how: Any = {"kind": kind, "language": language, "at": self.now()}
        with self.db.read() as sql:
            return shaped(schemas.ReportFile, actions.export_report(sql, Rows(**wanted), **how))

    # -- what is heard, and the clock -----------------------------------------------------------

    @on(PersonRegistered)
    @on(PersonChanged)
    def keep_person(self, fact: PersonRegistered | PersonChanged) -> None:
        """Keep what a person is called and which language they read."""
        with self.db.once(fact) as tx:
            actions.keep_person(tx, fact)

    @on(PersonMerged)
    def merge_people(self, fact: PersonMerged) -> None:
        """Have the visits and ranks of one record be another's."""
        with self.db.once(fact) as tx:
            actions.merge_people(tx, fact, at=self.now())

    @on(PersonErased)
    def erase_person(self, fact: PersonErased) -> None:
        """Remove what names a person, and say what is kept."""
        with self.db.once(fact) as tx:
            actions.erase_person(tx, fact, at=self.now())

    @on(VisitRecorded)
    @on(VisitRetracted)
    def count_visit(self, fact: VisitRecorded | VisitRetracted) -> None:
        """Count a visit, or count it no longer, and settle what follows."""
        with self.db.once(fact) as tx:
            actions.count_visit(tx, fact, at=self.now())

    @every(seconds=30)
    def watch_tenure(self) -> None:
        """Look at the people whose time has come."""
        with self.db.begin() as tx:
            actions.watch_tenure(tx, at=self.now())
