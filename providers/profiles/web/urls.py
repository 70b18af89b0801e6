"""URLs of profiles: the provider's own pages below /desk/, the merchant's below /cases/."""

from django.urls import include, path

from providers.profiles.web import answers, capacity, cases, profile, team

profile_urls = (
    [
        path("", profile.home, name="home"),
        path("about/", profile.about, name="about"),
        path("work/", profile.work, name="work"),
        path("team/", team.people, name="team"),
        path("certificates/", team.certificates, name="certificates"),
        path("act/", profile.act, name="act"),
    ],
    "profile",
)
capacity_urls = (
    [
        path("", capacity.home, name="home"),
        path("pauses/", capacity.add, name="add"),
        path("pauses/remove/", capacity.remove, name="remove"),
    ],
    "capacity",
)
case_urls = (
    [
        path("", cases.case_list, name="list"),
        path("new/", cases.new, name="new"),
        path("<int:pk>/", cases.detail, name="detail"),
        path("<int:pk>/act/", cases.act, name="act"),
    ],
    "cases",
)
answer_urls = (
    [
        path("", answers.answer_list, name="list"),
        path("<int:pk>/withdraw/", answers.withdraw, name="withdraw"),
        path("<str:token>/", answers.link, name="link"),
    ],
    "case_answers",
)
desk_urls = [
    path("profile/", include(profile_urls)),
    path("capacity/", include(capacity_urls)),
    path("cases/", include(case_urls)),
]
