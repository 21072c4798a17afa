"""The partners who may see an engagement by invitation (R-031)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import Engagement, Invitation
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Partner


def invite(by: Actor, engagement: Engagement, pga_id: str, now: datetime) -> Partner:
    """Put the partner account with this ID on the list and return it; whoever calls judges its eligibility anew.

    Raises ValidationError for an unknown ID, a partner on the list already and an engagement that everybody sees.
    """
    if engagement.visibility != Engagement.Visibility.INVITATION:
        raise ValidationError(_("Every partner sees this engagement."))
    partner = Partner.objects.filter(pga_id=pga_id).first()
    if partner is None:
        raise ValidationError({"pga_id": _("There is no partner with this account ID.")})
    with recorded(by, now):
        _row, is_new = Invitation.objects.get_or_create(engagement=engagement, partner=partner)
        if not is_new:
            raise ValidationError({"pga_id": _("This partner is invited already.")})
    return partner


def withdraw(by: Actor, invitation: Invitation, now: datetime) -> Partner:
    """Take the partner off the list and return it. Claims that run go on; repeating it does nothing."""
    with recorded(by, now):
        Invitation.objects.filter(pk=invitation.pk).delete()
    return invitation.partner
