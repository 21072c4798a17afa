"""What the program has settled: deadlines of types, business calendar, reasons. Each leads to where it is changed."""

from datetime import date

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.reasons import REASONS
from engagements import calendars, terms, wordings
from engagements.models import CalendarDay, EngagementType
from engagements.pages.console import crumbs
from engagements.pages.console.reasons import SHIPPED
from engagements.pages.console.terms import cells
from engagements.wordings import List
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def fixed(request):
    """The counts and words of today, with the day on which the next change begins."""
    today, book = database_now().date(), wordings.book()
    context = {
        "calendars": [label for _country, label in calendars.offered()],
        "differing": CalendarDay.objects.filter(until=None, on__gte=today).order_by("on", "region"),
        "types": [_type(one, today) for one in EngagementType.objects.order_by("position").prefetch_related("terms")],
        "lists": [
            {
                "list": listed,
                "title": List(listed).label,
                "is_refusal": listed == List.REFUSAL,
                "rows": [_reason(book, listed, code, words) for code, words in book.codes(listed, shipped)],
            }
            for listed, shipped in sorted(SHIPPED.items(), key=lambda pair: pair[0] == List.REFUSAL)
        ],
        "crumbs": crumbs((_("Deadlines and reasons"), "")),
    }
    return render(request, "operator/fixed.html", context)


def _type(kind: EngagementType, today: date) -> dict:
    present, later = terms.now_and_later(kind, today)
    return {"type": kind, "cells": cells(present), "next": later[0].valid_from if later else None}


def _reason(book: wordings.Book, listed: str, code: str, words: object) -> dict:
    later = book.coming(listed, code)
    return {
        "code": code,
        # An own one that has not begun yet is shown as it will read.
        "words": book.text(listed, code, later.text if later and words == code else words),
        "advice": book.advice(listed, code, REASONS[code][1]) if listed == List.REFUSAL else "",
        "offered": book.is_offered(listed, code, SHIPPED[listed]),
        "next": later.valid_from if later else None,
    }
