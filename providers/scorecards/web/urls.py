"""URLs of scores."""

from django.urls import include, path

from providers.scorecards.web import levels, score

score_urls = (
    [
        path("", score.home, name="home"),
        path("events/", score.events, name="events"),
        path("events/export/", score.export, name="export"),
        path("events/<int:pk>/", score.event, name="event"),
        path("plan/", score.plan, name="plan"),
        path("parts/", score.part, name="part"),
    ],
    "score",
)
desk_urls = [path("score/", include(score_urls))]
public_urls = [path("levels/", levels.levels, name="levels")]
