"""Which countries count as one geography for the "same geography" criterion. Used by qualification."""

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


def same_geography(one: str, other: str) -> bool:
    """Whether two ISO 3166 codes lie in one geography; an unknown (empty) country is in none."""
    if not one or not other:
        return False
    return one == other or any(one in region and other in region for region in (EUROPE, UNITED_STATES))
