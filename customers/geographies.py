"""Which countries count as one geography for the "same geography" criterion, and which region reviews their claims."""

# The European Economic Area with Switzerland and the United Kingdom sells as one region; so do the
# United States with their territories. Every other country is a geography of its own.
EUROPE = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
UNITED_STATES = frozenset(["US", "PR", "GU", "VI", "AS", "MP"])

# Who reviews a claim follows from the country of its location; what stands in neither list is Europe, the Middle East
# or Africa.
REVIEWED_IN_ASIA = frozenset(
    "AF AS AU BD BN BT CK CN FJ FM GU HK ID IN JP KH KI KR LA LK MH MM MN MO MP MV MY NC NP NR NZ PF PG PH PK PW SB SG"
    " TH TL TO TV TW VN VU WS".split()
)
REVIEWED_IN_AMERICAS = frozenset(
    "AG AI AR AW BB BM BO BQ BR BS BZ CA CL CO CR CW DM DO EC FK GD GF GL GP GT GY HN HT JM KN KY LC MQ MS MX NI PA PE"
    " PM PR PY SR SV SX TC TT US UY VC VE VG VI".split()
)


def reviewing_region(country: str) -> str:
    """The region that reviews claims of a location in ``country`` (ISO 3166): "americas", "asia" or "emea"."""
    if country in REVIEWED_IN_ASIA:
        return "asia"
    return "americas" if country in REVIEWED_IN_AMERICAS else "emea"


def same_geography(one: str, other: str) -> bool:
    """Whether two ISO 3166 codes lie in one geography; an unknown (empty) country is in none."""
    if not one or not other:
        return False
    return one == other or any(one in region and other in region for region in (EUROPE, UNITED_STATES))
