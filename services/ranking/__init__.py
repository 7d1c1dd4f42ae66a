"""ranking says which rank a person holds in each category, and when they move up.

Owns:      categories, ranks, criteria and their versions, placements, visits that count, wording
Publishes: RankAwarded, PromotionEarned, RankingRecordsErased
Hears:     PersonRegistered, PersonChanged, PersonMerged, PersonErased, VisitRecorded,
           VisitRetracted
Vendors:   none
"""
