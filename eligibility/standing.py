"""The criteria that no catalogue needs to name: they hold for every engagement (section 6, "All").

A verdict stores these keys among the titles it lacks; ``title_of`` and ``reason_for`` turn them into what pages say.
"""

from django.utils.translation import gettext as _

from mci_portal.common.languages import said

ENROLMENT = "enrolment"
INVITATION = "invitation"
MARKET = "market"
PAYEE = "payee"


def title_of(key: str) -> str:
    """The title of a standing criterion, or the catalogue's own title unchanged."""
    return {
        ENROLMENT: _("Enrollment"),
        INVITATION: _("Invitation"),
        MARKET: _("Market"),
        PAYEE: _("Payee profile"),
    }.get(key) or said(key)


def reason_for(key: str) -> str:
    """One sentence saying why a location cannot be chosen, from the first key its verdict lacks (C-15)."""
    return {
        ENROLMENT: _("This location is not enrolled."),
        INVITATION: _("Your company is not invited to this engagement."),
        MARKET: _("The engagement is not offered in the market of this location."),
    }.get(key) or _("This location does not meet the criterion “%(title)s”.") % {"title": said(key)}
