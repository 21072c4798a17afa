"""What kind of thing each message is: its category and its workspace (R-241, R-242). Delivery and pages call it.

Whether somebody may do without the mail depends on nothing but this table. Messages to customers are not in it:
they are no news of the portal, and every one of them is sent.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    MANDATORY = "mandatory", _("Mandatory")  # something must be done, mostly until a date
    RECOMMENDED = "recommended", _("Recommended")
    TRANSACTIONAL = "transactional", _("Transactional")  # what happened to one's own work
    PROMOTIONAL = "promotional", _("Promotional")


class Workspace(models.TextChoices):
    INCENTIVES = "incentives", _("Incentives")
    PAYOUT = "payout", _("Payout and tax")
    REVIEW = "review", _("Review")
    ACCOUNT = "account", _("Account settings")


# Of these alone somebody may opt out, and of their e-mail alone.
OPTIONAL = (Category.TRANSACTIONAL, Category.PROMOTIONAL)

_IN = {
    (Category.MANDATORY, Workspace.INCENTIVES): "E06 E09 E13 E15 E19 E20 E21 N24 N40",
    (Category.MANDATORY, Workspace.PAYOUT): "E18",
    (Category.TRANSACTIONAL, Workspace.INCENTIVES): "E04 E05 E07 E10 E11 E14 E16 N01 N03 N10 N16 N32 N42",
    (Category.TRANSACTIONAL, Workspace.REVIEW): "E12 N35 N37 N41",
    # News about one's own account shows nowhere but in the mail, and must arrive.
    (Category.MANDATORY, Workspace.ACCOUNT): "D01 P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P12 P13 V01 V02",
}
KINDS: dict[str, tuple[Category, Workspace]] = {kind: where for where, kinds in _IN.items() for kind in kinds.split()}

# What asks for something stands in the Action Center as an action, and not once more among the notifications.
ASKING = frozenset(
    kind for kind, (category, _where) in KINDS.items() if category in (Category.MANDATORY, Category.RECOMMENDED)
)


def category(kind: str) -> Category:
    """The category that a message of this kind is shown under."""
    return KINDS[kind][0] if kind in KINDS else Category.TRANSACTIONAL


def workspace(kind: str) -> Workspace:
    """The workspace that a message of this kind is shown under."""
    return KINDS[kind][1] if kind in KINDS else Workspace.INCENTIVES


def of_workspace(name: str) -> list[str]:
    return [kind for kind, (_category, where) in KINDS.items() if where == name]


def of_category(name: str) -> list[str]:
    return [kind for kind, (found, _where) in KINDS.items() if found == name]
