"""What people were told about claims, as the Action Center lists it: titles, search, and what is completed (R-240)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Substr

from claims.mails.subjects import SUBJECTS, subject
from claims.models import Claim
from claims.queries import attention, search
from claims.queries.attention import Todo
from claims.queries.scope import visible
from claims.statuses import EDITABLE
from mci_portal.accounts.actors import Actor
from mci_portal.outbox import links, notices
from mci_portal.outbox.models import Message

# A message of this kind asked for this; it is done when the claim does not ask for it any more.
ASKED_FOR = {
    "E13": Todo.ACTION_REQUIRED,
    "E15": Todo.DISPUTE_OPEN,
    "E19": Todo.BOUNCED,
    "E20": Todo.NEEDS_RESEND,
    "N24": Todo.DISPUTE_TO_SUBMIT,
    "N40": Todo.PROPOSED_CONTACT,
}
REMINDER, SURVEY = "E06", "E09"


def completed(by: Actor, now: datetime) -> QuerySet[Message]:
    """The messages that asked the actor for something which is done or over by now. Derived, never a status.

    Of the reminders of one deadline only the last stands for it.
    """
    told = notices.of_actor(by).filter(kind__in=[*ASKED_FOR, REMINDER, SURVEY])
    about = Case(When(topic__regex=r"^claim:\d{1,18}$", then=Cast(Substr("topic", 7), BigIntegerField())), default=None)
    told = told.annotate(about=about, asked_in=KeyTextTransform("from", "context")).filter(about__isnull=False)
    claim = Claim.objects.filter(number=OuterRef("about"))
    done = Q(Q(kind=SURVEY), ~Exists(claim.filter(status__in=EDITABLE)))
    for kind, todo in ASKED_FOR.items():
        done |= Q(Q(kind=kind), ~Exists(attention.asking_for(todo, claim, now)))
    later = Message.objects.filter(topic=OuterRef("topic"), kind=REMINDER, pk__gt=OuterRef("pk"))
    later = later.annotate(asked_in=KeyTextTransform("from", "context")).filter(
        asked_in=OuterRef("asked_in"), partner_id__isnull=False
    )
    still = claim.filter(status=OuterRef("asked_in"), due_at__gt=now)
    return told.filter(done | Q(Q(kind=REMINDER), ~Exists(still), ~Exists(later)))


def about(by: Actor, found: QuerySet[Message], q: str) -> QuerySet[Message]:
    """Those of ``found`` about a claim that the search finds (its number, customer, name, engagement)."""
    if not q:
        return found
    claims = search.matching(visible(by), q).order_by("-pk").values_list("number", flat=True)[: search.RARE]
    return found.filter(topic__in=[f"{links.CLAIM_TOPIC}{number}" for number in claims])


def claims_of(messages: Iterable[Message]) -> dict[str, Claim]:
    """The claims these messages are about, by number, in one query."""
    numbers = {links.claim_number(message) for message in messages} - {""}
    found = Claim.objects.filter(number__in=numbers).select_related("partner", "customer", "engagement")
    return {str(claim.number): claim for claim in found} if numbers else {}


def title(message: Message, claim: Claim | None) -> str:
    """The subject as it was sent, or as it would be."""
    if message.subject or claim is None or message.kind not in SUBJECTS:
        return notices.title(message)
    return subject(message.kind, claim, message.context)
