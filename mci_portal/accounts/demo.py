"""The cast of the demo world as the sign-in page introduces it. The adapter refuses its password outside the demo."""

from django.utils.translation import gettext_lazy as _

PASSWORD = "Demo-portal-2021"  # noqa: S105 - public on purpose, and worth nothing outside the demo

ACCOUNTS = (
    ("ana@contoso.example", _("Incentives admin, Contoso Consulting")),
    ("ben@contoso.example", _("Incentives user, Contoso Consulting, Redmond only")),
    ("omar@fabrikam.example", _("Incentives admin, Fabrikam Services")),
    ("rita@microsoft.example", _("Microsoft reviewer")),
    ("ravi@microsoft.example", _("Microsoft reviewer")),
    ("olga@microsoft.example", _("Program operator")),
    ("fay@microsoft.example", _("Finance viewer")),
    ("arthur@microsoft.example", _("Auditor")),
)
