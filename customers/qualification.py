"""Whether a customer meets the rules of an engagement, and which it misses (R-066, R-067). Pure; no database.

An engagement stores its rules as dicts; the catalogue loader calls ``check_rule``, the wizards and the
Customers page ``unmet``, the Summary page ``describe``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .geographies import same_geography
from .models import Sector
from .reasons import Reason

Rule = dict[str, Any]


class CustomerLike(Protocol):
    """What is judged: a Customer row or a resolved Tenant. Empty facts, None and 0 seats mean "not known"."""

    @property
    def country(self) -> str: ...
    @property
    def seats(self) -> int: ...
    @property
    def sector(self) -> str: ...
    @property
    def products(self) -> Any: ...
    @property
    def tenant_created_on(self) -> date | None: ...
    @property
    def active_users(self) -> Any: ...
    @property
    def planned_consumption(self) -> int | None: ...


def _min_seats(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    if customer.seats >= rule["value"]:
        return None
    return Reason("MINTHNTMT", _seats_detail(customer.seats, rule["value"]))


def _max_seats(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    if 0 < customer.seats <= rule["value"]:
        return None
    if not customer.seats:
        return Reason("CRITERIA", _("The number of paid seats is not known."))
    return Reason(
        "CRITERIA",
        _("It has %(seats)s paid seats; at most %(limit)s are allowed.")
        % {"seats": _grouped(customer.seats), "limit": _grouped(rule["value"])},
    )


def _owns_product(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    owned = {product.casefold() for product in customer.products}
    if any(product.casefold() in owned for product in rule["any_of"]):
        return None
    return Reason("CRITERIA", _("It owns none of: %(products)s.") % {"products": ", ".join(rule["any_of"])})


def _same_geography(_rule: Rule, customer: CustomerLike, country: str, _today: date) -> Reason | None:
    return None if same_geography(customer.country, country) else Reason("GEO")


def _commercial_only(_rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    if customer.sector == Sector.COMMERCIAL:
        return None
    if not customer.sector:
        return Reason("CRITERIA", _("It is not known whether the customer is commercial."))
    return Reason("CUSPUBSEC")


def _countries(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    if customer.country in rule["any_of"]:
        return None
    return Reason("CRITERIA", _("It is in none of: %(countries)s.") % {"countries": ", ".join(rule["any_of"])})


def _new_tenant(rule: Rule, customer: CustomerLike, _country: str, today: date) -> Reason | None:
    created_on = customer.tenant_created_on
    if created_on is not None and 0 <= (today - created_on).days <= rule["value"]:
        return None
    return Reason("CUSNOTNEW")


def _min_active_users(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    users = customer.active_users.get(rule["workload"])
    if users is None:
        return Reason("MINTHNTMT", _users_not_known(rule))
    if users >= rule["value"]:
        return None
    return Reason(
        "MINTHNTMT",
        _("It has %(users)s monthly active users of %(workload)s; at least %(needed)s are needed.")
        % {"users": _grouped(users), "workload": rule["workload"], "needed": _grouped(rule["value"])},
    )


def _max_active_users(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    users = customer.active_users.get(rule["workload"])
    if users is None:
        return Reason("CRITERIA", _users_not_known(rule))
    if users <= rule["value"]:
        return None
    return Reason(
        "CRITERIA",
        _("It has %(users)s monthly active users of %(workload)s; at most %(limit)s are allowed.")
        % {"users": _grouped(users), "workload": rule["workload"], "limit": _grouped(rule["value"])},
    )


def _users_not_known(rule: Rule) -> str:
    return _("The number of monthly active users of %(workload)s is not known.") % {"workload": rule["workload"]}


def _planned_consumption(rule: Rule, customer: CustomerLike, _country: str, _today: date) -> Reason | None:
    """``from`` belongs to the band, ``to`` to the next one, so that a figure lies in one band only."""
    planned = customer.planned_consumption
    if planned is None:
        return Reason("CRITERIA", _("The consumption that is planned for the first year is not known."))
    if planned < rule["from"]:
        return Reason(
            "MINTHNTMT",
            _("It plans to consume %(planned)s in the first year; at least %(needed)s are needed.")
            % {"planned": _dollars(planned), "needed": _dollars(rule["from"])},
        )
    if planned >= rule.get("to", planned + 1):
        return Reason(
            "CRITERIA",
            _("It plans to consume %(planned)s in the first year; this engagement is for less than %(limit)s.")
            % {"planned": _dollars(planned), "limit": _dollars(rule["to"])},
        )
    return None


def _band(rule: Rule) -> str:
    least = _dollars(rule["from"])
    if "to" not in rule:
        return _("Plans to consume at least %(least)s of Azure in the first year") % {"least": least}
    return _("Plans to consume between %(least)s and less than %(limit)s of Azure in the first year") % {
        "least": least,
        "limit": _dollars(rule["to"]),
    }


def _dollars(amount: int) -> str:
    return f"{_grouped(amount)} USD"


def _grouped(number: int) -> str:
    """12,000 or 12.000, as the reader writes it."""
    return number_format(number, force_grouping=True)


def _seats_detail(seats: int, needed: int) -> str:
    if not seats:
        return _("The number of paid seats is not known; at least %(needed)s are needed.") % {
            "needed": _grouped(needed)
        }
    return _("It has %(seats)s paid seats; at least %(needed)s are needed.") % {
        "seats": _grouped(seats),
        "needed": _grouped(needed),
    }


@dataclass(frozen=True)
class RuleKind:
    """A kind of rule: the arguments it takes, its judgement, its sentence, and the arguments it may do without."""

    arguments: tuple[str, ...]
    judge: Callable[[Rule, CustomerLike, str, date], Reason | None]
    sentence: Callable[[Rule], str]
    optional: tuple[str, ...] = ()


RULE_KINDS = {
    "min_seats": RuleKind(
        ("value",),
        _min_seats,
        lambda rule: (
            ngettext("At least %(n)s paid seat", "At least %(n)s paid seats", rule["value"])
            % {"n": _grouped(rule["value"])}
        ),
    ),
    "max_seats": RuleKind(
        ("value",),
        _max_seats,
        lambda rule: (
            ngettext("At most %(n)s paid seat", "At most %(n)s paid seats", rule["value"])
            % {"n": _grouped(rule["value"])}
        ),
    ),
    "owns_product": RuleKind(
        ("any_of",),
        _owns_product,
        lambda rule: _("Owns one of: %(products)s") % {"products": ", ".join(rule["any_of"])},
    ),
    "same_geography": RuleKind(
        (), _same_geography, lambda rule: _("In the same geography as the location of the claim")
    ),
    "commercial_only": RuleKind(
        (), _commercial_only, lambda rule: _("Commercial customer (not public sector or education)")
    ),
    "countries": RuleKind(
        ("any_of",), _countries, lambda rule: _("In one of: %(countries)s") % {"countries": ", ".join(rule["any_of"])}
    ),
    "new_tenant": RuleKind(
        ("value",),
        _new_tenant,
        lambda rule: (
            ngettext(
                "Tenant created within the last %(n)s day", "Tenant created within the last %(n)s days", rule["value"]
            )
            % {"n": _grouped(rule["value"])}
        ),
    ),
    "min_active_users": RuleKind(
        ("value", "workload"),
        _min_active_users,
        lambda rule: (
            ngettext(
                "At least %(n)s monthly active user of %(workload)s",
                "At least %(n)s monthly active users of %(workload)s",
                rule["value"],
            )
            % {"n": _grouped(rule["value"]), "workload": rule["workload"]}
        ),
    ),
    "max_active_users": RuleKind(
        ("value", "workload"),
        _max_active_users,
        lambda rule: (
            ngettext(
                "At most %(n)s monthly active user of %(workload)s",
                "At most %(n)s monthly active users of %(workload)s",
                rule["value"],
            )
            % {"n": _grouped(rule["value"]), "workload": rule["workload"]}
        ),
    ),
    "planned_consumption": RuleKind(("from",), _planned_consumption, _band, optional=("to",)),
}


def unmet(rules: list[Rule], customer: CustomerLike, partner_country: str, today: date) -> list[Reason]:
    """Return every rule that the customer misses, in the order of the rules; an empty list means eligible.

    ``partner_country`` is the ISO code of the claim's location. What is not known counts as not met.
    Rules must have passed ``check_rule``.
    """
    verdicts = (RULE_KINDS[rule["kind"]].judge(rule, customer, partner_country, today) for rule in rules)
    return [reason for reason in verdicts if reason is not None]


def describe(rule: Rule) -> str:
    """Return the rule as a line of the Summary page, without a full stop."""
    return RULE_KINDS[rule["kind"]].sentence(rule)


def check_rule(rule: object) -> None:
    """Refuse a rule that nobody could judge: raises ValueError with one English sentence for the operator."""
    kind = rule.get("kind") if isinstance(rule, dict) else None
    if not isinstance(rule, dict) or not isinstance(kind, str) or kind not in RULE_KINDS:
        raise ValueError(f"Unknown kind of customer rule: {kind!r}. Known are {', '.join(RULE_KINDS)}.")
    known = RULE_KINDS[kind]
    given, needed = set(rule) - {"kind"}, set(known.arguments)
    if not needed <= given or not given <= needed | set(known.optional):
        takes = ", ".join((*known.arguments, *known.optional)) or "nothing"
        raise ValueError(f"The customer rule {kind} takes {takes} beside its kind.")
    for argument in sorted(given & {"value", "from", "to"}):
        if not isinstance(rule[argument], int) or isinstance(rule[argument], bool) or rule[argument] < 1:
            raise ValueError(f"The {argument} of the customer rule {kind} must be a whole number from 1.")
    if "any_of" in given and not _is_list_of_words(rule["any_of"]):
        raise ValueError(f"The customer rule {kind} needs any_of, a list of at least one text.")
    if "workload" in given and not (isinstance(rule["workload"], str) and rule["workload"].strip()):
        raise ValueError(f"The customer rule {kind} needs a workload, such as Teams.")
    if kind == "planned_consumption" and rule.get("to", rule["from"] + 1) <= rule["from"]:
        raise ValueError("The band of planned consumption must end above where it begins.")
    if kind == "countries" and not all(re.fullmatch("[A-Z]{2}", code) for code in rule["any_of"]):
        raise ValueError("The countries of a customer rule are two-letter codes in upper case, for example US.")


def _is_list_of_words(given: object) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(word, str) and word.strip() for word in given)
