"""The tables by what the database promises about them, each exception with its reason, and the catalogue's own answers."""

from collections.abc import Callable
from typing import Any

from marketplace.tenancy.guard import shared_tables, tenant_tables

Catalogue = Callable[..., list[tuple[Any, ...]]]
TABLES = sorted(tenant_tables())
OWNERS = tenant_tables()
#: Tables of a merchant and a service provider, with the column that names the second.
SHARED = shared_tables()
#: The roots of them: only the merchant makes and removes such rows.
MADE_BY_MERCHANTS: set[str] = {
    "escrow_deal",
    "escrow_feeline",
    "hiring_invitation",
    "invoices_serviceinvoice",
    "offers_coupon",
    "service_serviceorder",
    "workrooms_conversation",
}
#: Tables the second party only reads: what the market computed, and what only the merchant says.
READ_BY_PROVIDERS = {"outcomes_outcomeagreement", "outcomes_outcomerow", "reviews_pulse"}

#: Tables without a tenant, each with the reason why.
GLOBAL = {
    "accounts_user": "a person may belong to several organizations; found by e-mail before any tenant is known",
    "accounts_user_groups": "Django's groups of staff",
    "accounts_user_user_permissions": "Django's permissions of staff",
    "account_emailaddress": "allauth: addresses of people, used before any tenant is known",
    "accounts_letter": "letters about people's own accounts, sealed; sent before any organization is known",
    "accounts_signup": "who has not confirmed the mailbox yet; there is no organization before that",
    "mfa_authenticator": "allauth: second steps of people; secrets are sealed",
    "usersessions_usersession": "allauth: where people are signed in",
    "account_emailconfirmation": "allauth: confirmation of addresses",
    "auth_group": "Django's groups of staff",
    "auth_group_permissions": "Django's groups of staff",
    "auth_permission": "Django's list of permissions",
    "django_admin_log": "written by the admin site, for staff",
    "django_content_type": "Django's list of models",
    "django_migrations": "bookkeeping of migrations",
    "django_session": "found by its random key before any tenant is known",
    "moderation_autoapproval": "staff's rules of what passes by itself",
    "moderation_holiday": "the market's calendar, kept by staff",
    "moderation_reasontemplate": "staff's reasons for decisions",
    "payments_straypayment": "money that arrived without a reference: nobody's until staff find its owner",
    "discovery_word": "words that occur in public titles; read by every search, written by the system role",
    "catalogue_category": "what can be offered, the same for everybody; staff edit it",
    "catalogue_categoryattribute": "what is asked of a service, the same for everybody; staff edit it",
    "payouts_payoutbatch": "a week's payouts, of the market: neither names nor amounts",
    "payouts_bookcase": "staff's list of where ledger and records differ; the application has no right to it",
    "escrow_booksrun": "when the books were checked; the application has no right to it",
    "escrow_booksfinding": "staff's list of what the books do not add up to; the application has no right to it",
    "payouts_batchproof": "the bank's confirmation of a batch, sealed; for staff",
    "onboarding_trialrule": "how many orders come before the deposit, the same for everybody; staff edit it",
    "escrow_commissionrule": "the market's fees, the same for everybody; staff edit them",
    "escrow_waiver": "what is free of fees for a while; staff edit it",
    "health_workerheartbeat": "which workers are alive; nothing of a tenant's",
}
#: Projections of what is published: everybody reads them, only their owner writes (see `public_table`).
PUBLIC_TABLES: dict[str, str] = {
    "listings_publiclisting": "provider_id",
    "profiles_publicprovider": "provider_id",
    "scorecards_publicscore": "provider_id",
    "discovery_searchdocument": "provider_id",
    "hiring_publicbrief": "merchant_id",
    "reviews_publicreview": "provider_id",
}
POLICIES = {  # besides `tenant`
    "accounts_membership": {"own_memberships": "a person sees his memberships before a tenant is chosen"},
    "accounts_organization": {"own_organizations": "and the names of the organizations he belongs to"},
}
PLAIN_KEYS = {
    "accounts_membership": "referred to by nothing",
    "store_stagedrow": "has no key at all: one bulk load, one index, emptied afterwards",
}
GLOBAL_UNIQUE = {
    "invoices_commissionpaper": ["number"],  # issued by the market only; a number is one paper
    "accounts_invitation": ["token_hash"],  # a link is looked up before any tenant is known; only a hash is stored
    "accounts_organization": ["slug"],  # a slug is a public name; create_organization() hands back its id
    "onboarding_deposittransfer": ["bank_reference"],  # entered by staff only; one bank transfer is one company's deposit
    "payments_payback": ["request_id"],  # random
    "payments_payin": ["reference"],  # random
    "payouts_payout": ["bank_reference"],  # entered by staff only; one movement at the bank pays one company
}
#: A payment company's own number, which nobody but it chooses: one transaction is one payment.
TRANSACTIONS = [("payments_payin", ["gateway", "transaction"])]
READ_ONLY = {"ledger_ledgeraccount", "ledger_ledgertransfer", "ledger_ledgerentry"}
APPEND_ONLY = {
    "invoices_servicepaper",
    "invoices_commissionpaper",
    "payouts_statement",
    "payouts_payoutproof",
    "escrow_feeline",
    "escrow_refund",
    "escrow_reversal",
    "escrow_roll",
    "hiring_proposalversion",
    "outbox_reply",
    "outbox_sandboxsms",
    "guards_casenote",
    "audit_auditevent",
    "aftersales_sandboxpayment",
    "buyers_linkuse",
    "measurement_assignment",
    "outcomes_outcomebuyer",
    "outcomes_outcomerow",
    "onboarding_deduction",
    "scorecards_scoreevent",
    "scorecards_strike",
    "service_delivery",
    "service_deliveryfile",
    "service_deliverychunk",
    "service_deliverycomment",
    "service_changerequest",
    "payments_gatewaynotice",
    "payments_payinproof",
    "payments_payinproofchunk",
    "disputes_disputestep",
    "reviews_merchantsealed",
    "reviews_providersealed",
    "workrooms_message",
    "workrooms_messagefile",
    "workrooms_sharedfile",
    "workrooms_sharedfilechunk",
}
#: Rows that are there or not, and say nothing that could change.
NEVER_CHANGED = {"offers_offerrefusal"}
NEVER_DELETED = {
    "invoices_serviceinvoice",
    "invoices_commissioninvoice",
    "escrow_deal",
    "escrow_hold",
    "escrow_release",
    "hiring_brief",
    "hiring_invitation",
    "hiring_proposal",
    "offers_coupon",
    "payouts_payoutaccount",
    "payouts_payout",
    "payouts_debthold",
    "listings_listing",
    "listings_listingversion",
    "accounts_invitation",
    "accounts_viewing",
    "outbox_channelsettings",
    "outbox_deliveryattempt",
    "outbox_endpoint",
    "outbox_message",
    "outbox_notice",
    "outbox_suppression",
    "outbox_template",
    "aftersales_programpolicy",
    "aftersales_programrun",
    "aftersales_claim",
    "aftersales_payout",
    "measurement_experiment",
    "outcomes_outcomeagreement",
    "previews_forecast",
    "guards_approval",
    "guards_alert",
    "guards_breaker",
    "guards_budget",
    "guards_budgetuse",
    "guards_guardsettings",
    "guards_killswitch",
    "guards_reconciliationcase",
    "guards_reconciliationrun",
    "guards_skuhold",
    "guards_spendhour",
    "api_apikey",
    "refund_retention_retentioncase",
    "retention_intents_intentlabel",
    "retention_intents_intenttraining",
    "moderation_appeal",
    "moderation_penalty",
    "moderation_providerstanding",
    "moderation_report",
    "moderation_review",
    "presale_balance_enrolment",
    "presale_balance_touch",
    "onboarding_application",
    "onboarding_qualification",
    "onboarding_document",
    "onboarding_deposittransfer",
    "onboarding_exit",
    "onboarding_export",
    "profiles_profile",
    "profiles_caseconsent",
    "scorecards_scorecard",
    "scorecards_levelstate",
    "scorecards_improvementplan",
    "insights_listingviews",
    "service_serviceorder",
    "service_contractversion",
    "service_milestone",
    "service_splitproposal",
    "service_handoveritem",
    "service_timer",
    "payments_payin",
    "payments_payback",
    "payments_paymentcase",
    "payments_sandboxcharge",
    "payments_autopay",
    "payments_autopayinvoice",
    "disputes_dispute",
    "shifts_timesheet",
    "reviews_reviewround",
    "reviews_pulse",
    "workrooms_conversation",
    "workrooms_decision",
    "workrooms_readmark",
}


def per_table(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {table: [] for table in TABLES}
    for table, *rest in rows:
        if table in found:
            found[table].append(rest[0] if len(rest) == 1 else tuple(rest))
    return found


REFERENCES = """
SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
  ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (no, n)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.no ORDER BY k.n),
  ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k (no, n)
        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.no ORDER BY k.n), c.convalidated
FROM pg_constraint c WHERE c.contype = 'f' ORDER BY 1, 3
"""


def references(catalogue: Catalogue) -> list[tuple[str, str, list[str], list[str], bool]]:
    """Foreign keys between tenant tables, but for those to the tenant itself."""
    return [
        row  # type: ignore[misc]
        for row in catalogue(REFERENCES)
        if row[0] in OWNERS and row[1] in OWNERS and row[1] != "accounts_organization"
    ]
