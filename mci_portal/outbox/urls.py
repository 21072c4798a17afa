"""Addresses of the outbox: what people were told, and the mail log behind it."""

from django.urls import path

from mci_portal.outbox.pages import action_center, mail_log, mailbox

app_name = "outbox"
urlpatterns = [
    path("action-center/", action_center.action_center, name="action_center"),
    path("action-center/count/", action_center.count, name="count"),
    path("action-center/read/", action_center.mark_read, name="mark_read"),
    path("operator/mail/", mail_log.mail_log, name="mail_log"),
    path("operator/mail/<int:message_id>/", mail_log.entry, name="mail_log_entry"),
    path("operator/mail/<int:message_id>/retry/", mail_log.retry, name="retry"),
    path("demo/mailbox/", mailbox.mailbox, name="mailbox"),
    path("demo/mailbox/<int:message_id>/", mailbox.mail, name="mail"),
    path("demo/mailbox/<int:message_id>/html/", mailbox.mail_html, name="mail_html"),
]
