"""The list pages: against the floor, against a small world, and how many statements they take (measures 1 to 6)."""

from claims.models import Claim
from claims.queries import claims_list
from claims.statuses import Status
from engagements.models import Area, Engagement
from mci_portal.accounts.models import Location
from mci_portal.common import paging
from tests.bench.measure import CPU_MARGIN, WALL_MARGIN, Measure, interleaved
from tests.bench.requests import Browser, floor
from tests.bench.worlds import World

LIST = "/incentives/claims/"
PAGE = f"{LIST}?per_page=50"


def run(small: World, large: World) -> list[Measure]:
    return [*_against_floor(large), *_against_small(small, large), *_statements(large)]


def _against_floor(world: World) -> list[Measure]:
    with world.entered():
        partner = world.partner_of_size(500)
        browser, queue = Browser(world.admin_of(partner)), Browser(world.reviewer)
        largest = Browser(world.admin)
        next_page = f"{PAGE}&sort=-updated&at={_cursor(partner, 0.5)}"
        costs = interleaved({
            "floor": floor(partner),
            "page": lambda: browser.get(f"{PAGE}&status=approved"),
            "swap": lambda: browser.get(f"{PAGE}&status=approved", "rows"),
            "next": lambda: browser.get(next_page, "rows"),
            "sort": lambda: browser.get(f"{PAGE}&sort=customer", "rows"),
            "largest": lambda: largest.get(f"{PAGE}&status=approved"),
            "queue": lambda: queue.get("/review/?per_page=50"),
        }, rounds=9)  # fmt: skip
    base = costs["floor"]
    swap = max(costs[name].cpu for name in ("swap", "next", "sort"))
    spread = f"floor {base.wall:.2f} ms, CPU {base.cpu:.2f}"
    told = [
        Measure(number, f"{what}: CPU / floor", costs[name].cpu / base.cpu, note=f"{costs[name].wall:.1f} ms wall")
        for number, what, name in (
            ("1b", "the largest partner's Customer claims", "largest"),
            ("1c", "review queue", "queue"),
        )
    ]
    return [
        Measure("1", "Customer claims, full page: CPU / floor", costs["page"].cpu / base.cpu, 1.0, 1.3,
                margin=CPU_MARGIN, note=f"{spread}; page {costs['page'].wall:.2f} ms"),
        *told,
        Measure("2", "its HTMX swap, worst of filter, sort, next: CPU / floor", swap / base.cpu, 0.6, 0.9,
                margin=CPU_MARGIN, note=f"filter {costs['swap'].wall:.2f} ms"),
    ]  # fmt: skip


def _cursor(partner: int, place: float, order: tuple[str, ...] = ("-updated_at", "-id")) -> str:
    """The mark of a page ``place`` of the way through a partner's claims."""
    claims = Claim.objects.filter(partner_id=partner).order_by(*order)
    skipped = min(int(claims.count() * place), max(claims.count() - 51, 0))
    return paging._write(order, claims.values("updated_at", "id")[skipped], "n")


def _addresses(world: World) -> dict[str, str]:
    slug = Engagement.objects.filter(role="build_intent").order_by("pk").first().slug
    location = Location.objects.filter(partner=world.largest).order_by("pk").last().pk
    word = Claim.objects.filter(partner_id=world.largest).order_by("-id").values_list("name", flat=True)[0].split()[1]
    return {
        "first page": PAGE,
        "middle page": f"{PAGE}&at={_cursor(world.largest, 0.5)}",
        "last page": f"{PAGE}&at={_cursor(world.largest, 1)}",
        **{f"tab {area}": f"{PAGE}&area={area}" for area in Area.values},
        **{f"sort {key}": f"{PAGE}&sort={key}" for key in claims_list.SORTS},
        "filter status": f"{PAGE}&status={Status.AWAITING_CONSENT}",
        "filter engagement": f"{PAGE}&engagement={slug}",
        "filter location": f"{PAGE}&location={location}",
        "search": f"{PAGE}&q={word}",
    }


def _against_small(small: World, large: World) -> list[Measure]:
    """Each kind of page of the largest partner here and there, in turns."""
    browsers, addresses = {}, {}
    for world in (small, large):
        with world.entered():
            browsers[world.name], addresses[world.name] = Browser(world.admin), _addresses(world)

    def load(world: World, kind: str):
        def call():
            with world.entered():
                return browsers[world.name].get(addresses[world.name][kind])

        return call

    lines = []
    for kind in addresses[small.name]:
        costs = interleaved({"small": load(small, kind), "large": load(large, kind)}, rounds=15, repeat=1)
        wall, cpu = costs["large"].wall / costs["small"].wall, costs["large"].cpu / costs["small"].cpu
        lines.append((wall, cpu, kind, f"{costs['small'].wall:.1f} -> {costs['large'].wall:.1f} ms"))
    worst, hungriest = max(lines), max(lines, key=lambda line: line[1])
    sizes = f"{small.sizes[small.largest]} -> {large.sizes[large.largest]} claims of the partner"
    return [
        Measure("4", f"page at {large.claims} / at {small.claims} claims, worst: wall", worst[0], 1.25, 1.6,
                margin=WALL_MARGIN, note=f"{worst[2]}, {worst[3]}; {sizes}"),
        Measure("4", "the same: CPU", hungriest[1], 1.05, 1.15, margin=CPU_MARGIN, note=hungriest[2]),
        *(Measure("", f"   {kind}: wall", wall, note=f"{note}; CPU {cpu:.2f}") for wall, cpu, kind, note in lines),
    ]  # fmt: skip


def _statements(world: World) -> list[Measure]:
    with world.entered():
        counts = {}
        for size in (1, 50, 500):
            partner = world.partner_of_size(size)
            counts[world.sizes[partner]] = len(Browser(world.admin_of(partner)).statements(f"{LIST}?per_page=100"))
        engagements = Browser(world.admin).statements("/incentives/engagements/")
    data = [sql for sql in engagements if "engagements_engagement" in sql]
    rows = ", ".join(f"{count} at {size} rows" for size, count in counts.items())
    return [
        Measure("5", "statements per list page, session and user included", max(counts.values()), 3, 4, unit="",
                note=rows),
        Measure("5", "   most minus fewest of them", max(counts.values()) - min(counts.values()), 0, 0, unit=""),
        Measure("6", "engagements list: data statements", len(data), 1, 1, unit="",
                note=f"{len(engagements)} in all, one of them the number of the attention tab"),
    ]  # fmt: skip
