"""Hands out the form to fill in for a piece of evidence (R-048)."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from engagements.models import EvidenceTemplate
from engagements.pages import engagement_for
from engagements.templates_in_force import open_file
from mci_portal.accounts.access import Rule, access


@access(Rule.INCENTIVES)
@require_safe
def download(request: HttpRequest, slug: str, template_id: int) -> FileResponse:
    """A template of this engagement, as an attachment; 404 for one of an engagement the reader may not know of."""
    engagement = engagement_for(request.actor, slug)
    template = EvidenceTemplate.objects.filter(pk=template_id, requirement__engagement=engagement).first()
    file = open_file(template) if template else None
    if template is None or file is None:
        raise Http404
    return FileResponse(file, as_attachment=True, filename=template.file)
