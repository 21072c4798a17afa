"""Why a customer cannot be claimed, and what the partner can do (R-066 to R-068). Used by every page that refuses one.

No sentence names another partner: the table is fixed, and details are numbers, products and countries only.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from engagements import wordings

# code -> (sentence, what you can do), unless operators word it otherwise
REASONS = {
    "CUSPUBSEC": (
        _("This engagement is for commercial customers, and this customer belongs to the public sector or education."),
        _("Choose an engagement that is open to the public sector, or another customer."),
    ),
    "CUSNOTNEW": (
        _("The customer's tenant was created outside the period that this engagement allows."),
        _("Choose an engagement without a limit on the age of the tenant."),
    ),
    "CUSEQPTR": (
        _("The customer is your own company."),
        _("Choose a customer outside your company."),
    ),
    "IVDCUST": (
        _("This customer was already counted for this engagement."),
        _("Choose another engagement for this customer."),
    ),
    "IVDADV": (
        _("Your company does not hold the specialization that this engagement asks for."),
        _("Earn the specialization. The Eligibility page names those that count."),
    ),
    "IVDCOMP": (
        _("Your company does not hold the designation or competency that this engagement asks for, or it has expired."),
        _("Reach the designation, or renew it. The Eligibility page names those that count."),
    ),
    "IVDCOSELL": (
        _("No co-sell deal with Microsoft has been established for this customer."),
        _("Register the deal for co-selling with your Microsoft seller, then try again."),
    ),
    "IVDMPA": (
        _("The partner agreement that this engagement asks for is not signed, or it has expired."),
        _("Ask your Global admin to sign the agreement."),
    ),
    "IVDMPN": (
        _("This location ID is not eligible for the engagement."),
        _("Choose another location, or see the missing criteria on the Eligibility page."),
    ),
    "IVDGEO": (
        _("The engagement is not offered in the country of this location."),
        _("Choose a location in a country where the engagement is offered."),
    ),
    "IVDPTRROLE": (
        _("The partner role does not fit this engagement."),
        _("Choose the role that the engagement asks for."),
    ),
    "IVDCLD": (
        _("The customer uses a cloud that this engagement does not cover."),
        _("Enter a tenant ID of the customer in the commercial cloud."),
    ),
    "IVDPOE": (
        _("The proof of execution was not approved."),
        _("See the issues on the claim and send corrected documents."),
    ),
    "MINTHNTMT": (
        _("The customer does not reach the minimum of this engagement."),
        _("Another ID of the same customer may qualify: try its tenant ID or its TPID."),
    ),
    "MXTMCPMT": (
        _("The time allowed since an earlier claim is over."),
        _("Choose another engagement for this customer."),
    ),
    "LIMCUST": (
        _("The customer has reached the number of claims it may have."),
        _("Wait until one of its claims is finished, or choose another customer."),
    ),
    "LIMPTR": (
        _("Your company has reached the number of claims it may have for this engagement."),
        _("Wait until one of your claims is finished, or choose another engagement."),
    ),
    "LIMCAP": (
        _("The money that is set aside for this engagement is used up or reserved."),
        _("See what is left on the Summary page. Reserved money is free again when a claim is canceled or expires."),
    ),
    "OTHPTR": (
        _("The customer gave consent to another partner for this engagement."),
        _("Ask the customer, or choose another engagement."),
    ),
    "DONEOTH": (
        _("The customer already did this engagement with another partner."),
        _("Choose another engagement for this customer."),
    ),
    "NOTENR": (
        _("The location is not enrolled in the incentive program."),
        _("Choose an enrolled location, or finish the enrollment first."),
    ),
    "PAYEE": (
        _("The payout and tax profile of the location is incomplete."),
        _("Complete the profile on the Payout and tax page."),
    ),
    "GEO": (
        _("The customer is in another geography than the location."),
        _("Choose a location in the customer's geography."),
    ),
    "OPPINV": (
        _("The opportunity is not valid for this engagement."),
        _("Check that the MSX opportunity is open and in the right sales stage, or enter another one."),
    ),
    "CLOSED": (
        _("The engagement is closed to new claims."),
        _("Choose an active engagement."),
    ),
    # Of revenue and usage; no claim of the portal is refused for them.
    "CHREVNONCH": (
        _("Revenue from China counts only for locations in China, and other revenue only for locations elsewhere."),
        _("Nothing can be done for this revenue. Bill it through a location of the same geography."),
    ),
    "INVTNXACO": (
        _("The customer pays with Azure credits that Microsoft granted, and such consumption does not count."),
        _("Wait until the credits are used up or have ended."),
    ),
    "PAULWPHWM": (
        _("The paid units are not above the highest number counted so far."),
        _("Units count again once the customer has more of them than ever before."),
    ),
    "MAULWPHWM": (
        _("The monthly active users are not above the highest number counted so far."),
        _("Users count again once the customer has more of them than ever before."),
    ),
    "CRITERIA": (
        _("The customer does not meet the criteria of this engagement."),
        _("Compare the criteria on the Summary page, or try another ID of the customer."),
    ),
}


@dataclass(frozen=True)
class Reason:
    """One code of the table, with an already translated detail such as the number that is missing."""

    code: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.code not in REASONS:
            raise ValueError(f"unknown reason code: {self.code}")

    @property
    def sentence(self) -> str:
        """Why not, in one or two sentences."""
        words = wordings.book().text(wordings.List.REFUSAL, self.code, REASONS[self.code][0])
        return f"{words} {self.detail}".rstrip()

    @property
    def advice(self) -> str:
        """What the partner can do about it."""
        return wordings.book().advice(wordings.List.REFUSAL, self.code, REASONS[self.code][1])
