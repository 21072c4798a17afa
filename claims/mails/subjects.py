"""The subject of every kind. The Action Center uses it as an item's title, so it asks nothing of the database."""

from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from mci_portal.outbox.letter import one_line

# Names in braces: see ``subject``. A customer's mail names neither the claim nor anybody else's business (TK15).
SUBJECTS = {
    "E01": _("{partner} asks for your agreement: {engagement}"),
    "E02": _("Reminder: {partner} waits for your answer about {engagement}"),
    "E03": _("Your answer to {partner} about {engagement}"),
    "E04": _("{customer} agreed to {engagement} (claim {number})"),
    "E05": _("{customer} did not agree to {engagement} (claim {number})"),
    "E06": _("Claim {number} for {customer} needs you before its deadline"),
    "E07": _("Claim {number} for {customer} expired"),
    "E08": _("Short survey about {engagement} with {partner}"),
    "E09": _("Partner survey for {customer} (claim {number})"),
    "E10": _("A survey for {customer} is complete (claim {number})"),
    "E11": _("Claim {number} for {customer} was submitted"),
    "E13": _("Please act on claim {number} for {customer}"),
    "E14": _("Claim {number} for {customer} is approved"),
    "E15": _("Claim {number} for {customer} was rejected"),
    "E16": _("Final decision: claim {number} for {customer} was rejected"),
    "E17": _("{partner} says that it works with you"),
    "E19": _("Mail to the contact of {customer} came back (claim {number})"),
    "E20": _("A new link is needed for {customer} (claim {number})"),
    "E22": _("The request of {partner} about {engagement} is closed"),
    "N01": _("Claim {number} for {customer} was created"),
    "N03": _("{customer} was asked for consent (claim {number})"),
    "N10": _("Claim {number} for {customer} was canceled"),
    "N16": _("Review of claim {number} for {customer} has started"),
    "N24": _("Claim {number} for {customer} is open for your dispute"),
    "N32": _("Draft of claim {number} for {customer} was created"),
    "N35": _("The customer of claim {number} opted out"),
    "N37": _("The partner asks to reject claim {number}"),
    "N38": _("{partner} is no longer recorded as your partner"),
    "N40": _("A question about the consent of {customer} (claim {number})"),
    "N42": _("The earning of claim {number} for {customer} was adjusted"),
    "N41": _("Claim {number} waits for a reviewer"),
}
HELD = _("An acceptance for claim {number} is held")


def subject(kind: str, claim: Claim, context: dict | None = None) -> str:
    """One line of at most 150 characters. Load ``claim`` with its partner, customer and engagement."""
    pattern = HELD if kind in ("N40", "N41") and (context or {}).get("held") else SUBJECTS[kind]
    names = {
        "number": claim.number,
        "customer": claim.customer.name,
        "partner": claim.partner.legal_name,
        "engagement": claim.engagement.name,
    }
    return one_line(str(pattern).format(**names))
