"""Each thing to do in words, and the page on which it is done. For every list that sends somebody to his work."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from claims.actions import Action
from claims.queries.attention import Item, Todo

WORDS = {
    Todo.BOUNCED: gettext_lazy("Mail came back: correct the customer contact"),
    Todo.PROPOSED_CONTACT: gettext_lazy("The customer named another contact: ask that person"),
    Todo.NOT_SENT: Action.SEND_CONSENT.label,
    Todo.NEEDS_RESEND: Action.RESEND_CONSENT.label,
    Todo.CONSENT_EXPIRING: gettext_lazy("Consent is about to expire: remind the customer"),
    Todo.WAITING: gettext_lazy("The customer was asked: wait for the answer, or re-send"),
    Todo.TEMPLATE_SUPERSEDED: gettext_lazy("A template was replaced: hand the document in on the current one"),
    Todo.EVIDENCE_MISSING: gettext_lazy("Hand in the missing evidence and submit the claim"),
    Todo.READY_TO_SUBMIT: Action.SUBMIT.label,
    Todo.ACTION_REQUIRED: gettext_lazy("Answer the reviewer and submit the claim again"),
    Todo.DISPUTE_OPEN: gettext_lazy("The claim was rejected: dispute it while you can"),
    Todo.DISPUTE_TO_SUBMIT: gettext_lazy("Submit the dispute"),
    Todo.PAYEE_INCOMPLETE: gettext_lazy("Complete the payee profile of {location}"),
    Todo.LOST_ELIGIBILITY: gettext_lazy("{location} is no longer eligible: see what is missing"),
}
# What is done on a page of its own; everything else is done on the claim's page.
CONSENT_PAGE = {Todo.NOT_SENT, Todo.NEEDS_RESEND, Todo.CONSENT_EXPIRING, Todo.WAITING}
CONTACTS_PAGE = {Todo.BOUNCED}


def words(item: Item) -> str:
    """What there is to do."""
    return str(WORDS[item.todo].format(location=item.location))


def address(item: Item) -> str:
    """The page on which it is done."""
    if item.todo is Todo.PAYEE_INCOMPLETE:
        return reverse("eligibility:payee", args=[item.location_code])
    if item.todo is Todo.LOST_ELIGIBILITY:
        return reverse("engagements:criteria", args=[item.slug, item.location_id])
    if item.todo is Todo.PROPOSED_CONTACT:
        return f"{reverse('claims:contacts', args=[item.number])}?proposed=1"
    name = "consent" if item.todo in CONSENT_PAGE else "contacts" if item.todo in CONTACTS_PAGE else "detail"
    return reverse(f"claims:{name}", args=[item.number])
