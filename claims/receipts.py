"""The customer's answer on paper: one PDF page that both sides keep (R-121). Mails and the claim page call it."""

from datetime import UTC

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims.mails.moments import moment
from claims.models import ConsentRequest

FONT = "Selawik"
FONT_FILES = {"": "selawk.ttf", "B": "selawksb.ttf"}


def receipt_pdf(request: ConsentRequest) -> bytes:
    """The record of an answered request: who, when, from where, and the very words that were shown.

    The same request gives the same bytes, so a mail that is repeated carries the same file.
    """
    from fpdf import FPDF  # loads slowly, and only mails with a receipt need it
    from fpdf.fonts import TTFFont

    claim = request.claim
    pdf = FPDF(format="A4")
    pdf.set_margin(20)
    pdf.set_auto_page_break(True, margin=20)
    pdf.set_creation_date((request.used_at or request.created_at).astimezone(UTC))
    for style, file in FONT_FILES.items():
        pdf.add_font(FONT, style, settings.BASE_DIR / "static" / "fonts" / file)
    known = {code for font in pdf.fonts.values() if isinstance(font, TTFFont) for code in font.cmap}
    pdf.add_page()

    def write(text: str, size: int = 11, style: str = "", after: int = 2) -> None:
        pdf.set_font(FONT, style, size)
        pdf.multi_cell(0, size * 0.5, _spelled(text, known), align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(after)

    title = _("Receipt of a customer's answer")
    pdf.set_title(title)
    pdf.set_lang(request.language)
    pdf.set_creator(settings.PRODUCT_NAME)
    write(settings.PRODUCT_NAME, 10)
    write(title, 18, "B", after=4)
    for label, value in _facts(request):
        write(label, 9, after=0)
        write(value, 11, "B")
    if request.text_shown:
        write(_("Words shown and answered (version {version})").format(version=request.text_version), 13, "B")
    for paragraph in request.text_shown.split("\n"):
        if paragraph.strip():
            write(paragraph)
    write(_("Claim {number}").format(number=claim.number), 9)
    return bytes(pdf.output())


def _facts(request: ConsentRequest) -> list[tuple[str, str]]:
    claim = request.claim
    return [
        (_("Decision"), request.get_decision_display()),
        (_("Partner"), claim.partner.legal_name),
        (_("Engagement"), claim.engagement.name),
        (_("Customer"), claim.customer.name),
        *_recorded(request),
        (_("Customer's name") if request.recorded else _("Name as typed"), request.typed_name),
        (_("E-mail address asked"), request.to_email),
        (_("Answered on"), moment(request.used_at)),
        (_("IP address"), request.ip_address or "-"),
        (_("Browser"), request.user_agent or "-"),
        (_("Language"), dict(settings.LANGUAGES).get(request.language, request.language)),
    ]


def _recorded(request: ConsentRequest) -> list[tuple[str, str]]:
    """Section 22: the customer did not click himself; who entered it, and from what."""
    row = request.recorded
    if row is None:
        return []
    return [
        (_("Recorded on the customer's behalf by"), _("{name} of Microsoft").format(name=row.recorded_by_name)),
        (_("Answer given on"), date_format(row.given_on, pgettext("date format", "F j, Y"))),
        (_("How it reached Microsoft"), row.channel),
        (_("Evidence"), f"{row.name} (SHA-256 {row.sha256})"),
    ]


def _spelled(text: str, known: set[int]) -> str:
    """Letters that the font cannot draw are named by their code, so that the record loses nothing."""
    return "".join(char if ord(char) in known or char in "\n\t" else f"[U+{ord(char):04X}]" for char in text)
