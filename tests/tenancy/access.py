"""Who may open what: every address of the site, its methods and the right each needs. The URLconf is crawled against it."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from marketplace.accounts.roles import Role
from tests.tenancy.fills import invoices as invoice_rows
from tests.tenancy.forms import (
    ASKED,
    BETTER,
    BUDGET,
    DISPUTED,
    GUARD_SETTINGS,
    KEPT,
    LATER,
    NEED,
    NEW_LISTING,
    NO_ROWS,
    OFFER,
    ORDERED,
    OUTCOME,
    PAUSE,
    PAYOUT_ACCOUNT,
    POLICY,
    PRESALE_POLICY,
    PREVIEW,
    PRICES,
    REPORT,
    RETENTION,
    UPLOAD,
    WORDING,
    address_file,
    changed,
    held_claim,
    listing_category,
    need_revision,
    of_id,
    offered_hash,
    open_category,
    other_name,
    outcome_hash,
    paper_file,
    pause_of,
    picture_file,
    prices,
    saves,
    seen_of,
)
from tests.tenancy.world import Filled

ALL = set(Role.values)
#: Which roles have a right, written out: the code's own table is judged by it.
HOLDERS = {
    "view_console": ALL,
    "manage_members": {"owner", "admin"},
    "manage_security": {"owner"},
    "shortlist": {"owner", "admin", "hiring", "operator"},
    "edit_profile": {"owner", "admin", "hiring", "operator"},
    "edit_listings": {"owner", "admin", "hiring", "operator"},
    "onboard": {"owner", "admin", "finance"},
    "view_earnings": {"owner", "admin", "finance", "operator"},
    "view_orders": ALL,
    "view_money": {"owner", "admin", "finance", "operator"},
    "import": {"owner", "admin", "operator"},
    "run_programs": {"owner", "admin", "operator"},
    "edit_policy": {"owner", "admin", "operator"},
    "release_holds": {"owner", "admin", "finance"},
    "approve": {"owner", "admin", "finance"},
    "stop_programs": {"owner", "admin", "finance", "operator"},
    "edit_guards": {"owner", "admin", "finance"},
    "reconcile": {"owner", "admin", "finance"},
    "manage_keys": {"owner", "admin"},
    "export": {"owner"},
    "hire": {"owner", "admin", "hiring"},
    "pay": {"owner", "admin", "finance"},
    "sell": {"owner", "admin", "hiring", "operator"},
    "deliver": {"owner", "admin", "hiring", "operator"},
    "cash_out": {"owner", "admin", "finance"},
}
#: Rights that only the members of one kind of organization can have.
OF_PROVIDERS = {"edit_profile", "edit_listings", "onboard", "view_earnings", "sell", "deliver", "cash_out"}
OF_BOTH = {"view_console", "manage_members", "manage_security", "manage_keys", "export"}


@dataclass(frozen=True)
class Address:
    """An address: the right of each method, the kind of object it names, what its form sends, and whose console it is in.

    `keyword` is the name of the object's part of the address; an object named by a slug has it in `Filled.ids` as well.
    """

    rights: dict[str, str]
    names: str | None = None
    form: dict[str, Any] = field(default_factory=dict)
    kind: str = "merchant"
    keyword: str = "pk"
    #: Whoever's it is, every organization of this kind may see it.
    is_open: bool = False

    def url(self, name: str, of: Filled, **other: Any) -> str:
        if "pk" in other:  # the number of nothing
            other[self.keyword] = other.pop("pk")
        return reverse(name, kwargs={self.keyword: of.ids[self.names], **other} if self.names else other)

    def data(self, of: Filled) -> dict[str, Any]:
        """What the form sends; files are made anew, since they can be read once."""
        return {key: value(of) if callable(value) else value for key, value in self.form.items()}


def listing_address(rights: dict[str, str], **form: Any) -> Address:
    return Address(rights, "listing_slug", form=form, kind="provider", keyword="slug")


WRITES = {"GET": "edit_listings", "POST": "edit_listings"}
EDITED = {"GET": "view_console", "POST": "edit_profile"}


def work_rows(space: str, side: str, signs: str, works: str) -> dict[str, Address]:
    """The pages of contracts that both consoles have."""
    rows: dict[str, tuple[dict[str, str], str | None, dict[str, Any]]] = {
        "list": ({"GET": "view_console"}, None, {}),
        "export": ({"GET": "export"}, None, {}),
        "detail": ({"GET": "view_console"}, "service_order", {}),
        "contract": ({"GET": "view_console"}, "service_order", {}),
        "pdf": ({"GET": "view_console"}, "service_order", {}),
        "sign": ({"POST": signs}, f"{side}_sign", {"read": "on", "hash": offered_hash(f"{side}_sign")}),
        "change": ({"GET": signs, "POST": signs}, f"{side}_change", changed(f"{side}_change")),
        "extend": ({"GET": signs, "POST": signs}, f"{side}_extend", {"name": "More", "amount": "50"}),
        "cancel": ({"POST": signs}, f"{side}_cancel", {}),
        "notice": ({"POST": signs}, f"{side}_notice", {}),
        "withdraw_notice": ({"POST": signs}, f"{side}_withdraw_notice", {}),
        "end_trial": ({"POST": signs}, f"{side}_end_trial", {}),
        "handover": ({"POST": works}, f"{side}_handover", {"item": of_id(f"{side}_handover_item")}),
        "milestone": ({"GET": "view_console"}, "service_milestone", {}),
        "split": ({"GET": signs, "POST": signs}, f"{side}_split", {"to_provider": "10"}),
        "split_answer": (
            {"GET": signs, "POST": signs}, f"{side}_split_answer", {"answer": "decline", "split": "0"},
        ),
        "comment": ({"POST": works}, "service_delivery", {"text": "Well done."}),
        "file": ({"GET": "view_console"}, "work_file", {}),
    }  # fmt: skip
    return {f"{space}:{page}": Address(rights, names, form=form, kind=side) for page, (rights, names, form) in rows.items()}


def wanted(_of: Filled) -> str:
    """The form of a fapiao, each time another one."""
    return f"wanted-{next(prices)}"


FAPIAO = {
    "sort": "general", "amount": "0.01", "title": lambda of: of.merchant.slug, "tax_id": invoice_rows.CODE,
    "key": wanted,
}  # fmt: skip


def invoice_pages(space: str, kind: str, looks: str, acts: str, names: tuple[str, str], **form: Any) -> dict[str, Address]:
    """The pages of one desk of invoices: `names` are a request that can be acted in and a paper."""
    return {
        f"{space}:list": Address({"GET": looks}, kind=kind),
        f"{space}:export": Address({"GET": "export"}, kind=kind),
        f"{space}:detail": Address({"GET": looks}, names[0], kind=kind),
        f"{space}:do": Address({"POST": acts}, names[0], form=form, kind=kind),
        f"{space}:paper": Address({"POST": looks}, names[1], kind=kind),
    }


def asking_pages(space: str, kind: str, acts: str, about: str) -> dict[str, Address]:
    """And where invoices are asked for."""
    return {
        f"{space}:choose": Address({"GET": acts}, kind=kind),
        f"{space}:new": Address({"GET": acts, "POST": acts}, about, form=FAPIAO, kind=kind),
        f"{space}:forget": Address({"POST": acts}, f"{kind}_title", kind=kind),
    }


INVOICES = {
    **invoice_pages("invoices", "merchant", "view_money", "pay", ("invoice", "service_paper"), act="withdraw"),
    **asking_pages("invoices", "merchant", "pay", "invoice_deal"),
    **invoice_pages(
        "fapiao", "provider", "view_earnings", "cash_out", ("issuer_invoice", "service_paper"),
        **{"act": "refuse", "refuse-reason": "Not ours."},
    ),
    **invoice_pages(
        "own_fapiao", "provider", "view_earnings", "cash_out", ("commission", "commission_paper"), act="withdraw"
    ),
    **asking_pages("own_fapiao", "provider", "cash_out", "invoice_statement"),
}  # fmt: skip

ADDRESSES: dict[str, Address] = {
    **INVOICES,
    **work_rows("contracts", "merchant", "hire", "hire"),
    **work_rows("jobs", "provider", "sell", "deliver"),
    "contracts:new": Address({"GET": "hire", "POST": "hire"}, form=ORDERED),
    "contracts:pause": Address({"POST": "hire"}, "work_pause"),
    "contracts:resume": Address({"POST": "hire"}, "work_resume"),
    "contracts:continue_trial": Address({"POST": "hire"}, "work_continue_trial"),
    "contracts:cancel_late": Address({"POST": "hire"}, "work_cancel_late"),
    "contracts:autopay": Address({"GET": "pay", "POST": "pay"}, "standing_order", form={"limit": "5000", "gateway": ""}),
    "contracts:autopay_stop": Address({"POST": "pay"}, "standing_order"),
    "contracts:fund": Address({"GET": "pay", "POST": "pay"}, "work_fund"),
    "contracts:accept": Address({"GET": "hire", "POST": "hire"}, "work_accept"),
    "contracts:changes": Address({"POST": "hire"}, "work_changes", form={"text": "Blue, please."}),
    "contracts:longer": Address({"POST": "hire"}, "work_longer"),
    "jobs:board": Address({"GET": "view_console"}, kind="provider"),
    "jobs:calendar": Address({"GET": "view_console"}, kind="provider"),
    "jobs:deliver": Address({"POST": "deliver"}, "work_deliver", form={"note": "Here it is."}, kind="provider"),
    "jobs:give_back": Address({"POST": "sell"}, "work_give_back", kind="provider"),
    "dashboard": Address({"GET": "view_orders"}),
    "orders:list": Address({"GET": "view_orders"}),
    "orders:export": Address({"GET": "export"}),
    "orders:detail": Address({"GET": "view_orders"}, "order"),
    "skus:list": Address({"GET": "view_orders"}),
    "skus:detail": Address({"GET": "view_orders"}, "sku"),
    "imports:list": Address({"GET": "view_orders", "POST": "import"}, form=UPLOAD),
    "imports:detail": Address({"GET": "view_orders"}, "import"),
    "imports:progress": Address({"GET": "view_orders"}, "import"),
    "imports:quarantine": Address({"GET": "export"}, "import"),
    "imports:correct": Address({"POST": "import"}, "import", form=UPLOAD),
    "imports:prices": Address({"POST": "import"}, form=PRICES),
    "imports:observe": Address({"POST": "import"}),
    "price_protection:home": Address({"GET": "view_orders", "POST": "edit_policy"}, form=POLICY),
    "price_protection:preview": Address({"GET": "run_programs", "POST": "run_programs"}, form=POLICY),
    "price_protection:report": Address({"GET": "view_orders"}),
    "price_protection:report_csv": Address({"GET": "export"}),
    **{
        f"previews:{program}": Address({"GET": "view_orders", "POST": "run_programs"}, form=PREVIEW)
        for program in ("price_protection", "presale_balance", "refund_retention")
    },
    "previews:detail": Address({"GET": "view_orders"}, "forecast"),
    "previews:csv": Address({"GET": "export"}, "forecast"),
    "measurement:presale_balance": Address({"GET": "view_orders"}),
    "measurement:presale_balance_csv": Address({"GET": "export"}),
    "measurement:refund_retention": Address({"GET": "view_orders"}),
    "measurement:refund_retention_csv": Address({"GET": "export"}),
    "price_protection:run": Address({"POST": "run_programs"}),
    "price_protection:claim": Address({"GET": "view_orders"}, "claim"),
    "price_protection:decide": Address({"POST": "release_holds"}, "held", form={"act": "release"}),
    "price_protection:claim_order": Address({"POST": "run_programs"}, "order"),
    "timeline:list": Address({"GET": "view_orders"}),
    "timeline:detail": Address({"GET": "view_orders"}, "buyer"),
    "keys:home": Address({"GET": "manage_keys", "POST": "manage_keys"}, form={"name": "new", "rights": ["view_orders"]}),
    "keys:revoke": Address({"POST": "manage_keys"}, "key"),
    "presale_balance:home": Address({"GET": "view_orders", "POST": "edit_policy"}, form=PRESALE_POLICY),
    "presale_balance:preview": Address({"GET": "run_programs", "POST": "run_programs"}, form=PRESALE_POLICY),
    "presale_balance:run": Address({"POST": "run_programs"}),
    "presale_balance:switch": Address({"POST": "edit_policy"}, form={"to": "on"}),
    "presale_balance:list": Address({"GET": "view_orders"}),
    "presale_balance:export": Address({"GET": "export"}),
    "presale_balance:detail": Address({"GET": "view_orders"}, "enrolment"),
    "refund_retention:home": Address({"GET": "view_orders", "POST": "edit_policy"}, form=RETENTION),
    "refund_retention:preview": Address({"GET": "run_programs", "POST": "run_programs"}, form=RETENTION),
    "refund_retention:run": Address({"POST": "run_programs"}),
    "refund_retention:cases": Address({"GET": "view_orders"}),
    "refund_retention:export_cases": Address({"GET": "export"}),
    "refund_retention:case": Address({"GET": "view_orders"}, "case"),
    "refund_retention:outcome": Address({"POST": "run_programs"}, "case", form={"outcome": "refunded"}),
    "refund_retention:ledger": Address({"GET": "view_orders"}),
    "refund_retention:export_ledger": Address({"GET": "export"}),
    "intents:home": Address({"GET": "run_programs"}),
    "intents:label": Address({"POST": "run_programs"}, "worded_request", form={"intent": "size"}),
    "intents:undo": Address({"POST": "run_programs"}, "intent_label"),
    "intents:train": Address({"POST": "run_programs"}),
    "intents:progress": Address({"GET": "run_programs"}, "training"),
    "messages:list": Address({"GET": "view_orders"}),
    "messages:export": Address({"GET": "export"}),
    "messages:detail": Address({"GET": "view_orders"}, "message"),
    "messages:given_up": Address({"GET": "view_orders"}),
    "messages:replay": Address({"POST": "run_programs"}, form={"act": "all"}),
    "messages:wordings": Address({"GET": "view_orders"}),
    "messages:wording": Address({"GET": "view_orders", "POST": "edit_policy"}, form={**WORDING, "subject": "x", "body": "y"}),
    "messages:preview": Address({"POST": "view_orders"}, form=WORDING),
    "messages:reset_wording": Address({"POST": "edit_policy"}, form=WORDING),
    "messages:decide_wording": Address({"POST": "approve"}, "wording", form={"act": "approve"}),
    "messages:suppressions": Address({"GET": "view_orders", "POST": "run_programs"}, form={"address": "new@x.example"}),
    "messages:suppressions_export": Address({"GET": "export"}),
    "messages:suppressions_import": Address({"POST": "run_programs"}, form={"file": address_file}),
    "messages:unsuppress": Address({"POST": "edit_policy"}, "suppression", form={"reason": "asked for it"}),
    "messages:channels": Address({"GET": "view_orders", "POST": "edit_policy"}, form={"channel": "webhook"}),
    "messages:add_endpoint": Address({"POST": "edit_policy"}, form={"url": "https://new.example/hook"}),
    "messages:endpoint": Address({"POST": "edit_policy"}, "endpoint", form={"act": "replace"}),
    "messages:notices": Address({"GET": "view_console"}),
    "messages:read_notices": Address({"POST": "view_console"}),
    "ledger:home": Address({"GET": "view_money"}),
    "find": Address({"GET": "view_console"}),
    "shortlists:home": Address({"GET": "view_orders", "POST": "shortlist"}, form={"name": lambda _of: f"list {next(prices)}"}),
    "shortlists:add": Address({"GET": "shortlist", "POST": "shortlist"}, form=KEPT),
    "shortlists:detail": Address({"GET": "view_orders"}, "shortlist"),
    "shortlists:rename": Address({"POST": "shortlist"}, "shortlist", form={"name": lambda _of: f"renamed {next(prices)}"}),
    "shortlists:delete": Address({"POST": "shortlist"}, "spare_shortlist"),
    "shortlists:export": Address({"GET": "export"}, "shortlist"),
    "shortlists:drop": Address({"POST": "shortlist"}, "spare_kept"),
    "shortlists:note": Address({"POST": "shortlist"}, "kept", form={"text": "let us ask them"}),
    "shortlists:drop_note": Address({"POST": "shortlist"}, "spare_note"),
    "searches:save": Address({"GET": "shortlist", "POST": "shortlist"}, form={"name": lambda _of: f"search {next(prices)}"}),
    "searches:open": Address({"POST": "shortlist"}, "search"),
    "searches:delete": Address({"POST": "shortlist"}, "spare_search"),
    "services:cost": Address({"GET": "view_orders"}),
    "hiring:list": Address({"GET": "view_console"}),
    "hiring:export": Address({"GET": "export"}),
    "hiring:new": Address({"GET": "hire", "POST": "hire"}, form=NEED),
    "hiring:detail": Address({"GET": "view_console"}, "need"),
    "hiring:edit": Address({"GET": "hire", "POST": "hire"}, "draft_need", form={**NEED, "revision": need_revision}),
    "hiring:act": Address({"POST": "hire"}, "need", form={"act": "copy"}),
    "hiring:matches": Address({"GET": "hire", "POST": "hire"}, "need", form={"provider": "1"}),
    "hiring:compare": Address({"GET": "view_console"}, "need"),
    "hiring:export_comparison": Address({"GET": "export"}, "need"),
    "hiring:proposal": Address({"GET": "view_console"}, "proposal"),
    "hiring:counter": Address(
        {"GET": "hire", "POST": "hire"}, "counter_proposal", form={**OFFER, "seen": seen_of("counter_proposal")}
    ),
    "hiring:proposal_act": Address({"POST": "hire"}, "proposal", form={"act": "decline"}),
    "leads:list": Address({"GET": "view_console"}, kind="provider"),
    "leads:export": Address({"GET": "export"}, kind="provider"),
    "leads:open": Address({"GET": "view_console"}, kind="provider"),
    "leads:export_open": Address({"GET": "export"}, kind="provider"),
    "leads:open_need": Address({"GET": "view_console"}, "open_need", kind="provider", is_open=True),
    "leads:apply": Address({"GET": "sell", "POST": "sell"}, "open_need", form=OFFER, kind="provider", is_open=True),
    "leads:detail": Address({"GET": "view_console"}, "lead", kind="provider"),
    "leads:quote": Address({"GET": "sell", "POST": "sell"}, "lead", form={**OFFER, "seen": seen_of("proposal")}, kind="provider"),
    "leads:act": Address({"POST": "sell"}, "waiting_lead", form={"act": "decline"}, kind="provider"),
    "desk:home": Address({"GET": "view_console"}, kind="provider"),
    "moderation:standing": Address({"GET": "view_console"}, kind="provider"),
    "moderation:appeal": Address({"GET": "onboard", "POST": "onboard"}, "penalty", form={"text": "No."}, kind="provider"),
    "moderation:withdraw_appeal": Address({"POST": "onboard"}, "appeal", kind="provider"),
    "moderation:report": Address({"GET": "view_console", "POST": "view_console"}, form=REPORT),
    "moderation:reports": Address({"GET": "view_console"}),
    "moderation:export_reports": Address({"GET": "export"}),
    "profile:home": Address({"GET": "view_console"}, kind="provider"),
    "profile:about": Address(EDITED, form={"name_en": "New"}, kind="provider"),
    "profile:work": Address(EDITED, form={"cities": ["foshan"]}, kind="provider"),
    "profile:team": Address(EDITED, form={"name_en": "New", "role_en": "Head"}, kind="provider"),
    "profile:certificates": Address(EDITED, form={"name_en": "New", "issuer": "JD"}, kind="provider"),
    "profile:act": Address({"POST": "edit_profile"}, form={"act": "discard"}, kind="provider"),
    "capacity:home": Address(EDITED, form={"timezone": "Asia/Tokyo"}, kind="provider"),
    "capacity:add": Address({"POST": "edit_profile"}, form=PAUSE, kind="provider"),
    "capacity:remove": Address({"POST": "edit_profile"}, form={"pause": pause_of}, kind="provider"),
    "cases:list": Address({"GET": "view_console"}, kind="provider"),
    "cases:new": Address({"GET": "edit_profile", "POST": "edit_profile"}, form={"title_en": "New"}, kind="provider"),
    "cases:detail": Address(EDITED, "case_study", form={"title_en": "Newer"}, kind="provider"),
    "cases:act": Address({"POST": "edit_profile"}, "case_study", form={"act": "ask"}, kind="provider"),
    "score:home": Address({"GET": "view_console"}, kind="provider"),
    "score:part": Address({"GET": "view_console"}, kind="provider"),
    "score:events": Address({"GET": "view_console"}, kind="provider"),
    "score:export": Address({"GET": "export"}, kind="provider"),
    "score:event": Address(EDITED, "score_event", form={"text": "It was another company."}, kind="provider"),
    "score:plan": Address({"POST": "edit_profile"}, form=BETTER, kind="provider"),
    "case_answers:list": Address({"GET": "approve"}),
    "case_answers:link": Address({"GET": "approve", "POST": "approve"}, "case_link", form={"answer": "refuse"}, keyword="token"),
    "case_answers:withdraw": Address({"POST": "approve"}, "case_consent"),
    "desk_listings:list": Address({"GET": "view_console"}, kind="provider"),
    "desk_listings:export": Address({"GET": "export"}, kind="provider"),
    "desk_listings:new": Address({"GET": "edit_listings", "POST": "edit_listings"}, form=NEW_LISTING, kind="provider"),
    "desk_listings:detail": listing_address({"GET": "view_console"}),
    "desk_listings:versions": listing_address({"GET": "view_console"}),
    "desk_listings:preview": listing_address({"GET": "view_console"}),
    "desk_listings:act": listing_address({"POST": "edit_listings"}, act="duplicate"),
    "desk_listings:bring_back": listing_address({"POST": "edit_listings"}, number="1"),
    "desk_listings:upload": listing_address({"POST": "edit_listings"}, picture=picture_file),
    "desk_listings:basics": listing_address(WRITES, category=listing_category, title_en="Shops run", revision=saves("basics")),
    "desk_listings:text": listing_address(WRITES, body_en="What we do", revision=saves("text")),
    "desk_listings:fit": listing_address(WRITES, languages=["english"], revision=saves("fit")),
    "desk_listings:price": listing_address(
        WRITES, **NO_ROWS, pricing_model="quote", currency="CNY", hint_en="On the size", revision=saves("price")
    ),
    "desk_listings:terms": listing_address(WRITES, **NO_ROWS, lead_days="3", revision=saves("terms")),
    "desk_listings:images": listing_address(WRITES, revision=saves("images")),
    **{
        f"{space}:{page}": Address(rights, names, form=form, kind=kind)
        for space, kind, writing in (("talks", "merchant", "hire"), ("desk_talks", "provider", "sell"))
        for page, rights, names, form in (
            ("list", {"GET": "view_console"}, None, {}),
            ("export", {"GET": "export"}, None, {}),
            ("detail", {"GET": "view_console"}, "talk", {}),
            ("log", {"GET": "view_console"}, "talk", {}),
            ("post", {"POST": writing}, "talk", {"text": "Good morning", "key": lambda _of: str(next(prices))}),
            ("read", {"POST": "view_console"}, "talk", {"up_to": "1"}),
            ("evidence", {"POST": "export"}, "talk", {}),
            ("answer", {"POST": writing}, f"{kind}_decision", {"act": "decline" if kind == "merchant" else "withdraw"}),
            ("file", {"GET": "view_console"}, "shared_file", {}),
        )
    },
    **{
        f"{space}:{page}": Address(rights, names, form=form, kind=kind)
        for space, kind, writing in (("disputes", "merchant", "hire"), ("desk_disputes", "provider", "sell"))
        for page, rights, names, form in (
            ("list", {"GET": "view_console"}, None, {}),
            ("export", {"GET": "export"}, None, {}),
            ("detail", {"GET": "view_console"}, "dispute", {}),
            ("share", {"GET": "view_console"}, "dispute", {}),
            ("do", {"POST": writing}, f"{kind}_dispute", {"act": "withdraw"}),
            ("open", {"GET": writing, "POST": writing}, f"{kind}_disputable", DISPUTED),
        )
    },
    **{
        f"{space}:{page}": Address(rights, names, form=form, kind=kind)
        for space, kind, writing, marks in (
            ("reviews", "merchant", "hire", ("quality", "communication", "timeliness", "value")),
            ("desk_reviews", "provider", "sell", ("clarity", "cooperation", "payment")),
        )
        for page, rights, names, form in (
            ("list", {"GET": "view_console"}, None, {}),
            ("export", {"GET": "export"}, None, {}),
            ("detail", {"GET": "view_console"}, "review", {}),
            ("write", {"POST": writing}, "review", {**dict.fromkeys(marks, "4"), "text": "Good."}),
            ("month", {"GET": "view_console"}, "review_month", {}),
        )
    },
    "reviews:mark": Address({"POST": "hire"}, "review_month", form={"mark": "4"}),
    "desk_reviews:answer": Address({"POST": "sell"}, "review_published", form={"text": "Thank you."}, kind="provider"),
    "talks:new": Address({"GET": "hire", "POST": "hire"}, form=ASKED),
    "onboarding:home": Address({"GET": "view_console"}, kind="provider"),
    "onboarding:submit": Address({"POST": "onboard"}, kind="provider"),
    "onboarding:withdraw": Address({"POST": "onboard"}, kind="provider"),
    "onboarding:company": Address({"GET": "onboard", "POST": "onboard"}, form={"company_name": other_name}, kind="provider"),
    "onboarding:person": Address({"GET": "onboard", "POST": "onboard"}, form={"legal_person": other_name}, kind="provider"),
    "onboarding:bank": Address({"GET": "onboard", "POST": "onboard"}, form={"bank_name": other_name}, kind="provider"),
    "onboarding:categories": Address({"GET": "onboard"}, kind="provider"),
    "onboarding:choose": Address({"POST": "onboard"}, form={"category": open_category}, kind="provider"),
    "onboarding:category": Address(
        {"GET": "onboard", "POST": "onboard"}, "qualification", form={"portfolio-file": paper_file}, kind="provider"
    ),
    "onboarding:act": Address({"POST": "onboard"}, "spare_qualification", form={"act": "drop"}, kind="provider"),
    "onboarding:document": Address({"POST": "onboard"}, "document", kind="provider"),
    "onboarding:remove": Address({"POST": "onboard"}, "spare_document", kind="provider"),
    "deposit:home": Address({"GET": "view_earnings"}, kind="provider"),
    "deposit:announce": Address(
        {"POST": "onboard"}, form={"amount": "1.00", "payer": other_name, "sent_on": "2026-03-01"}, kind="provider"
    ),
    "deposit:withdraw": Address({"POST": "onboard"}, "deposit_transfer", kind="provider"),
    "deposit:export": Address({"GET": "export"}, kind="provider"),
    "spend:home": Address({"GET": "view_money"}),
    "spend:export": Address({"GET": "export"}),
    "funnel:home": Address({"GET": "view_console"}, kind="provider"),
    "funnel:export": Address({"GET": "export"}, kind="provider"),
    "earnings:home": Address({"GET": "view_earnings"}, kind="provider"),
    "earnings:export": Address({"GET": "export"}, kind="provider"),
    "earnings:payouts": Address({"GET": "view_earnings"}, kind="provider"),
    "earnings:slip": Address({"POST": "view_earnings"}, "payout_slip", kind="provider"),
    "earnings:export_payouts": Address({"GET": "export"}, kind="provider"),
    "earnings:statements": Address({"GET": "view_earnings"}, kind="provider"),
    "earnings:statement": Address({"GET": "view_earnings"}, "statement", kind="provider"),
    "earnings:statement_pdf": Address({"GET": "view_earnings"}, "statement", kind="provider"),
    "earnings:statement_csv": Address({"GET": "export"}, "statement", kind="provider"),
    "earnings:account": Address({"GET": "view_earnings", "POST": "cash_out"}, form=PAYOUT_ACCOUNT, kind="provider"),
    "earnings:confirm_account": Address({"POST": "cash_out"}, "payout_account", kind="provider"),
    "earnings:cancel_account": Address({"POST": "cash_out"}, "cooling_account", kind="provider"),
    "outcomes:list": Address({"GET": "view_console"}),
    "outcomes:export": Address({"GET": "export"}),
    "outcomes:outcome": Address({"GET": "view_console"}, "outcome"),
    "outcomes:rows_csv": Address({"GET": "export"}, "outcome"),
    "outcomes:treated": Address({"GET": "export"}, "running_outcome"),
    "outcomes:offer": Address({"GET": "view_console", "POST": "hire"}, "service_order", form=OUTCOME),
    "outcomes:withdraw": Address({"POST": "hire"}, "service_order", form={"base_hash": outcome_hash}),
    "job_outcomes:list": Address({"GET": "view_console"}, kind="provider"),
    "job_outcomes:export": Address({"GET": "export"}, kind="provider"),
    "job_outcomes:outcome": Address({"GET": "view_console"}, "outcome", kind="provider"),
    "job_outcomes:rows_csv": Address({"GET": "export"}, "outcome", kind="provider"),
    "job_outcomes:offer": Address({"GET": "view_console", "POST": "sell"}, "service_order", form=OUTCOME, kind="provider"),
    "job_outcomes:withdraw": Address({"POST": "sell"}, "service_order", form={"base_hash": outcome_hash}, kind="provider"),
    "exit:home": Address({"GET": "onboard"}, kind="provider"),
    "exit:ask": Address({"POST": "manage_members"}, form={"act": "leave"}, kind="provider"),
    "exit:export": Address({"POST": "export"}, kind="provider"),
    "exit:progress": Address({"GET": "export"}, "data_export", kind="provider"),
    "exit:download": Address({"POST": "export"}, "export_document", kind="provider"),
    "programs:home": Address({"GET": "view_orders"}),
    "guards:holds": Address({"GET": "view_money"}),
    "guards:decide_holds": Address({"POST": "release_holds"}, form={"act": "refuse", "claim": held_claim}),
    "guards:release_product": Address({"POST": "release_holds"}, "held_product", form={"act": "keep", "reason_text": "right"}),
    "guards:close_breaker": Address({"POST": "release_holds"}, "breaker", form={"reason_text": "a sale"}),
    "guards:approvals": Address({"GET": "view_money"}),
    "guards:decide_approval": Address({"POST": "approve"}, "approval", form={"act": "approve"}),
    "guards:cancel_approval": Address({"POST": "view_money"}, "own_request"),
    "guards:budgets": Address({"GET": "view_money", "POST": "edit_guards"}, form=BUDGET),
    "guards:save_settings": Address({"POST": "edit_guards"}, form=GUARD_SETTINGS),
    "guards:see_alerts": Address({"POST": "edit_guards"}),
    "guards:cases": Address({"GET": "view_money"}),
    "guards:compare_now": Address({"POST": "reconcile"}),
    "guards:export_cases": Address({"GET": "export"}),
    "guards:case": Address({"GET": "view_money"}, "book_case"),
    "guards:settle_case": Address({"POST": "reconcile"}, "book_case", form={"act": "explained", "note": "a fee"}),
    "guards:switch": Address({"POST": "stop_programs"}, form={"program": "presale_balance", "act": "stop"}),
}
ADDRESSES |= {
    "money:home": Address({"GET": "view_money"}),
    "money:export": Address({"GET": "export"}),
    "money:pay_ins": Address({"GET": "view_money"}),
    "money:export_pay_ins": Address({"GET": "export"}),
    "money:new": Address({"GET": "pay", "POST": "pay"}, form={"amount": "10.00", **LATER}),
    "money:pay_in": Address({"GET": "view_money"}, "pay_in"),
    "money:open": Address({"POST": "pay"}, "created_pay_in"),
    "money:ask": Address({"POST": "pay"}, "paid_pay_in"),
    "money:give_up": Address({"POST": "pay"}, "spare_pay_in"),
    "money:prove": Address({"POST": "pay"}, "bank_pay_in", form={"paper": paper_file}),
    "money:proof": Address({"POST": "view_money"}, "pay_in_proof"),
    "money:receipt": Address({"GET": "view_money"}, "arrived_pay_in"),
    "money:sandbox": Address({"GET": "pay", "POST": "pay"}, "pay_in_reference", form={"act": "pay"}, keyword="reference"),
    "money:backs": Address({"GET": "view_money"}),
    "money:export_backs": Address({"GET": "export"}),
    "money:back_new": Address({"GET": "pay", "POST": "pay"}, form={"amount": "0.10", "confirmed": "yes", **LATER}),
    "money:pay_back": Address({"GET": "view_money"}, "pay_back"),
}
ADDRESSES |= {
    "settings:members": Address({"GET": "manage_members"}),
    "settings:members_export": Address({"GET": "export"}),
    "settings:member": Address({"POST": "manage_members"}, "member", form={"role": "operator"}),
    "settings:remove_member": Address({"POST": "manage_members"}, form={"member": lambda of: of.ids["removable"]}),
    "settings:invite": Address({"POST": "manage_members"}, form={"email": "guest@x.example", "role": "viewer"}),
    "settings:resend": Address({"POST": "manage_members"}, "invitation"),
    "settings:revoke": Address({"POST": "manage_members"}, "revocable"),
    "settings:organization": Address({"POST": "manage_members"}, form={"name": lambda of: f"{of.merchant.slug} & Co."}),
    "settings:second_step": Address({"POST": "manage_security"}, form={"requires_mfa": ""}),
    "settings:leave": Address({"POST": "view_console"}),
    "settings:switch": Address({"POST": "view_console"}, form={"to": lambda of: of.id}),
}
#: Addresses that name an object in their query: the same rules as for one in the path.
IN_THE_QUERY = {
    "price_protection:home": ("run", "waiting_run"),
    "price_protection:preview": ("run", "waiting_run"),
    "presale_balance:home": ("run", "waiting_run"),
    "presale_balance:preview": ("run", "waiting_run"),
    "refund_retention:home": ("run", "waiting_run"),
    "refund_retention:preview": ("run", "waiting_run"),
}
