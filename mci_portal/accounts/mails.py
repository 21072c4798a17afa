"""Mails to people about their roles, invitations, requests and addresses (P01-P11, V01, V02). Who writes one calls
a function here.

They go to one person and never into a partner's list of notices, so they carry no partner. Higher storeys hand
over names; nothing above the accounts is read here.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mci_portal.accounts.models import AddressCheck, Invitation, MicrosoftRole, Role, RoleChange, RoleRequest, User
from mci_portal.common import tokens
from mci_portal.outbox import rendering
from mci_portal.outbox.letter import Letter, as_mail
from mci_portal.outbox.models import Audience, Message
from mci_portal.outbox.post import post
from mci_portal.outbox.rendering import Mail

Written = tuple[str, Letter] | None  # subject and letter; None when the mail has lost its purpose
WRITERS: dict[str, Callable[[Message], Written]] = {}


# --- queueing -------------------------------------------------------------------------------------------------------


def tell(kind: str, to: Iterable[User], key: str, now: datetime, **context: object) -> None:
    """Queue one mail of ``kind`` to each of ``to``; the same ``key`` again changes nothing."""
    for user in to:
        post(
            kind,
            audience=Audience.PARTNER,
            dedup_key=f"{key}:{kind}:u{user.pk}",
            now=now,
            to_email=user.email,
            to_name=user.name,
            language=user.language,
            context=context,
        )


def role_changed(change: RoleChange) -> None:
    """P01, P02, P11: to the person whose role or account it is."""
    kind = {RoleChange.What.GRANTED: "P01", RoleChange.What.REVOKED: "P02"}.get(RoleChange.What(change.what), "P11")
    tell(
        kind,
        [change.user],
        f"role-change:{change.pk}",
        change.at,
        what=change.what,
        role=change.role,
        partner=change.partner.name if change.partner else "",
        location=str(change.location or ""),
        by=change.by_name,
    )


def invited(invitation: Invitation) -> None:
    """P03: the link, to an address that may have no account yet."""
    post(
        "P03",
        audience=Audience.PARTNER,
        dedup_key=f"invitation:{invitation.pk}:P03",
        now=invitation.invited_at,
        to_email=invitation.email,
        language=invitation.invited_by.language,
        token_purpose="invitation",  # noqa: S106 - what the link is for, not its secret
        token_nonce=invitation.nonce,
        context={"invitation": invitation.pk},
    )


def role_asked(request: RoleRequest, admins: Iterable[User]) -> None:
    """P04: to everybody who may grant it."""
    tell("P04", admins, f"role-request:{request.pk}", request.asked_at, request=request.pk)


def role_declined(request: RoleRequest) -> None:
    """P05: to who asked; a granted one is told by P01."""
    tell(
        "P05",
        [request.user],
        f"role-request:{request.pk}",
        request.decided_at,
        role=request.role,
        partner=request.partner.name,
        answer=request.answer,
    )


def address_asked(check: AddressCheck, purpose: str) -> None:
    """V01: the link, to the address that is to be proved."""
    post(
        "V01",
        audience=Audience.PARTNER,
        dedup_key=f"address:{check.pk}:V01",
        now=check.asked_at,
        to_email=check.email,
        to_name=check.user.name,
        language=check.user.language,
        token_purpose=purpose,
        token_nonce=check.nonce,
        context={"check": check.pk},
    )


def address_changed(user: User, before: str, after: str, now: datetime) -> None:
    """V02: to the address that gets no more notifications."""
    post(
        "V02",
        audience=Audience.PARTNER,
        dedup_key=f"address:u{user.pk}:V02:{now.isoformat()}",
        now=now,
        to_email=before,
        to_name=user.name,
        language=user.language,
        context={"after": after},
    )


def new_password_asked(check: AddressCheck) -> None:
    """P12: the link, to the address that was typed; it is not sent where no account has it."""
    post(
        "P12",
        audience=Audience.PARTNER,
        dedup_key=f"address:{check.pk}:P12",
        now=check.asked_at,
        to_email=check.email,
        to_name=check.user.name if check.user else "",
        language=check.user.language if check.user else "en",
        token_purpose=check.purpose,
        token_nonce=check.nonce,
        context={"check": check.pk},
    )


def password_changed(user: User, now: datetime) -> None:
    """P13: to the address he signs in with, wherever his notifications go."""
    tell("P13", [user], f"password:u{user.pk}:{now.isoformat()}", now)


# --- writing --------------------------------------------------------------------------------------------------------


def register_all() -> None:
    """Tell the outbox who writes these kinds. Called once, when the app is ready."""
    rendering.register(*WRITERS)(_write)


def _write(message: Message) -> Mail | None:
    written = WRITERS[message.kind](message)
    return None if written is None else as_mail(*written, message)


def writes(kind: str) -> Callable[[Callable[[Message], Written]], Callable[[Message], Written]]:
    """Decorate the function that writes this kind."""

    def keep(writer: Callable[[Message], Written]) -> Callable[[Message], Written]:
        WRITERS[kind] = writer
        return writer

    return keep


def address(path: str) -> str:
    """BASE_URL is the only source of links in mail: no request header can bend them."""
    return f"{settings.BASE_URL}{path}"


def role_name(role: str) -> str:
    return str(dict([*Role.choices, *MicrosoftRole.choices]).get(role, role))


def _facts(context: dict) -> tuple[tuple[str, str], ...]:
    facts = [(_("Role"), role_name(context["role"]))]
    if context["partner"]:
        facts += [(_("Company"), context["partner"]), (_("Where"), context["location"] or _("whole account"))]
    return tuple(facts)


@writes("P01")
def granted(message: Message) -> Written:
    told = message.context
    return _("You have a new role: {role}").format(role=role_name(told["role"])), Letter(
        says=(_("{by} gave you a role in the portal. It counts from now on.").format(by=told["by"]),),
        facts=_facts(told),
        button=(_("Open the portal"), address("/")),
    )


@writes("P02")
def revoked(message: Message) -> Written:
    told = message.context
    return _("Your role {role} was taken away").format(role=role_name(told["role"])), Letter(
        says=(_("{by} took one of your roles in the portal away. It ended at once.").format(by=told["by"]),),
        facts=_facts(told),
        closing=(_("If you think that this is a mistake, ask an admin of your company."),),
        button=(_("Find your admins"), address("/admins/")),
    )


@writes("P11")
def account_changed(message: Message) -> Written:
    by = message.context["by"]
    if message.context["what"] == RoleChange.What.REACTIVATED:
        says = _("{by} opened your account again. You can sign in with your password.").format(by=by)
        return _("Your account is open again"), Letter(says=(says,), button=(_("Sign in"), address("/sign-in/")))
    says = _("{by} closed your account. You can no longer sign in.").format(by=by)
    return _("Your account is closed"), Letter(says=(says,), closing=(_("Ask a program operator if you need it."),))


@writes("P03")
def invitation(message: Message) -> Written:
    row = Invitation.objects.select_related("partner", "location", "invited_by").get(pk=message.context["invitation"])
    if row.voided_at or row.accepted_at:
        return None
    company = row.partner.name if row.partner else "Microsoft"
    context = {"role": row.role, "partner": company, "location": str(row.location or "")}
    says = _("{name} invites you to work for {company} in the portal.").format(name=row.invited_by, company=company)
    return _("{company} invites you to the partner portal").format(company=company), Letter(
        says=(says, _("Open the link and choose a password. The link works once, for seven days.")),
        facts=_facts(context),
        closing=(_("If you do not know the sender, do nothing: the invitation then ends by itself."),),
        button=(_("Accept the invitation"), address(f"/invitation/{tokens.PLACEHOLDER}/")),
    )


@writes("P04")
def role_request(message: Message) -> Written:
    row = RoleRequest.objects.select_related("user", "partner").get(pk=message.context["request"])
    if row.decision:
        return None
    facts = [(_("Who"), f"{row.user.name}, {row.user.email}"), (_("Role"), row.get_role_display())]
    facts += [(_("Company"), row.partner.name), (_("Reason"), row.reason or "-")]
    return _("{name} asks for a role").format(name=row.user), Letter(
        says=(_("A colleague asks for a role in the portal. You can grant or decline it."),),
        facts=tuple(facts),
        button=(_("Decide on the request"), address(f"/incentives/members/requests/{row.pk}/")),
        footer=_("As an admin of {company} you get this mail.").format(company=row.partner.name),
    )


@writes("P05")
def role_refused(message: Message) -> Written:
    told = message.context
    return _("Your request for a role was declined"), Letter(
        says=(_("An admin of your company declined the request."),),
        facts=(
            (_("Role"), role_name(told["role"])),
            (_("Company"), told["partner"]),
            (_("Answer"), told["answer"] or "-"),
        ),
        button=(_("Find your admins"), address("/admins/")),
    )


@writes("P06")
def access_request(message: Message) -> Written:
    told = message.context
    facts = (
        (_("Company"), told["partner"]),
        (_("Engagement"), told["engagement"]),
        (_("Reason"), told["reason"] or "-"),
    )
    return _("{partner} asks for access to {engagement}").format(**told), Letter(
        says=(_("A partner asks for access to an engagement."),),
        facts=facts,
        button=(_("Decide on the request"), address(f"/operator/access-requests/{told['request']}/")),
        footer=_("You get this mail because you are a program operator."),
    )


@writes("P07")
def access_approved(message: Message) -> Written:
    told = message.context
    return _("Your request for {engagement} is approved").format(**told), Letter(
        says=(_("The program operators approved your request."),),
        facts=_access_facts(told),
        button=(_("Open the engagement"), address(f"/incentives/engagements/{told['slug']}/eligibility/")),
    )


@writes("P08")
def access_declined(message: Message) -> Written:
    told = message.context
    return _("Your request for {engagement} was declined").format(**told), Letter(
        says=(_("The program operators declined your request. Their reason is below."),),
        facts=_access_facts(told),
    )


def _access_facts(told: dict) -> tuple[tuple[str, str], ...]:
    return (
        (_("Engagement"), told["engagement"]),
        (_("Company"), told["partner"]),
        (_("Answer"), told["answer"] or "-"),
    )


@writes("P09")
def handed_over(message: Message) -> Written:
    told = message.context
    count = told["count"]
    subject = ngettext("{count} claim is yours now", "{count} claims are yours now", count).format(count=count)
    return subject, Letter(
        says=(_("{by} made you the owner of claims that belonged to {former}.").format(**told),),
        facts=((_("Company"), told["partner"]),),
        list_title=_("Claims"),
        items=tuple(told["claims"]) + ((_("and {more} more").format(more=told["more"]),) if told["more"] else ()),
        button=(_("Open Customer claims"), address("/incentives/claims/")),
    )


@writes("P10")
def nominated(message: Message) -> Written:
    told = message.context
    facts = {"name": told["name"], "by": told["by"], "role": role_name(told.get("role", MicrosoftRole.OPERATOR))}
    return _("Confirm {name}: {role}").format(**facts), Letter(
        says=(
            _("{by} wants {name} to work in the portal as: {role}.").format(**facts),
            _("It takes effect when a second operator confirms it."),
        ),
        button=(_("Look at it"), address("/operator/people/")),
        footer=_("You get this mail because you are a program operator."),
    )


@writes("V01")
def address_check(message: Message) -> Written:
    check = AddressCheck.objects.select_related("user").get(pk=message.context["check"])
    if check.confirmed_at or check.voided_at:
        return None
    return _("Confirm this address for your notifications"), Letter(
        says=(
            _("{name} wants the notifications of the portal sent to this address.").format(name=check.user),
            _("Open the link and confirm it. The link works once, for two days."),
        ),
        facts=((_("Account"), check.user.email),),
        closing=(_("If you do not know the account, do nothing: no notification will come here."),),
        button=(_("Confirm the address"), address(f"/confirm-address/{tokens.PLACEHOLDER}/")),
    )


@writes("V02")
def address_told(message: Message) -> Written:
    return _("Your notifications go to another address now"), Letter(
        says=(_("The notifications of your account in the portal no longer come to this address."),),
        facts=((_("New address"), message.context["after"]),),
        closing=(_("If this was not you, change your password and set the address back in My preferences."),),
        button=(_("Open My preferences"), address("/action-center/preferences/")),
    )


@writes("P12")
def new_password_link(message: Message) -> Written:
    check = AddressCheck.objects.select_related("user").get(pk=message.context["check"])
    if check.user is None or not check.user.is_active or check.confirmed_at or check.voided_at:
        return None
    return _("Choose a new password"), Letter(
        says=(
            _("Somebody asked for a new password for your account in the portal."),
            _("Open the link and choose one. The link works once, for one hour."),
        ),
        facts=((_("Account"), check.user.email),),
        closing=(_("If this was not you, do nothing: your password stays as it is."),),
        button=(_("Choose a new password"), address(f"/new-password/{tokens.PLACEHOLDER}/")),
    )


@writes("P13")
def password_told(message: Message) -> Written:
    return _("Your password was changed"), Letter(
        says=(_("The password of your account in the portal was changed. All other sessions have ended."),),
        closing=(_("If this was not you, ask for a new password at once and tell a program operator."),),
        button=(_("Ask for a new password"), address("/new-password/")),
    )
