"""The only list of periodic jobs.

Intervals are fixed and every entry expires before its next tick: a queue that was blocked does not run them twice.
Local due times (a shop's evening) are computed in SQL by the job, never here.
"""

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "health-heartbeat": {
        "task": "marketplace.health.beaten",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "escrow-releases": {"task": "escrow.releases.matured", "schedule": 60.0, "options": {"expires": 55}},
    "store-imports": {"task": "store.import.swept", "schedule": 60.0, "options": {"expires": 55}},
    "aftersales-runs": {"task": "aftersales.run.swept", "schedule": 60.0, "options": {"expires": 55}},
    "aftersales-automatic": {"task": "aftersales.run.scheduled", "schedule": 300.0, "options": {"expires": 290}},
    "aftersales-payouts": {"task": "aftersales.payouts.swept", "schedule": 60.0, "options": {"expires": 55}},
    "intent-trainings": {"task": "retention_intents.training.swept", "schedule": 60.0, "options": {"expires": 55}},
    "aftersales-forecasts": {"task": "aftersales.forecast.swept", "schedule": 60.0, "options": {"expires": 55}},
    "retention-cases": {"task": "aftersales.refund_retention.swept", "schedule": 30.0, "options": {"expires": 25}},
    # Two seconds: one merchant's flood must not keep another's first message waiting for five.
    "account-letters": {"task": "accounts.letters.swept", "schedule": 15.0, "options": {"expires": 14}},
    "account-sign-ups": {"task": "accounts.signups.purged", "schedule": 3600.0, "options": {"expires": 3500}},
    "outbox-messages": {"task": "outbox.messages.swept", "schedule": 2.0, "options": {"expires": 1.9}},
    "guards-approvals": {"task": "guards.approvals.expired", "schedule": 300.0, "options": {"expires": 290}},
    "disputes-clock": {"task": "disputes.clock.swept", "schedule": 60.0, "options": {"expires": 55}},
    "reviews-rounds": {"task": "reviews.rounds.swept", "schedule": 300.0, "options": {"expires": 290}},
    "reviews-pulses": {"task": "reviews.pulses.asked", "schedule": 3600.0, "options": {"expires": 3500}},
    "rooms-letters": {"task": "rooms.letters.swept", "schedule": 60.0, "options": {"expires": 55}},
    "moderation-standings": {"task": "moderation.standing.swept", "schedule": 300.0, "options": {"expires": 290}},
    "api-answers": {"task": "api.answers.forgotten", "schedule": 3600.0, "options": {"expires": 3500}},
    "guards-books": {"task": "guards.books.scheduled", "schedule": 900.0, "options": {"expires": 890}},
    "scorecards-month": {"task": "scorecards.month.swept", "schedule": 3600.0, "options": {"expires": 3500}},
    "scorecards-levels": {"task": "scorecards.levels.swept", "schedule": 3600.0, "options": {"expires": 3500}},
    "profiles-capacity": {"task": "profiles.capacity.swept", "schedule": 900.0, "options": {"expires": 890}},
    "onboarding-dates": {"task": "onboarding.dates.checked", "schedule": 3600.0, "options": {"expires": 3500}},
    "onboarding-exits": {"task": "onboarding.exits.swept", "schedule": 300.0, "options": {"expires": 290}},
    "payouts-week": {"task": "payouts.week.drafted", "schedule": 3600.0, "options": {"expires": 3500}},
    "outcomes-measuring": {"task": "outcomes.measuring.swept", "schedule": 3600.0, "options": {"expires": 3500}},
    "payouts-debts": {"task": "payouts.debts.swept", "schedule": 3600.0, "options": {"expires": 3500}},
    "payouts-books": {"task": "payouts.books.compared", "schedule": 3600.0, "options": {"expires": 3500}},
    "payouts-statements": {"task": "payouts.statements.swept", "schedule": 3600.0, "options": {"expires": 3500}},
    "hiring-due": {"task": "hiring.due.swept", "schedule": 60.0, "options": {"expires": 55}},
    "payments-due": {"task": "payments.pay_ins.swept", "schedule": 60.0, "options": {"expires": 55}},
    "shifts-weeks": {"task": "shifts.weeks.swept", "schedule": 300.0, "options": {"expires": 290}},
    "invoices-reminders": {"task": "invoices.reminders.swept", "schedule": 3600.0, "options": {"expires": 3500}},
    # Asks every hour whether this night was checked already.
    "escrow-books": {"task": "escrow.books.checked", "schedule": 3600.0, "options": {"expires": 3500}},
    "payments-autopay": {"task": "payments.autopay.swept", "schedule": 300.0, "options": {"expires": 290}},
    "service-timers": {"task": "service.timers.swept", "schedule": 60.0, "options": {"expires": 55}},
    "insights-views": {"task": "insights.views.swept", "schedule": 60.0, "options": {"expires": 55}},
    "discovery-words": {"task": "discovery.words.counted", "schedule": 3600.0, "options": {"expires": 3500}},
}
