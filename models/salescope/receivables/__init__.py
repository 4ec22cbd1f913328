"""What customers owe: how long a company waits for its money, how old it has become, and whom to call about it."""

from salescope.receivables.ageing import Ageing, ageing
from salescope.receivables.collection import CollectionList, collection_list
from salescope.receivables.collection_policy import CollectionPolicy
from salescope.receivables.days_outstanding import DaysOutstanding, days_outstanding

__all__ = [
    "Ageing",
    "CollectionList",
    "CollectionPolicy",
    "DaysOutstanding",
    "ageing",
    "collection_list",
    "days_outstanding",
]
