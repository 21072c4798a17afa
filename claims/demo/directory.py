"""The customers that the demo's directory of tenants knows. Munson's Pickles is missing on purpose: no tenant found."""

import uuid
from datetime import date

from customers.models import DirectoryTenant, Opportunity, Sector, Subscription

E3, E5, ENTRA = "Microsoft 365 E3", "Microsoft 365 E5", "Microsoft Entra ID P1"
COMMERCIAL, PUBLIC, EDUCATION = Sector.COMMERCIAL, Sector.PUBLIC, Sector.EDUCATION

# (name, domain without .example, country, seats, TPID, sector, products)
TENANTS = (
    ("Northwind Traders", "northwindtraders", "US", 4200, "640001", COMMERCIAL, (E3, E5, ENTRA)),
    ("Tailspin Toys", "tailspintoys", "US", 800, "640002", COMMERCIAL, (E3, ENTRA)),
    ("Wide World Importers", "wideworldimporters", "NL", 2500, "640003", COMMERCIAL, (E3, ENTRA)),
    ("Woodgrove Bank", "woodgrovebank", "GB", 18000, "640004", COMMERCIAL, (E5, ENTRA)),
    ("Humongous Insurance", "humongousinsurance", "US", 12000, "640005", COMMERCIAL, (E5, ENTRA)),
    ("Humongous Insurance Claims Services", "humongousclaims", "US", 3000, "640005", COMMERCIAL, (E3, ENTRA)),
    ("Lamna Healthcare", "lamnahealthcare", "CA", 6000, "640006", COMMERCIAL, (E5, ENTRA)),
    ("Lucerne Publishing", "lucernepublishing", "CH", 450, "640007", COMMERCIAL, (E3,)),
    ("Alpine Ski House", "alpineskihouse", "AT", 300, "640008", COMMERCIAL, (E3,)),
    ("Fourth Coffee", "fourthcoffee", "US", 1100, "640009", COMMERCIAL, (E3, ENTRA)),
    ("Margie's Travel", "margiestravel", "IE", 1220, "640010", COMMERCIAL, (E3, ENTRA)),
    ("Coho Vineyard", "cohovineyard", "FR", 150, "640011", COMMERCIAL, (E3,)),
    ("City Power & Light", "citypowerlight", "US", 5200, "640012", PUBLIC, (E5, ENTRA)),
    ("Southridge Video", "southridgevideo", "AU", 900, "640013", COMMERCIAL, (E3, ENTRA)),
    ("VanArsdel, Ltd.", "vanarsdel", "SE", 1600, "640014", COMMERCIAL, (E3, ENTRA)),
    ("Wingtip Toys", "wingtiptoys", "DE", 700, "640015", COMMERCIAL, (E3,)),
    ("Blue Yonder Airlines", "blueyonderairlines", "SG", 9000, "640016", COMMERCIAL, (E5, ENTRA)),
    ("Consolidated Messenger", "consolidatedmessenger", "IN", 15000, "640017", COMMERCIAL, (E5, ENTRA)),
    ("Graphic Design Institute", "graphicdesigninstitute", "PL", 2100, "640018", EDUCATION, (E3,)),
    ("The Phone Company", "thephonecompany", "AE", 7500, "640019", COMMERCIAL, (E5, ENTRA)),
    ("School of Fine Art", "schooloffineart", "NZ", 1300, "640020", EDUCATION, (E3,)),
    ("Adventure Works Cycles", "adventureworks", "JP", 3300, "640021", COMMERCIAL, (E5, ENTRA)),
    ("Bellows College", "bellowscollege", "US", 2400, "640022", EDUCATION, (E3,)),
    ("Nod Publishers", "nodpublishers", "BR", 1400, "640023", COMMERCIAL, (E3, ENTRA)),
    ("Best For You Organics", "bestforyouorganics", "CL", 180, "640024", COMMERCIAL, (E3,)),
    ("Fincher Architects", "fincherarchitects", "NO", 1130, "640025", COMMERCIAL, (E3, ENTRA)),
    ("Liberty's Delightful Sinful Bakery & Cafe", "libertysbakery", "MX", 40, "640026", COMMERCIAL, ()),
    ("Baldwin Museum of Science", "baldwinmuseum", "ES", 90, "640027", PUBLIC, ()),
    ("Zava", "zava", "US", 5000, "640028", COMMERCIAL, (E5, ENTRA)),
    ("Fridaycontoso", "fridaycontoso", "US", 1000, "640029", COMMERCIAL, (E3, ENTRA)),
    ("Relecloud", "relecloud", "DE", 2000, "640030", COMMERCIAL, (E5, ENTRA)),
    ("Contoso Consulting", "contoso", "US", 3100, "640031", COMMERCIAL, (E5, ENTRA)),
    ("Coho Winery", "cohowinery", "FR", 1900, "640032", COMMERCIAL, (E3, ENTRA)),
    ("Tailwind Traders", "tailwindtraders", "US", 3600, "640033", COMMERCIAL, (E5, ENTRA)),
    ("Lakeshore Retail", "lakeshoreretail", "CA", 2400, "640034", COMMERCIAL, (E3, ENTRA)),
)
# US dollars of Azure in the first year: one figure for each size of project, and a customer without a plan.
PLANS = (180_000, 30_000, 8_000, 70_000, 400_000, None)
# What is special about a customer's subscription of Dynamics 365; the others can be claimed.
SUBSCRIPTIONS: dict[str, dict] = {
    "fourthcoffee": {"channel": Subscription.Channel.CSP},
    "wingtiptoys": {"provisioned_on": None},
    "cohovineyard": {"ends_on": date(2024, 6, 30)},
    "nodpublishers": {"family": Subscription.Family.OTHER},
}
# No partner has claimed these yet: whoever tries the portal adds them.
UNCLAIMED = {"cohowinery", "tailwindtraders", "lakeshoreretail"}


def domain_of(key: str) -> str:
    return f"{key}.example"


def make_directory() -> None:
    """Write the tenants, each with a subscription of Azure and one of licences, and an open opportunity for every
    other one."""
    for position, (name, key, country, seats, tpid, sector, products) in enumerate(TENANTS):
        tenant = DirectoryTenant.objects.create(
            tenant_id=_guid(key),
            tpid=tpid,
            name=name,
            country=country,
            seats=seats,
            sector=sector,
            products=list(products),
            created_on=date(2017, 1 + position % 12, 1),
            active_users={"Teams": seats * (position % 3 + 2) // 8, ENTRA: seats // 2},
            planned_consumption=PLANS[position % len(PLANS)],
            domains=[domain_of(key)],
            subscription_ids=[_guid(f"{key} subscription")],
        )
        usual = {"family": Subscription.Family.DYNAMICS, "provisioned_on": date(2022, 7, 1)}
        Subscription.objects.create(
            subscription_id=_guid(f"{key} licences"), tenant=tenant, **usual | SUBSCRIPTIONS.get(key, {})
        )
        if position % 2 == 0:
            Opportunity.objects.create(
                msx_id=f"7-DEMO{position:06d}", tenant=tenant, stage=2, amount=60_000, currency="USD", is_open=True
            )


def _guid(text: str) -> uuid.UUID:
    """The same GUID in every demo world."""
    return uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_DNS, f"{text}.demo").bytes, version=4)
