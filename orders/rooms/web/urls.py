"""The same pages for both consoles: merchants at /talks/, service providers at /desk/talks/."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import View, requires
from marketplace.accounts.roles import Permission
from orders.rooms.web import views
from orders.rooms.web.showing import WRITES
from providers.onboarding.uploads import takes_documents


def _pages(kind: str) -> list[URLPattern]:
    def looks(view: View) -> View:
        return require_safe(requires(Permission.VIEW_CONSOLE, kind=kind)(view))

    def writes(view: View) -> View:
        return takes_documents(require_POST(requires(WRITES[kind], kind=kind)(view)))

    exports = requires(Permission.EXPORT, kind=kind)
    return [
        path("", looks(views.talk_list), name="list"),
        path("export/", require_safe(exports(views.export)), name="export"),
        path("<int:pk>/", looks(views.detail), name="detail"),
        path("<int:pk>/log/", looks(views.log), name="log"),
        path("<int:pk>/post/", writes(views.post), name="post"),
        path("<int:pk>/read/", require_POST(requires(Permission.VIEW_CONSOLE, kind=kind)(views.read)), name="read"),
        path("<int:pk>/evidence/", require_POST(exports(views.evidence)), name="evidence"),
        path("decisions/<int:pk>/", writes(views.answer), name="answer"),
        path("files/<int:pk>/", looks(views.file), name="file"),
    ]


def _new() -> View:
    return takes_documents(require_http_methods(["GET", "HEAD", "POST"])(requires(Permission.HIRE)(views.new)))


merchant_urls = ([*_pages("merchant"), path("new/", _new(), name="new")], "talks")
provider_urls = (_pages("provider"), "desk_talks")
