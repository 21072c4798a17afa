"""E21: a template that open claims rest on was superseded, or the rates they would be paid by (R-047, R-048).

The claims are listed, each with its customer."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims.mails import addresses
from claims.models import Claim
from claims.statuses import BEFORE_CONSENT, EDITABLE
from engagements.models import Engagement, EvidenceTemplate
from engagements.rates import rate_on
from engagements.templates_in_force import newest
from mci_portal.common.languages import said
from mci_portal.common.templatetags.ui import money
from mci_portal.outbox.letter import Letter, as_mail
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail


def superseded(message: Message) -> Mail | None:
    """None when every claim was handed in or ended before the mail left, or the version is accepted again."""
    if "rates" in message.context:
        return _new_rates(message)
    template = EvidenceTemplate.objects.select_related("requirement__engagement").get(pk=message.context["template"])
    claims = Claim.objects.filter(number__in=message.context["claims"], status__in=EDITABLE).select_related("customer")
    waiting = list(claims.order_by("number"))
    if not waiting or template.refused_from is None:
        return None
    engagement = template.requirement.engagement
    day = date_format(template.refused_from, pgettext("date format", "F j, Y"))
    current = newest(template.requirement.templates.all(), template.refused_from)
    subject = _("A template of {engagement} was replaced").format(engagement=engagement.name)
    letter = Letter(
        says=(
            _("Version {version} of the template “{label}” is not accepted any more from {day} on.").format(
                version=template.version, label=said(template.requirement.label), day=day
            ),
            _("What counts is the day on which you submit: hand the document in on the current version."),
        ),
        facts=(
            (_("Engagement"), engagement.name),
            (_("Current version"), current.version if current else "-"),
            *(((_("What changed"), said(current.changes)),) if current and current.changes else ()),
        ),
        list_title=_("Claims with a document on the old version"),
        items=tuple(f"{claim.number}: {claim.customer.name}, {addresses.claim_page(claim)}" for claim in waiting),
        button=(_("Open claim {number}").format(number=waiting[0].number), addresses.claim_page(waiting[0])),
        footer=_("You get this mail because you are the partner contact of these claims."),
    )
    return as_mail(subject, letter, message)


def _new_rates(message: Message) -> Mail | None:
    """None when every customer has answered before the mail left."""
    engagement = Engagement.objects.get(pk=message.context["rates"])
    claims = Claim.objects.filter(number__in=message.context["claims"], status__in=BEFORE_CONSENT)
    waiting = list(claims.select_related("customer").order_by("number"))
    if not waiting:
        return None
    on = date.fromisoformat(message.context["on"])
    day = date_format(on, pgettext("date format", "F j, Y"))
    market = message.context["market"]
    rate = rate_on(engagement, market, on)
    if rate is None:
        pays = _("not offered in your market any more")
    elif rate.per_hour:
        pays = _("{amount} an hour").format(amount=money(rate.amount, rate.currency))
    else:
        pays = money(rate.amount, rate.currency)
    letter = Letter(
        says=(
            _("From {day} (UTC) on, other rates apply to {engagement}.").format(day=day, engagement=engagement.name),
            _(
                "What counts is the day on which the customer consents. A claim whose customer consents before that "
                "day keeps the present rate, whenever it is submitted and paid."
            ),
        ),
        facts=(
            (_("Engagement"), engagement.name),
            (_("Market"), market),
            (_("For consents from {day} on").format(day=day), pays),
        ),
        list_title=_("Claims without consent yet"),
        items=tuple(f"{claim.number}: {claim.customer.name}, {addresses.claim_page(claim)}" for claim in waiting),
        button=(_("Open claim {number}").format(number=waiting[0].number), addresses.claim_page(waiting[0])),
        footer=_("You get this mail because you are the partner contact of these claims."),
    )
    return as_mail(_("The rates of {engagement} change").format(engagement=engagement.name), letter, message)
