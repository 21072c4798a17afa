"""Every address that a mail links to. They are promised to stay, so a mail of last year still leads somewhere."""

from django.conf import settings

from claims.models import Claim, Kind
from mci_portal.accounts.models import Location
from mci_portal.common import tokens


def claim_page(claim: Claim) -> str:
    return _absolute(f"/incentives/claims/{claim.number}/")


def earning_page(claim: Claim) -> str:
    return _absolute(f"/incentives/earnings/{claim.number}/")


def consent_page_of_partner(claim: Claim) -> str:
    """Where the partner sends or re-sends the request."""
    return _absolute(f"/incentives/claims/{claim.number}/consent/")


def customers_page(claim: Claim) -> str:
    """Where a new claim for the same engagement begins."""
    if claim.kind == Kind.CPOR:
        return _absolute(f"/incentives/claims/associate/?engagement={claim.engagement.slug}")
    return _absolute(f"/incentives/engagements/{claim.engagement.slug}/customers/")


def consent_link() -> str:
    """The customer's page. The secret takes the placeholder's place when the mail leaves."""
    return _absolute(f"/consent/{tokens.PLACEHOLDER}/")


def opt_out_link() -> str:
    return _absolute(f"/opt-out/{tokens.PLACEHOLDER}/")


def survey_link() -> str:
    return _absolute(f"/survey/{tokens.PLACEHOLDER}/")


def payee_page(location: Location) -> str:
    return _absolute(f"/incentives/payout-and-tax/{location.code}/")


def review_queue() -> str:
    return _absolute("/review/")


def review_page(claim: Claim) -> str:
    return _absolute(f"/review/{claim.number}/")


def _absolute(path: str) -> str:
    """BASE_URL is the only source of links in mail: no request header can bend them."""
    return f"{settings.BASE_URL}{path}"
