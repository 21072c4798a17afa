"""The rows of "Workshop Details", in the guides' order (R-152), and what we add below them. The claim pages call it."""

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from claims import adjustments, deadlines
from claims.exchange import BASE
from claims.models import Claim, Earning
from claims.statuses import Status
from customers.identity import IdType
from mci_portal.common.templatetags.ui import day, days_left, instant, money


def published(claim: Claim) -> list[tuple[str, object]]:
    """Label and value of every row the guides name; the mismatch reason only where there is one."""
    customer = claim.customer
    rows = [
        (_("Claim ID"), claim.number),
        (_("Customer consent date"), day(claim.consented_at)),
        (_("Solution area"), claim.engagement.get_area_display()),
        (_("Role"), claim.engagement.get_role_display()),
        (_("Location"), claim.location),
        (_("Partner name"), claim.partner.name),
        (_("Partner contact name"), claim.partner_name),
        (_("Partner contact email"), claim.partner_email),
        (_("Customer tenant ID/TPID"), customer.tenant_id or customer.tpid),
        (_("Customer domain name"), customer.domain),
    ]
    if claim.mismatch_reason:
        rows.append((_("Domain name mismatch reason for customer consent"), claim.mismatch_reason))
    return [
        *rows,
        (_("Customer contact title"), claim.customer_title),
        (_("Customer contact name"), claim.customer_name),
        (_("Customer contact email"), claim.customer_email),
    ]


def added(claim: Claim, now: datetime) -> list[tuple[str, object]]:
    """What the guides do not name and a partner looks for: claim name, engagement, the running date, the payout."""
    rows: list[tuple[str, object]] = [
        (_("Claim name"), claim.name),
        (_("Engagement"), claim.engagement.name),
        (_("Owner"), claim.owner or "-"),
        (_("Stand-in"), claim.stand_in or "-"),
    ]
    if claim.id_type not in (IdType.DOMAIN, IdType.TENANT_ID, IdType.TPID):
        rows.append((claim.get_id_type_display(), claim.id_value))
    due_at = deadlines.live(claim)
    if due_at is not None:
        rows.append((_due_label(claim), format_html("{} {}", instant(due_at), days_left(due_at, now))))
    decision_at = deadlines.decision_due(claim)
    if decision_at is not None:
        rows.append((_("Decision expected by"), instant(decision_at)))
    if claim.amount is not None:
        label = _("Approved payout") if claim.status == Status.APPROVED else _("Proposed payout")
        rows.append((label, money(claim.amount, claim.currency)))
    if claim.deal_size:
        rows.append((_("Estimated deal size"), money(Decimal(claim.deal_size), BASE)))
    if claim.hours:
        rows.append((_("Hours"), claim.hours))
    if claim.status == Status.APPROVED and hasattr(claim, "earning"):
        rows.append((_("Payment"), _payment(claim.earning)))
        rows += _adjusted(claim.earning)
    return rows


def _payment(earning: Earning) -> str:
    """R-252: the state of the payment, which leads to the earning and from there to its payment ID."""
    words = f"{earning.get_state_display()} ({earning.payment_id})" if earning.payment_id else None
    url = reverse("earnings:detail", args=[earning.claim.number])
    return format_html('<a href="{}">{}</a>', url, words or earning.get_state_display())


def _adjusted(earning: Earning) -> list[tuple[str, object]]:
    """R-254: what was added to the payment or taken off, which leads to the adjustments."""
    changed = adjustments.sum_of(earning)
    if changed is None:
        return []
    url = reverse("earnings:detail", args=[earning.claim.number])
    return [(_("Adjustments"), format_html('<a href="{}#adjustments">{}</a>', url, money(changed, earning.currency)))]


def _due_label(claim: Claim) -> str:
    return {
        Status.CONSENT_RECEIVED: _("Submit by"),
        Status.ACTION_REQUIRED: _("Answer by"),
        Status.REJECTED: _("Dispute by"),
        Status.DISPUTED: _("Submit dispute by"),
    }.get(Status(claim.status), _("Customer consent by"))
