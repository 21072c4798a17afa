"""Texts that reviewers write again and again: everybody's own, and those that lead reviewers keep for all."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from claims.models import Claim, SavedReply
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import User
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict

MOST_OWN = 30
MOST_SHARED = 100
PLACEHOLDERS = ("{claim}", "{customer}")


def usable(by: Actor) -> QuerySet[SavedReply]:
    """The reviewer's own and the shared ones, the own first."""
    return SavedReply.objects.filter(Q(owner_id=by.user_id) | Q(owner=None)).order_by("owner", "title", "id")


def get(by: Actor, reply_id: int) -> SavedReply:
    """A reply that ``by`` may change. Raises Http404 for another reviewer's, PermissionDenied for a shared one."""
    reply = usable(by).filter(pk=reply_id).first()
    if reply is None:
        raise Http404
    if reply.owner_id is None and not by.lead:
        raise PermissionDenied(_("Only lead reviewers change what all reviewers share."))
    return reply


def save(by: Actor, title: str, text: str, shared: bool, reply: SavedReply | None = None) -> SavedReply:
    """Write a new reply, or change ``reply``, which stays whose it is.

    Raises PermissionDenied where ``by`` does not lead the reviewers, Conflict when there are enough already.
    """
    if reply is None and shared and not by.lead:
        raise PermissionDenied(_("Only lead reviewers change what all reviewers share."))
    with transaction.atomic():
        # Counted under a lock: two windows do not write one too many.
        User.objects.select_for_update(no_key=True).get(pk=by.user_id)
        reply = reply or _new(by, shared)
        reply.title, reply.text, reply.updated_by_id = title, text, by.user_id
        reply.updated_at = database_now()
        reply.save()
    return reply


def _new(by: Actor, shared: bool) -> SavedReply:
    owner = None if shared else by.user
    most = MOST_SHARED if shared else MOST_OWN
    if SavedReply.objects.filter(owner=owner).count() >= most:
        raise Conflict(_("There are {count} saved replies already. Remove one first.").format(count=most))
    return SavedReply(owner=owner)


def remove(reply: SavedReply) -> None:
    """What was written with it stays."""
    reply.delete()


def written(reply: SavedReply, claim: Claim) -> str:
    """The text with claim number and customer in place."""
    number, customer = PLACEHOLDERS
    # The name last: braces in it are a name's own.
    return reply.text.replace(number, str(claim.number)).replace(customer, claim.customer.name)


def insert(text: str, reply: SavedReply, claim: Claim) -> str:
    """``text`` with the reply behind it, on a line of its own."""
    return f"{text.rstrip()}\n{written(reply, claim)}" if text.strip() else written(reply, claim)


def unknown_placeholders(text: str) -> list[str]:
    """Words in braces that would reach the partner as they stand."""
    rest = text
    for known in PLACEHOLDERS:
        rest = rest.replace(known, "")
    return [word.split("}")[0] for word in rest.split("{")[1:] if "}" in word]


def options(by: Actor) -> list[tuple[int, str]]:
    """What the select above a text field offers."""
    shared = _("shared")
    return [(reply.pk, reply.title if reply.owner_id else f"{reply.title} ({shared})") for reply in usable(by)]
