"""Addresses of the outbox: what people were told, and the mail log behind it."""

from django.urls import path

from mci_portal.outbox.pages import action_center, archived, bell, completed, mail_log, mailbox, marks, note

app_name = "outbox"
urlpatterns = [
    path("action-center/", action_center.action_center, name="action_center"),
    path("action-center/count/", action_center.count, name="count"),
    path("action-center/bell/", bell.bell, name="bell"),
    path("action-center/completed/", completed.completed, name="completed"),
    path("action-center/archived/", archived.archived, name="archived"),
    path("action-center/hide-note/", note.hide_note, name="hide_note"),
    path("action-center/read/", marks.mark_read, name="mark_read"),
    path("action-center/archive/", marks.archive, name="archive"),
    path("action-center/unarchive/", marks.unarchive, name="unarchive"),
    path("operator/mail/", mail_log.mail_log, name="mail_log"),
    path("operator/mail/<int:message_id>/", mail_log.entry, name="mail_log_entry"),
    path("operator/mail/<int:message_id>/retry/", mail_log.retry, name="retry"),
    path("demo/mailbox/", mailbox.mailbox, name="mailbox"),
    path("demo/mailbox/<int:message_id>/", mailbox.mail, name="mail"),
    path("demo/mailbox/<int:message_id>/html/", mailbox.mail_html, name="mail_html"),
    path("demo/mailbox/<int:message_id>/attachment/", mailbox.mail_attachment, name="mail_attachment"),
]
