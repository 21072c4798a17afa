"""Which market a country belongs to, from a day on (R-043, C-28)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import MarketCountry
from mci_portal.accounts.actors import Actor


def assign(by: Actor, country: str, market: str, valid_from: date, now: datetime) -> None:
    """R-047: consents of customers of locations in ``country`` (ISO 3166 alpha-2, or ``*`` for all others) are paid
    by ``market`` from ``valid_from`` on; what went before stays as it was.

    Raises ValidationError for a day before tomorrow, and where the country has an entry from that day already.
    """
    if valid_from <= now.date():
        raise ValidationError({"valid_from": _("Choose a day after today: consents of today have their market.")})
    with recorded(by, now):
        if MarketCountry.objects.filter(country=country, valid_from=valid_from).exists():
            words = {"country": country, "day": date_format(valid_from)}
            raise ValidationError({"valid_from": _("%(country)s has an entry from %(day)s already.") % words})
        MarketCountry.objects.create(country=country, market=market, valid_from=valid_from)
