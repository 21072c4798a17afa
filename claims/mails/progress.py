"""Mails to the partner on the way to the submission: created, consented or not, surveys, contacts, receipt."""

from django.utils.translation import gettext as _

from claims import completeness
from claims.mails import addresses, receipt
from claims.mails.asking import MINUTES_FOR_SURVEY, survey_link_is_live
from claims.mails.moments import moment
from claims.mails.writers import writes
from claims.models import Claim, Document, Kind, Survey, SurveyKind
from claims.statuses import Status
from mci_portal.common.languages import said
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message


def open_claim(claim: Claim) -> tuple[str, str]:
    return _("Open claim {number}").format(number=claim.number), addresses.claim_page(claim)


def about(claim: Claim) -> tuple[tuple[str, str], ...]:
    """The first facts of every mail to a partner."""
    return (
        (_("Claim ID"), str(claim.number)),
        (_("Customer"), claim.customer.name),
        (_("Engagement"), claim.engagement.name),
        (_("Location"), str(claim.location)),
    )


def why_you() -> str:
    return _("You get this mail because you are the partner contact of this claim.")


@writes("N01")
def created(message: Message, claim: Claim) -> Letter:
    """T01, T02: the consent clock runs from here, whatever is sent when (R-111)."""
    return Letter(
        says=(
            _("The claim was created. Now ask {customer} for consent.").format(customer=claim.customer.name),
            _("The customer must agree before the date below. Sending or re-sending the e-mail does not move it."),
        ),
        facts=(*about(claim), (_("Consent needed by"), moment(claim.consent_due_at))),
        button=(_("Send customer consent email"), addresses.consent_page_of_partner(claim)),
        footer=why_you(),
    )


@writes("N03")
def asked(message: Message, claim: Claim) -> Letter:
    """T03: what the customer was asked, without the link, which is his alone."""
    return Letter(
        says=(
            _("The request for consent was mailed to {name} ({address}).").format(
                name=claim.customer_name, address=claim.customer_email
            ),
            _("You are told as soon as there is an answer. Start the work only after the customer has agreed."),
        ),
        facts=(*about(claim), (_("Consent needed by"), moment(claim.consent_due_at))),
        button=open_claim(claim),
        footer=why_you(),
    )


@writes("E04")
def consent_given(message: Message, claim: Claim) -> Letter:
    """T06: the dates that follow from the consent, and what has to be handed in."""
    request = receipt.answered_request(claim)
    return Letter(
        says=(
            _("{customer} has agreed to the engagement. You can start the work.").format(customer=claim.customer.name),
            *receipt.entered_by_microsoft(message.context),
            _("Hand in everything below and submit the claim in time. The attached receipt is for your files."),
        ),
        facts=(
            *about(claim),
            (_("Customer consent date"), moment(claim.consented_at)),
            (_("Submit by"), moment(claim.submit_due_at)),
            (_("Review complete by"), moment(claim.review_due_at)),
        ),
        list_title=_("To hand in"),
        items=tuple(_as_item(item) for item in completeness.checklist(claim)),
        button=open_claim(claim),
        footer=why_you(),
        attachments=receipt.attachments(claim, request),
    )


def _as_item(item: completeness.Item) -> str:
    return item.todo if item.requirement.required else _("{item} (optional)").format(item=item.todo)


@writes("E05")
def consent_refused(message: Message, claim: Claim) -> Letter:
    """T07: the customer's word is final; the reason only where the customer shares it (R-122)."""
    from claims.mails import associating  # which stands above this module

    if claim.kind == Kind.CPOR:
        return associating.opt_out_told(message, claim)
    request = receipt.answered_request(claim)
    shared = request.reason if request is not None and request.reason_shared else ""
    if message.context.get("from") == Status.CONSENT_RECEIVED:
        shared = message.context.get("reason", "")
        says = _("{customer} has withdrawn the consent to this engagement. The claim is closed.")
    else:
        says = _("{customer} has declined this engagement. The claim is closed.")
    return Letter(
        says=(
            says.format(customer=claim.customer.name),
            *receipt.entered_by_microsoft(message.context),
            _("Please respect the answer. It cannot be disputed, and there is nothing to submit for this claim."),
        ),
        facts=(
            *about(claim),
            *receipt.facts(request),
            *(((_("Reason the customer gave"), shared),) if shared else ()),
        ),
        button=open_claim(claim),
        footer=why_you(),
        attachments=receipt.attachments(claim, request),
    )


@writes("N10")
def canceled(message: Message, claim: Claim) -> Letter:
    return Letter(
        says=(
            _("The claim was canceled. Links that were mailed for it no longer work."),
            _("If you still plan the engagement with this customer, create a new claim."),
        ),
        facts=about(claim),
        button=(_("Create a new claim"), addresses.customers_page(claim)),
        footer=why_you(),
    )


@writes("N40")
def consent_question(message: Message, claim: Claim) -> Letter:
    """R-123: another contact was named; or an acceptance waits for Microsoft (R-098)."""
    if message.context.get("held"):
        return Letter(
            says=(
                _("{customer} wants to accept, but the acceptance cannot take effect at the moment.").format(
                    customer=claim.customer.name
                ),
                _("Microsoft has been told and checks the point. There is nothing for you to do now."),
            ),
            facts=(*about(claim), (_("Consent needed by"), moment(claim.consent_due_at))),
            button=open_claim(claim),
            footer=why_you(),
        )
    if message.context.get("refused"):
        return Letter(
            says=(
                _(
                    "Microsoft does not let the acceptance of {customer} take effect. The link he used is closed."
                ).format(customer=claim.customer.name),
                _("Once the reason below is settled, send the request again while the time for consent runs."),
            ),
            facts=(
                *about(claim),
                (_("Reason"), message.context["refused"]),
                (_("Consent needed by"), moment(claim.consent_due_at)),
            ),
            button=open_claim(claim),
            footer=why_you(),
        )
    name, address = _proposed(message, claim)
    return Letter(
        says=(
            _("The person you asked for consent says that somebody else should answer."),
            _("If that is right, edit the customer contact of the claim and send the request again."),
        ),
        facts=(
            *about(claim),
            (_("Named contact"), ", ".join(part for part in (name, address) if part) or "-"),
            (_("Consent needed by"), moment(claim.consent_due_at)),
        ),
        button=open_claim(claim),
        footer=why_you(),
    )


def _proposed(message: Message, claim: Claim) -> tuple[str, str]:
    if "proposed_email" in message.context:
        return message.context.get("proposed_name", ""), message.context["proposed_email"]
    request = claim.consent_requests.exclude(proposed_email="").order_by("-id").first()
    return (request.proposed_name, request.proposed_email) if request else ("", "")


@writes("E19")
def came_back(message: Message, claim: Claim) -> Letter:
    """R-124: which address, and what to do."""
    address = message.context.get("address") or claim.customer_email
    return Letter(
        says=(
            _("Our mail to {address} was refused, so the customer has not got it.").format(address=address),
            _("Check the address with your customer, correct the customer contact, and send the mail again."),
        ),
        facts=(*about(claim), (_("Address"), address), *_running(claim)),
        button=open_claim(claim),
        footer=why_you(),
    )


@writes("E20")
def link_voided(message: Message, claim: Claim) -> Letter:
    """R-164: after a change of contact the mail has to be sent again by hand."""
    asked = claim.status == Status.AWAITING_CONSENT
    return Letter(
        says=(
            _("A contact of the claim was changed. The link that was mailed to the earlier address no longer works."),
            _("Nothing is sent by itself: please send the mail again."),
        ),
        facts=(*about(claim), *_running(claim)),
        button=(
            (_("Re-send email for customer consent"), addresses.consent_page_of_partner(claim))
            if asked
            else (_("Send the survey again"), addresses.claim_page(claim))
        ),
        footer=why_you(),
    )


def _running(claim: Claim) -> tuple[tuple[str, str], ...]:
    return ((_("Deadline"), moment(claim.due_at)),) if claim.due_at else ()


@writes("E09")
def partner_survey(message: Message, claim: Claim) -> Letter | None:
    """R-160: only answers through this link, or in the claim, count."""
    if not survey_link_is_live(message, claim, SurveyKind.PARTNER):
        return None
    return Letter(
        says=(
            _("Please answer the partner survey for this claim. It takes about {minutes} minutes.").format(
                minutes=MINUTES_FOR_SURVEY
            ),
            _("Only answers through this link, or in the claim itself, count. You need no account."),
        ),
        facts=(*about(claim), (_("Please answer by"), moment(claim.due_at))),
        button=(_("Go to survey"), addresses.survey_link()),
        footer=_("You get this mail because your company named you for the survey of this claim."),
    )


@writes("E10")
def survey_complete(message: Message, claim: Claim) -> Letter:
    """R-162: which survey, and when."""
    done = Survey.objects.filter(claim=claim, completed_at__isnull=False).order_by("-completed_at")
    editing = claim.status == Status.CONSENT_RECEIVED
    left = [item.todo for item in completeness.missing(claim)] if editing else []
    return Letter(
        says=(
            _("A survey of this claim is complete."),
            *((_("Everything that is required is there: you can submit the claim."),) if editing and not left else ()),
        ),
        facts=(
            *about(claim),
            *((survey.get_kind_display(), moment(survey.completed_at)) for survey in done),
            *_running(claim),
        ),
        list_title=_("Still missing before you can submit"),
        items=tuple(left),
        button=open_claim(claim),
        footer=why_you(),
    )


@writes("E11")
def submitted(message: Message, claim: Claim) -> Letter:
    """T15, T25: a receipt with the checksum of every file, so that each side can prove what was handed in."""
    files = Document.objects.filter(claim=claim, removed_at=None).select_related("requirement")
    surveys = Survey.objects.filter(claim=claim, completed_at__isnull=False).order_by("kind")
    dispute = message.context.get("from") == Status.DISPUTED
    return Letter(
        says=(
            _("Your dispute was submitted. Another reviewer looks at the claim again.")
            if dispute
            else _("Your claim was submitted. A reviewer looks at it next."),
            _("You need to do nothing now. We write to you as soon as there is a decision or a question."),
        ),
        facts=(
            *about(claim),
            (_("Submitted on"), moment(claim.dispute_submitted_at if dispute else claim.first_submitted_at)),
            (_("Review expected by"), moment(claim.dispute_review_due_at if dispute else claim.review_due_at)),
        ),
        list_title=_("What was handed in"),
        items=(
            *(f"{said(file.requirement.label)}: {file.name} (SHA-256 {file.sha256})" for file in files),
            *(f"{survey.get_kind_display()}: {moment(survey.completed_at)}" for survey in surveys),
        ),
        button=open_claim(claim),
        footer=why_you(),
    )
