"""Django admin's own list of the same claims, narrowed to one partner, beside ours (measure 3).

The admin is the portal's own, given the nine columns that our list shows; it has neither tick boxes nor commands in its
rows, which would make it dearer. Both pages hold the same 50 claims of one status and go through the whole middleware.
"""

from django.contrib import admin

from claims.models import Claim
from mci_portal.accounts.models import MicrosoftRole, User
from tests.bench.bench_pages import PAGE
from tests.bench.measure import CPU_MARGIN, Measure, interleaved
from tests.bench.requests import Browser
from tests.bench.worlds import World

COLUMNS = ("number", "name", "customer", "engagement", "location", "status", "due_at", "amount", "updated_at")
LIKE_ADMIN = f"{PAGE}&status=approved" + "".join(
    f"&columns={code}"
    for code in ("number", "name", "customer", "engagement", "location", "status", "due", "amount", "updated")
)


def run(small: World, large: World) -> list[Measure]:
    with large.entered():
        partner = large.partner_of_size(500)
        ours, theirs = Browser(large.admin_of(partner)), Browser(_operator())
        address = f"/admin/claims/claim/?partner__id__exact={partner}&status__exact=approved"
        shown = admin.site.get_model_admin(Claim)
        before = shown.list_display, shown.list_select_related
        shown.list_display, shown.list_select_related = COLUMNS, ("customer", "engagement", "location")
        try:
            costs = interleaved({
                "admin": lambda: theirs.get(address),
                "nine": lambda: ours.get(LIKE_ADMIN),
                "ours": lambda: ours.get(f"{PAGE}&status=approved"),
            }, rounds=9)  # fmt: skip
            asked = len(theirs.statements(address))
        finally:
            shown.list_display, shown.list_select_related = before
    told = f"{asked} statements there; CPU {costs['admin'].cpu:.1f} and {costs['ours'].cpu:.1f} ms"
    return [
        Measure("3", "Django admin narrowed to one partner / ours: CPU", costs["admin"].cpu / costs["ours"].cpu, 6, 4.5,
                more_is_better=True, margin=CPU_MARGIN, note=told),
        Measure("", "   ours with the admin's nine columns", costs["admin"].cpu / costs["nine"].cpu),
    ]  # fmt: skip


def _operator() -> User:
    facts = {"name": "Operator", "microsoft_role": MicrosoftRole.OPERATOR, "is_staff": True, "password": "!"}
    user, _made = User.objects.get_or_create(email="operator@microsoft.example", defaults=facts)
    return user
