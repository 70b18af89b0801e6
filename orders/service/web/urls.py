"""The addresses of contracts: the same pages under /contracts/ for merchants and /desk/jobs/ for providers, and who may."""

from django.urls import URLPattern, include, path

from orders.service.terms import Side
from orders.service.web import acts, autopay, buying, lists, money, pages, papers, revising
from orders.service.web.side import acts as needs
from orders.service.web.side import exports, looks


def shared(side: Side) -> list[URLPattern]:
    """What both sides have."""
    sees = looks(side)
    return [
        path("", sees(lists.contract_list), name="list"),
        path("export/", exports(side)(lists.export), name="export"),
        path("<int:pk>/", sees(pages.detail), name="detail"),
        path("<int:pk>/contract/", sees(pages.contract), name="contract"),
        path("<int:pk>/pdf/", sees(papers.pdf), name="pdf"),
        path("<int:pk>/accept/", needs(side, "accept")(acts.sign), name="sign"),
        path("<int:pk>/change/", needs(side, "revise")(revising.change), name="change"),
        path("<int:pk>/extend/", needs(side, "revise")(acts.extending), name="extend"),
        path("<int:pk>/cancel/", needs(side, "cancel")(acts.order_act("cancel")), name="cancel"),
        path("<int:pk>/notice/", needs(side, "give_notice")(acts.order_act("give_notice")), name="notice"),
        path(
            "<int:pk>/withdraw-notice/", needs(side, "withdraw_notice")(acts.order_act("withdraw_notice")), name="withdraw_notice"
        ),
        path("<int:pk>/end-trial/", needs(side, "end_trial")(acts.order_act("end_trial")), name="end_trial"),
        path("<int:pk>/handover/", needs(side, "hand_over")(acts.hand_over), name="handover"),
        path("milestones/<int:pk>/", sees(pages.milestone), name="milestone"),
        path("milestones/<int:pk>/split/", needs(side, "split")(money.split), name="split"),
        path("milestones/<int:pk>/split/answer/", needs(side, "split")(money.answer), name="split_answer"),
        path("deliveries/<int:pk>/comment/", needs(side, "comment")(acts.comment), name="comment"),
        path("files/<int:pk>/", sees(papers.file), name="file"),
    ]


contracts = [
    *shared("merchant"),
    path("new/", needs("merchant", "draft")(buying.order), name="new"),
    path("<int:pk>/pause/", needs("merchant", "pause")(acts.order_act("pause")), name="pause"),
    path("<int:pk>/resume/", needs("merchant", "resume")(acts.order_act("resume")), name="resume"),
    path(
        "<int:pk>/continue-trial/", needs("merchant", "continue_trial")(acts.order_act("continue_trial")), name="continue_trial"
    ),
    path("<int:pk>/cancel-late/", needs("merchant", "cancel_late")(acts.order_act("cancel_late")), name="cancel_late"),
    path("<int:pk>/autopay/", needs("merchant", "autopay")(autopay.permit), name="autopay"),
    path("<int:pk>/autopay/stop/", needs("merchant", "autopay")(autopay.halt), name="autopay_stop"),
    path("milestones/<int:pk>/fund/", needs("merchant", "fund")(money.fund), name="fund"),
    path("milestones/<int:pk>/accept/", needs("merchant", "accept_milestone")(money.accept), name="accept"),
    path("milestones/<int:pk>/changes/", needs("merchant", "request_changes")(acts.request_changes), name="changes"),
    path("milestones/<int:pk>/longer/", needs("merchant", "extend_review")(acts.look_longer), name="longer"),
]
jobs = [
    *shared("provider"),
    path("board/", looks("provider")(lists.board), name="board"),
    path("calendar/", looks("provider")(lists.calendar), name="calendar"),
    path("milestones/<int:pk>/deliver/", needs("provider", "deliver")(acts.deliver), name="deliver"),
    path("milestones/<int:pk>/give-back/", needs("provider", "refund")(acts.give_back), name="give_back"),
]
urlpatterns = [
    path("contracts/", include((contracts, "contracts"))),
    path("desk/jobs/", include((jobs, "jobs"))),
]
