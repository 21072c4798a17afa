"""Add customer from Customer claims: for which role, and which engagement (R-141, R-142, C-31)."""

from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.associations import ROLE_HELP
from customers.identity import IdType
from eligibility.models import Verdict
from engagements.availability import Availability, availability
from engagements.models import Area, PartnerRole
from engagements.queries import visible_to
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now


@require_safe
@access(Rule.PARTNER)
def add_any(request):
    """Engagements of one solution area that are open and earn at one of the user's locations: those of build intent
    lead into the wizard, with ``?role=use`` those of use or consume to their form."""
    area = request.GET.get("area") or Area.MODERN_WORK_AND_SECURITY
    if area not in Area.values:
        raise BadRequest(_("There is no such solution area."))
    use = request.GET.get("role") == "use"
    roles = ((_("Build intent – Partner activities"), ""), (_("Use or consume"), "use"))
    context = {
        "use": use,
        "roles": [
            {"label": label, "url": f"{request.path}?area={area}&role={role}", "current": use == bool(role)}
            for label, role in roles
        ],
        "crumbs": [
            (_("Home"), reverse("accounts:home")),
            (_("Incentives"), reverse("engagements:list")),
            (_("Customer claims"), reverse("claims:list")),
            (_("Add customer"), ""),
        ],
        "tabs": [
            {
                "label": name,
                "url": f"{request.path}?area={value}" + ("&role=use" if use else ""),
                "current": value == area,
            }
            for value, name in Area.choices
        ],
        "rows": _rows(request.actor, area, database_now().date(), use),
        "cancel_url": reverse("claims:list"),
    }
    return render(request, "customers/choose.html", context)


def _rows(actor, area: str, today, use: bool) -> list[dict]:
    earning = Verdict.objects.filter(actor.location_filter(), eligible=True).values("engagement_id")
    wanted = {"is_cpor": True} if use else {"role": PartnerRole.BUILD_INTENT}
    offered = visible_to(actor.partner_id).filter(area=area, pk__in=earning, **wanted)
    return [
        {
            "name": engagement.name,
            "url": f"{reverse('claims:associate')}?engagement={engagement.slug}"
            if use
            else reverse("customers:add", args=(engagement.slug,)),
            "role": engagement.get_role_display(),
            "help": ROLE_HELP.get(engagement.role, ""),
            "pay": engagement.get_pay_display(),
            "ids": ", ".join(str(IdType(code).label) for code in engagement.id_types),
        }
        for engagement in offered.order_by("name")
        if availability(engagement, today) == Availability.ACTIVE
    ]
