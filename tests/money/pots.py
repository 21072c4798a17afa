"""A pot of money for tests (``engagements.models.Cap``)."""

from datetime import date

from engagements.models import Cap, CappedEngagement, Engagement


def pot(
    amount: int,
    *engagements: Engagement,
    scope: str = Cap.Scope.GLOBAL,
    countries: list[str] | None = None,
    since: date = date(2026, 1, 1),
    until: date | None = None,
) -> Cap:
    """One pot of ``amount`` USD that these engagements are paid from."""
    cap = Cap.objects.create(
        code=f"pot-{Cap.objects.count()}",
        name=f"Pot {amount}",
        scope=scope,
        countries=countries or [],
        amount=amount,
        valid_from=since,
        valid_to=until,
    )
    for engagement in engagements:
        CappedEngagement.objects.create(cap=cap, engagement=engagement)
    return cap
