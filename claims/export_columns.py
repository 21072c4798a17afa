"""The columns of an export of claims: names as in Microsoft's payout files where the same thing exists (R-149).

``claims.exports`` calls it. Contacts of the customer are no column: a spreadsheet travels further than a page (R-276).
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, CharField, F, Func, JSONField, OuterRef, Subquery, Sum, TextField, Value, When
from django.db.models.fields.json import KeyTransform

from claims.models import Adjustment, ClaimEvent, EarningState, RejectionReason
from claims.presentation import NEXT_ACTION
from claims.statuses import Status as S
from customers.identity import IdType
from engagements import wordings
from engagements.models import Area, PartnerRole
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.table_copy import Column
from mci_portal.common.table_copy import Kind as K

REFUSED = (S.REJECTED, S.DISPUTED, S.DISPUTED_EXPIRED, S.REJECTED_FINAL, S.POST_SUBMISSION_EXPIRED)


class Month(Func):
    template = "to_char(%(expressions)s, 'YYYY-MM')"
    arity = 1
    output_field = TextField()


class Label(Func):
    """The words for a code; the code is worked out once however many words there are."""

    template = "(%(expressions)s)"
    arg_joiner = " ->> "
    output_field = TextField()

    def __init__(self, code: Any, words: Any) -> None:
        known = {str(value): str(label) for value, label in words}
        super().__init__(Value(known, JSONField()), code)


class Labels(Func):
    """The words for a list of codes, one after the other."""

    template = (
        "(SELECT string_agg(coalesce(given.words ->> one.code, one.code), '; ')"
        " FROM (VALUES (%(expressions)s)) AS given (codes, words),"
        " jsonb_array_elements_text(given.codes) AS one (code))"
    )
    output_field = TextField()


def columns(by: Actor, now: datetime) -> list[Column]:
    """What every exported claim says, in the language that is active now.

    Microsoft's people get no next action, and reviewers nothing about payouts, which they may not see.

    The rows must come from ``claims_list.selected``, which knows the status by the clock.
    """
    acts = by.kind is Kind.PARTNER
    actions = [(status.value, action.label) for status, action in NEXT_ACTION.items()] if acts else []
    paid = [] if by.kind is Kind.REVIEWER else _payout()
    return [
        Column("claimId", K.NUMBER, "number", 12),
        Column("claimName", K.TEXT, "name", 40),
        Column("engagementId", K.CODE, "engagement__slug", 30),
        Column("engagementName", K.TEXT, "engagement__name", 40),
        Column("partnerRole", K.CODE, Label(F("engagement__role"), PartnerRole.choices), 18),
        Column("solutionArea", K.CODE, Label(F("engagement__area"), Area.choices), 26),
        Column("participantId", K.CODE, "location__code", 14),
        Column("participantName", K.TEXT, "partner__name", 30),
        Column("location", K.TEXT, "location__name", 24),
        Column("customerId", K.TEXT, "id_value", 38),
        Column("customerIdType", K.CODE, Label(F("id_type"), IdType.choices), 16),
        Column("customerName", K.TEXT, "customer__name", 36),
        Column("customerTenantId", K.CODE, "customer__tenant_id", 38),
        Column("status", K.CODE, Label(F("effective"), S.choices), 34),
        Column("nextAction", K.CODE, Label(F("effective"), actions), 30),
        Column("nextDeadline", K.INSTANT, Case(When(due_at__gt=now, then="due_at")), 20),
        Column("owner", K.TEXT, "owner__name", 24),
        Column("createdAt", K.INSTANT, "created_at", 20),
        Column("consentedAt", K.INSTANT, "consented_at", 20),
        Column("submittedAt", K.INSTANT, "submitted_at", 20),
        Column("closedAt", K.INSTANT, "closed_at", 20),
        Column("updatedAt", K.INSTANT, "updated_at", 20),
        Column("amount", K.NUMBER, "amount", 12),
        Column("currency", K.CODE, Case(When(amount__isnull=False, then="currency")), 10),
        *paid,
        Column("reason", K.CODE, _reason(), 40),
    ]


def _payout() -> list[Column]:
    # what was added to the earning or taken off; empty where nothing was.
    of_claim = Adjustment.objects.filter(earning__claim=OuterRef("pk")).order_by().values("earning")
    adjusted = of_claim.annotate(sum=Sum("amount")).values("sum")
    return [
        Column("earningAmountUSD", K.NUMBER, Case(When(earning__currency="USD", then="earning__amount")), 18),
        Column("adjustmentAmountUSD", K.NUMBER, Case(When(earning__currency="USD", then=Subquery(adjusted))), 20),
        Column("estimatedPaymentMonth", K.CODE, Month(F("earning__estimated_payment_on")), 24),
        Column("paymentStatus", K.CODE, Label(F("earning__state"), EarningState.choices), 24),
    ]


def _reason() -> Case:
    """Why the claim was rejected (R-194), while it is: the reasons of its newest decision, in the words of its day."""
    book, listed = wordings.book(), wordings.List.REJECTION
    turns = book.turns(listed)

    def until(turn: date) -> Value:
        day = turn - timedelta(days=1)
        return Value(book.dictionary(listed, RejectionReason.choices, day), JSONField())

    words = Case(
        *(When(at__lt=datetime.combine(turn, time.min, UTC), then=until(turn)) for turn in turns),
        default=until(date.max),
        output_field=JSONField(),
    )
    decisions = ClaimEvent.objects.filter(claim=OuterRef("pk"), internal=False, data__has_key="reasons")
    newest = decisions.order_by("-seq").values(words=Labels(KeyTransform("reasons", "data"), words))[:1]
    return Case(When(effective__in=REFUSED, then=Subquery(newest)), output_field=CharField())
