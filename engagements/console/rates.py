"""A new version of an engagement's rates, from a day on (R-043, R-047). Past versions are never touched."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import Engagement, Market, Rate
from mci_portal.accounts.actors import Actor

Amounts = dict[str, Decimal | None]


def add(
    by: Actor,
    engagement: Engagement,
    valid_from: date,
    amounts: Amounts,
    now: datetime,
    *,
    source: str = "",
) -> None:
    """R-047: consents from ``valid_from`` on are paid by ``amounts`` (market -> amount; None: not offered there).

    A version is for all markets at once, as in the catalogue file. The version before ends on the day before; a
    version already planned for later stays, and this one ends before it. The currency, and whether an hour or the
    whole is paid, stay. Raises ValidationError for a day before tomorrow, because today's consents have their rate,
    for a day that has a version, and for a market without an entry; PermissionDenied for who is no operator.
    """
    if set(amounts) != set(Market.values):
        raise ValidationError(_("Give an amount for each market, or mark it as not offered."))
    if valid_from <= now.date():
        raise ValidationError({"valid_from": _("Choose a day after today: consents of today have their rate.")})
    if engagement.ends_on and valid_from > engagement.ends_on:
        raise ValidationError({"valid_from": _("The engagement is over by then.")})
    with recorded(by, now):
        rates = Rate.objects.filter(engagement=engagement)
        if rates.filter(valid_from=valid_from).exists():
            day = date_format(valid_from)
            raise ValidationError({"valid_from": _("There are rates from %(day)s already.") % {"day": day}})
        former = rates.filter(valid_from__lt=valid_from).order_by("-valid_from").first()
        later = rates.filter(valid_from__gt=valid_from).order_by("valid_from").first()
        rates.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from), valid_from__lt=valid_from).update(
            valid_to=valid_from - timedelta(days=1)
        )
        Rate.objects.bulk_create(
            Rate(
                engagement=engagement,
                market=market,
                amount=amounts[market],
                currency=former.currency if former else "USD",
                per_hour=former.per_hour if former else bool(engagement.hour_options),
                valid_from=valid_from,
                valid_to=later.valid_from - timedelta(days=1) if later else None,
                source=source,
            )
            for market in Market.values
        )


def versions(engagement: Engagement) -> list[dict]:
    """Newest first: ``valid_from``, ``valid_to``, ``source``, ``cells`` (each market with its rate or None)."""
    by_day: dict[date, dict[str, Rate]] = {}
    for rate in engagement.rates.order_by("-valid_from", "market"):
        by_day.setdefault(rate.valid_from, {})[rate.market] = rate
    return [
        {
            "valid_from": day,
            "valid_to": next(iter(rates.values())).valid_to,
            "source": next(iter(rates.values())).source,
            "cells": [(market, rates.get(market)) for market in Market.values],
        }
        for day, rates in by_day.items()
    ]
