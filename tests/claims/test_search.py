"""The search box over claims: words, their beginnings and numbers; nothing typed has a meaning of its own."""

import pytest

from claims.models import Claim
from claims.queries.search import matching
from claims.statuses import Status as S
from tests.factories import CustomerFactory, claim_in
from tests.rows import EngagementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims() -> dict[str, Claim]:
    def claim(customer: str, domain: str, engagement: str, name: str) -> Claim:
        return claim_in(
            S.CUSTOMER_CLAIMED,
            customer=CustomerFactory(name=customer, domain=domain),
            engagement=EngagementFactory(name=engagement),
            name=name,
        )

    return {
        "northwind": claim("Northwind Traders", "northwindtraders.example", "Endpoint workshop", "Autumn pilot"),
        "mueller": claim("Müller-Lüdenscheidt O'Brien", "mueller.example", "Azure Migration 2.0", "100% off_site"),
        "south": claim("Southridge Video", "southridge.example", "Teams Phone", "Northern branch"),
    }


def found(claims: dict[str, Claim], q: str) -> set[str]:
    hits = set(matching(Claim.objects.all(), q))
    return {key for key, claim in claims.items() if claim in hits}


@pytest.mark.parametrize(
    ("q", "hits"),
    [
        ("northwind", {"northwind"}),
        ("NORTHWIND traders", {"northwind"}),
        ("traders north", {"northwind"}),
        ("nor", {"northwind", "south"}),
        ("orthwind", set()),
        ("endpoint", {"northwind"}),
        ("autumn northwind", {"northwind"}),
        ("autumn southridge", set()),
        ("müller", {"mueller"}),
        ("mu\u0308ller", {"mueller"}),
        ("Müller-Lüd", {"mueller"}),
        ("o'brien", {"mueller"}),
        ("2.0", {"mueller"}),
        ("northwindtraders.example", {"northwind"}),
        ("southridge.ex", {"south"}),
        ("example", set()),
        ("", {"northwind", "mueller", "south"}),
        ("   ", {"northwind", "mueller", "south"}),
    ],
)
def test_search_finds_claims_by_the_beginnings_of_all_words(claims, q, hits):
    """R-144: customer, claim name, engagement and domain."""
    assert found(claims, q) == hits


def test_search_finds_a_claim_by_its_number_and_its_beginning(claims):
    """R-144."""
    number = str(claims["south"].number)
    assert found(claims, number) == {"south"}
    assert found(claims, f" {number} southridge") == {"south"}
    assert found(claims, number[:5]) == {"northwind", "mueller", "south"}
    assert found(claims, "9999999") == set()
    assert found(claims, "9" * 19) == set()


@pytest.mark.parametrize(
    "q",
    [
        "%", "_", "%_%", "\\", "'", "''", "' | north", "north | south", "north & !south", "(north", "north)", "<->",
        "north:*", "!northwind", "north:A", "*", ":", "'northwind':*", "northwind\\", "$$north$$", "a'b.c", "--", "-",
        ".", "northwind.", ".northwind", "a..b", "x" * 100, "🙂", "日本", "ไทย", "\u200b", "1e5", "0x10",
        "-1", "(" * 100, "a.b-c.d",
    ],
)  # fmt: skip
def test_characters_with_a_meaning_elsewhere_are_taken_literally(claims, q):
    """B09: no error, and never more than what the words alone would find."""
    words_only = "".join(letter if letter.isalnum() else " " for letter in q).strip()
    if not words_only:
        assert found(claims, q) == set()
    else:
        assert found(claims, q) <= found(claims, words_only)


def test_long_search_looks_for_its_first_words_only(claims, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert found(claims, "northwind " * 50) == {"northwind"}
