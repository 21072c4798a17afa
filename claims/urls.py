"""Addresses of the claims: the partner's, the reviewer's, and those that a mailed link opens."""

from django.urls import include, path

from claims.pages import (
    actions,
    ask_consent,
    associate,
    association,
    claim,
    claims_list,
    contacts,
    documents,
    earning,
    earnings,
    export,
    history,
    partner_survey,
    public_consent,
    public_opt_out,
    public_survey,
    public_withdraw,
    review_association,
    review_claim,
    review_documents,
    review_queue,
    saved_views,
    statuses,
    superseded,
    ticked,
)

claims: list = [
    path("", claims_list.claims_list, name="list"),
    path("views/", saved_views.views, name="views"),
    path("views/columns/", saved_views.columns, name="columns"),
    path("views/<int:view_id>/", saved_views.change, name="view"),
    path("ticked/", ticked.ticked, name="ticked"),
    path("associate/", associate.associate, name="associate"),
    path("export/", export.choose, name="export"),
    path("export.csv", export.as_csv, name="export_csv"),
    path("export.xlsx", export.as_xlsx, name="export_xlsx"),
    path("export/<str:export_ref>/", export.progress, name="export_progress"),
    path("export/<str:export_ref>/file/", export.fetch, name="export_file"),
    path("<int:number>/", claim.detail, name="detail"),
    path("<int:number>/association/", associate.edit, name="association"),
    path("<int:number>/dispute/", association.dispute, name="dispute"),
    path("<int:number>/ask-to-reject/", association.ask_to_reject, name="ask_to_reject"),
    path("<int:number>/disassociate/", association.disassociate, name="disassociate"),
    path("<int:number>/again/", association.again, name="again"),
    path("<int:number>/submit/", claim.submit, name="submit"),
    path("<int:number>/comments/", claim.comment, name="comment"),
    path("<int:number>/issues/<int:issue_id>/", claim.answer_issue, name="answer_issue"),
    path("<int:number>/contacts/", contacts.edit, name="contacts"),
    path("<int:number>/consent/", ask_consent.ask_consent, name="consent"),
    path("<int:number>/survey/", partner_survey.go_to_survey, name="survey"),
    path("<int:number>/survey/send/", partner_survey.send, name="send_partner_survey"),
    path("<int:number>/history/", history.history, name="history"),
    path("<int:number>/documents/<int:document_id>/", documents.download, name="download"),
    path("<int:number>/documents/<int:requirement_id>/upload/", documents.upload, name="upload"),
    path("<int:number>/documents/<int:requirement_id>/remove/", documents.remove, name="remove"),
    path("<int:number>/do/<slug:action>/", actions.perform, name="do"),
]
earnings_pages: list = [
    path("", earnings.earnings, name="list"),
    path("<int:number>/", earning.earning, name="detail"),
    path("<int:number>/move/", earning.move, name="move"),
]
review: list = [
    path("", review_queue.queue, name="queue"),
    path("<int:number>/", review_claim.claim, name="claim"),
    path("<int:number>/approve/", review_claim.approve, name="approve"),
    path("<int:number>/reject/", review_claim.reject, name="reject"),
    path("<int:number>/request-action/", review_claim.request_action, name="request_action"),
    path("<int:number>/confirm-rejection/", review_association.confirm_rejection, name="confirm_rejection"),
    path("<int:number>/end-association/", review_association.end_association, name="end_association"),
    path("<int:number>/comments/", review_claim.comment, name="comment"),
    path("<int:number>/documents/<int:document_id>/", review_documents.show, name="document"),
    path("<int:number>/documents/<int:document_id>/<int:page>/", review_documents.page, name="document_page"),
]
public: list = [
    path("consent/<str:token>/", public_consent.read_and_answer, name="consent"),
    path("consent/<str:token>/forward/", public_consent.forward, name="consent_forward"),
    path("consent/<str:token>/withdraw/", public_withdraw.withdraw, name="withdraw"),
    path("opt-out/<str:token>/", public_opt_out.read_and_opt_out, name="opt_out"),
    path("survey/<str:token>/", public_survey.fill_in, name="survey"),
]

superseded_pages: list = [path("", superseded.templates, name="templates")]

urlpatterns = [
    path("operator/templates/", include((superseded_pages, "superseded"))),
    path("incentives/statuses/", statuses.definitions, name="statuses"),
    path("demo/claims/", statuses.demo, name="demo_claims"),
    path("incentives/claims/", include((claims, "claims"))),
    path("incentives/earnings/", include((earnings_pages, "earnings"))),
    path("review/", include((review, "review"))),
    path("", include((public, "public"))),
]
