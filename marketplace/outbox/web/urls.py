"""URLs of the outbox's pages."""

from django.urls import path

from marketplace.outbox.web import channels, consent, lists, notices, wordings

app_name = "messages"
urlpatterns = [
    path("", lists.message_list, name="list"),
    path("export/", lists.message_export, name="export"),
    path("<int:pk>/", lists.message_detail, name="detail"),
    path("given-up/", lists.given_up, name="given_up"),
    path("given-up/replay/", lists.replay, name="replay"),
    path("templates/", wordings.wording_list, name="wordings"),
    path("templates/edit/", wordings.edit, name="wording"),
    path("templates/preview/", wordings.preview, name="preview"),
    path("templates/reset/", wordings.reset, name="reset_wording"),
    path("templates/<int:pk>/decide/", wordings.decide, name="decide_wording"),
    path("suppressions/", consent.suppression_list, name="suppressions"),
    path("suppressions/export/", consent.export, name="suppressions_export"),
    path("suppressions/import/", consent.import_file, name="suppressions_import"),
    path("suppressions/<int:pk>/remove/", consent.remove, name="unsuppress"),
    path("channels/", channels.home, name="channels"),
    path("channels/endpoints/", channels.add, name="add_endpoint"),
    path("channels/endpoints/<int:pk>/", channels.change, name="endpoint"),
    path("notices/", notices.home, name="notices"),
    path("notices/read/", notices.read, name="read_notices"),
]
