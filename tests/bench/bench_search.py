"""Search over all partners: the index of word beginnings against plain icontains over joined text (measure 7)."""

from django.db.models import Q

from claims.models import Claim
from claims.queries.search import matching
from tests.bench.measure import WALL_MARGIN, Measure, interleaved
from tests.bench.worlds import World

SHOWN = 51


def run(small: World, large: World) -> list[Measure]:
    with large.entered():
        name = Claim.objects.order_by("id").values_list("customer__name", flat=True)[large.claims // 2]
        rare = name.split()[1]
        claims = Claim.objects.order_by("-updated_at", "-id").values_list("id", "number", "name", "customer__name")
        plainly = claims.filter(
            Q(customer__name__icontains=rare) | Q(name__icontains=rare) | Q(engagement__name__icontains=rare)
        )
        costs = interleaved(
            {"ours": lambda: list(matching(claims, rare)[:SHOWN]), "icontains": lambda: list(plainly[:SHOWN])},
            rounds=5,
            repeat=1,
        )
    ratio = costs["icontains"].wall / costs["ours"].wall
    note = f"{costs['icontains'].wall:.0f} / {costs['ours'].wall:.1f} ms for “{rare}”"
    # At a hundredth of the rows icontains is a hundredth as slow; the limits are those of a million claims.
    bounds = (40, 20) if large.claims >= 1_000_000 else (None, None)
    return [Measure("7", "search, all partners: icontains / ours", ratio, *bounds, True, WALL_MARGIN, note=note)]
