"""Settings of the organization and of the person, and answering an invitation."""

from django.urls import include, path

from marketplace.accounts.web import account, joining, members

organization_urls = [
    path("members/", members.home, name="members"),
    path("members/export/", members.export, name="members_export"),
    path("members/<int:pk>/", members.change, name="member"),
    path("members/remove/", members.remove, name="remove_member"),
    path("members/invite/", members.invite, name="invite"),
    path("members/invitations/<int:pk>/resend/", members.resend, name="resend"),
    path("members/invitations/<int:pk>/revoke/", members.revoke, name="revoke"),
    path("organization/", members.rename, name="organization"),
    path("organization/second-step/", members.second_step, name="second_step"),
    path("organization/switch/", account.switch, name="switch"),
    path("organization/leave/", account.leave, name="leave"),
]
own_urls = [
    path("settings/account/", account.account, name="account"),
    path("settings/account/sessions/end/", account.end_session, name="end_session"),
    path("settings/account/sessions/end-all/", account.end_sessions, name="end_sessions"),
    path("viewing/end/", account.viewing_end, name="viewing_end"),
]
urlpatterns = [
    path("settings/", include((organization_urls, "settings"))),
    path("", include((own_urls, "own"))),
    path("i18n/setlang/", account.language, name="set_language"),
    path("join/", joining.join, name="join"),
    path("join/<str:token>/", joining.link, name="join_link"),
]
