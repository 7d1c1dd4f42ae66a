"""The shape of ranking's replies."""

from marshmallow import Schema, fields


class Wording(Schema):
    """The studio's words in one language."""

    title = fields.String()
    unit = fields.String()
    report = fields.String()


class Settings(Schema):
    """The studio's settings."""

    active = fields.Boolean()
    active_since = fields.Date()
    time_zone = fields.String()
    language = fields.String()
    term = fields.String()
    icon = fields.String()
    wording = fields.Dict(keys=fields.String(), values=fields.Nested(Wording))


class Rank(Schema):
    """A rank and what it asks for."""

    rank_id = fields.UUID()
    name = fields.String()
    visits = fields.Integer()
    tenure_days = fields.Integer()
    tenure_in = fields.String()
    item = fields.String()
    sizes = fields.List(fields.String())


class Category(Schema):
    """A category; its ranks the highest first."""

    category_id = fields.UUID()
    name = fields.String()
    automatic = fields.Boolean()
    notices = fields.Boolean()
    staff_roles = fields.List(fields.String())
    tell_client = fields.Boolean()
    shown_to_clients = fields.Boolean()
    version = fields.Integer()
    ranks = fields.List(fields.Nested(Rank))


class Version(Schema):
    """A version of a category's criteria."""

    version = fields.Integer()
    automatic = fields.Boolean()
    made_at = fields.AwareDateTime()
    ranks = fields.List(fields.Nested(Rank))


class PromotionsRow(Schema):
    """What comes of one person: `promoted`, `at_the_top`, `not_ranked` or `unknown`."""

    person_id = fields.UUID()
    person_name = fields.String()
    rank_name = fields.String()
    next_rank_name = fields.String()
    item = fields.String()
    sizes = fields.List(fields.String())
    placement_id = fields.UUID()
    outcome = fields.String()


class Promotions(Schema):
    """What comes, or would come, of several promotions; `left`: how many more are eligible."""

    dry_run = fields.Boolean()
    promoted = fields.Integer()
    left = fields.Integer()
    items = fields.Dict(keys=fields.String(), values=fields.Integer())
    rows = fields.List(fields.Nested(PromotionsRow))


class Minimums(Schema):
    """What a rank asks for."""

    visits = fields.Integer()
    tenure_days = fields.Integer()
    tenure_in = fields.String()


class Placed(Schema):
    """A placement; `lost` counts visits that earned it and were taken back since."""

    placement_id = fields.UUID()
    rank_id = fields.UUID()
    rank_name = fields.String()
    how = fields.String()
    automatic = fields.Boolean()
    since = fields.Date()
    placed_at = fields.AwareDateTime()
    version = fields.Integer()
    lost = fields.Integer()
    item_size = fields.String()
    handed_at = fields.AwareDateTime()


class HandedOver(Schema):
    """That the item of a rank was handed over."""

    placement_id = fields.UUID()
    person_id = fields.UUID()
    item = fields.String()
    item_size = fields.String()
    handed_at = fields.AwareDateTime()


class Current(Placed):
    """The placement somebody has now, and how far they are from the next."""

    visits_here = fields.Integer()
    days_here = fields.Integer()
    days_in_category = fields.Integer()
    criteria = fields.Nested(Minimums)
    next_rank_id = fields.UUID()
    next_rank_name = fields.String()
    eligible = fields.Boolean()
    due = fields.Date()
    flagged = fields.Boolean()


class Choice(Schema):
    """A rank that can be chosen."""

    rank_id = fields.UUID()
    name = fields.String()


class ProfileCategory(Schema):
    """A category on somebody's profile."""

    category_id = fields.UUID()
    name = fields.String()
    current = fields.Nested(Current)
    history = fields.List(fields.Nested(Placed))
    assign = fields.List(fields.Nested(Choice))
    promote = fields.List(fields.Nested(Choice))
    demote = fields.List(fields.Nested(Choice))


class Profile(Schema):
    """What the profile shows to the right of the activity."""

    person_id = fields.UUID()
    name = fields.String()
    title = fields.String()
    lifetime_visits = fields.Integer()
    page_url = fields.String()
    categories = fields.List(fields.Nested(ProfileCategory))


class ShownCategory(Schema):
    """A category as customers see it."""

    category_id = fields.UUID()
    name = fields.String()
    current = fields.Nested(Current)
    history = fields.List(fields.Nested(Placed))


class ShownRanks(Schema):
    """What customers see of their ranks."""

    person_id = fields.UUID()
    name = fields.String()
    language = fields.String()
    icon = fields.String()
    title = fields.String()
    unit = fields.String()
    categories = fields.List(fields.Nested(ShownCategory))


class CountedVisit(Schema):
    """A visit that counted; `attended` false: it was taken back since."""

    booking_id = fields.UUID()
    session_id = fields.UUID()
    starts_at = fields.AwareDateTime()
    day = fields.Date()
    attended = fields.Boolean()


class Placement(Placed):
    """A placement and its evidence."""

    person_id = fields.UUID()
    category_id = fields.UUID()
    criteria = fields.Nested(Minimums)
    visits = fields.List(fields.Nested(CountedVisit))


class ReportRow(Schema):
    """Where somebody is in a category."""

    person_id = fields.UUID()
    person_name = fields.String()
    category_id = fields.UUID()
    category_name = fields.String()
    rank_id = fields.UUID()
    rank_name = fields.String()
    placement_id = fields.UUID()
    since = fields.Date()
    counted = fields.Integer()
    days_here = fields.Integer()
    due = fields.Date()
    eligible = fields.Boolean()
    automatic = fields.Boolean()
    flagged = fields.Boolean()
    item = fields.String()
    item_size = fields.String()
    handed_at = fields.AwareDateTime()


class Report(Schema):
    """The report."""

    name = fields.String()
    language = fields.String()
    day = fields.Date()
    total = fields.Integer()
    rows = fields.List(fields.Nested(ReportRow))


class ReportFile(Schema):
    """The report as a file; `content` in base64."""

    name = fields.String()
    file_name = fields.String()
    content_type = fields.String()
    rows = fields.Integer()
    content = fields.String()


class WhatIfRow(Schema):
    """Somebody for whom other criteria would make a difference: the rank now, and those reached."""

    person_id = fields.UUID()
    person_name = fields.String()
    ranks = fields.List(fields.String())


class WhatIf(Schema):
    """What would come of other criteria."""

    looked_at = fields.Integer()
    version = fields.Integer()
    automatic = fields.Boolean()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    promoted = fields.List(fields.Nested(WhatIfRow))
    become_eligible = fields.List(fields.Nested(WhatIfRow))
    lose_eligibility = fields.List(fields.Nested(WhatIfRow))


class Difference(Schema):
    """A category in which the journal and what is kept say different things."""

    category_id = fields.UUID()
    kept = fields.List(fields.String())
    replayed = fields.List(fields.String())


class Check(Schema):
    """Whether a person's journal leads to the placements that are kept."""

    person_id = fields.UUID()
    matches = fields.Boolean()
    differences = fields.List(fields.Nested(Difference))
