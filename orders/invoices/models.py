"""Requests for invoices, the papers that answer them, and the titles they are made out to.

Amounts are minor units of `currency`. Of a request, `amount − reversed_amount` is invoiced; `excess` of it waits for a red-letter
note. Account numbers and files are sealed under the organization that asked.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel, SharedModel, TenantForeignKey, TenantModel
from orders.escrow.models import Deal
from orders.invoices.states import InvoiceSort, InvoiceState
from orders.payouts.models import Statement


class TitleFields(models.Model):
    """Whom an invoice is made out to (抬头). The account number is sealed (`account`)."""

    title = models.CharField(pgettext_lazy("fapiao", "title"), max_length=120)
    tax_id = models.CharField(_("tax id"), max_length=18)
    address = models.CharField(_("registered address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    bank = models.CharField(_("bank and branch"), max_length=120, blank=True)
    account = models.BinaryField(null=True)
    last4 = models.CharField(_("last four digits"), max_length=4, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        abstract = True


class InvoiceTitle(TitleFields, TenantModel):
    """A title an organization of either kind has used and may use again. `merchant_id` is the organization."""

    #: None once it is forgotten: its details are emptied, and it is no longer offered.
    used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("fapiao title")
        verbose_name_plural = _("fapiao titles")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "tax_id", "title"], name="invoice_title_once")]

    def __str__(self) -> str:
        return self.title


def request_constraints(name: str) -> list[models.CheckConstraint]:
    """What holds for a request of either kind; constraint names begin with `name`."""
    return [
        models.CheckConstraint(condition=Q(state__in=InvoiceState.values), name=f"{name}_state_known"),
        models.CheckConstraint(condition=Q(sort__in=InvoiceSort.values), name=f"{name}_sort_known"),
        models.CheckConstraint(
            condition=Q(amount__gt=0, excess__gte=0, reversed_amount__gte=0, amount__gte=F("excess") + F("reversed_amount")),
            name=f"{name}_amounts",
        ),
        models.CheckConstraint(
            condition=Q(state="to_reverse", excess__gt=0) | (~Q(state="to_reverse") & Q(excess=0)), name=f"{name}_excess"
        ),
        models.CheckConstraint(
            condition=Q(state="reversed", reversed_amount=F("amount"))
            | Q(state__in=["issued", "to_reverse"], reversed_amount__lt=F("amount"))
            | (~Q(state__in=["issued", "to_reverse", "reversed"]) & Q(reversed_amount=0)),
            name=f"{name}_reversed",
        ),
        models.CheckConstraint(
            condition=Q(sort="general") | (~Q(bank="") & ~Q(address="") & Q(account__isnull=False)), name=f"{name}_special"
        ),
        models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name=f"{name}_refused_why"),
        models.CheckConstraint(
            condition=Q(state__in=["issued", "to_reverse", "reversed"], issued_at__isnull=False)
            | (~Q(state__in=["issued", "to_reverse", "reversed"]) & Q(issued_at__isnull=True)),
            name=f"{name}_issued_at",
        ),
    ]


class InvoiceRequest(TitleFields):
    """What both kinds have. The title is copied: what was issued never changes with it."""

    #: Begins the number people read.
    prefix: ClassVar[str]

    state = models.CharField(_("state"), max_length=10, choices=InvoiceState, default=InvoiceState.ASKED)
    sort = models.CharField(pgettext_lazy("fapiao", "kind"), max_length=8, choices=InvoiceSort)
    #: Of the form it came with: the same form twice is one request.
    key = models.CharField(max_length=40)
    amount = models.BigIntegerField(_("amount"))
    reversed_amount = models.BigIntegerField(_("reversed"), default=0)
    excess = models.BigIntegerField(_("to be reversed"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    #: Why it was refused or sent back.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.CharField(_("asked by"), max_length=80)
    due_at = models.DateTimeField(_("due"))
    issued_at = models.DateTimeField(_("issued"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.prefix}{self.pk:06d}" if self.pk else self.prefix

    @property
    def number(self) -> str:
        return str(self)

    @property
    def invoiced(self) -> int:
        """What of it counts as invoiced, red-letter notes that are owed included."""
        return self.amount - self.reversed_amount

    @property
    def standing(self) -> int:
        """What stays invoiced once every note that is owed is there."""
        return self.amount - self.reversed_amount - self.excess

    @property
    def requester_id(self) -> int:
        """The organization it is made out to; files and account numbers are sealed under it."""
        raise NotImplementedError

    @property
    def issuer_id(self) -> int | None:
        """The organization that issues; None for the market."""
        raise NotImplementedError

    @property
    def paper_model(self) -> "type[InvoicePaper]":
        raise NotImplementedError

    def owners(self) -> dict[str, Any]:
        """The owner columns, for queries and for rows that hang on it."""
        raise NotImplementedError


class InvoicePaper(models.Model):
    """An issued invoice or a red-letter note, as the tax office gave it. Never changed."""

    class Kind(models.TextChoices):
        BLUE = "blue", pgettext_lazy("fapiao", "Fapiao")
        RED = "red", _("Red-letter note")

    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    number = models.CharField(_("fapiao number"), max_length=20)
    issued_on = models.DateField(_("date of issue"))
    amount = models.BigIntegerField(_("amount"))
    uid = models.UUIDField()
    name = models.CharField(_("file name"), max_length=120)
    size = models.IntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.CharField(_("uploaded by"), max_length=80)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class ServiceInvoice(InvoiceRequest, SharedModel):
    """A merchant asks a provider, about what was released in a contract."""

    prefix = "FS"
    deal = TenantForeignKey(Deal, related_name="invoices", verbose_name=_("contract"))
    #: As the companies were called when it was asked for: neither side can look the other one up.
    merchant_name = models.CharField(_("merchant"), max_length=120)
    provider_name = models.CharField(_("service provider"), max_length=120)
    #: When the clock was last spoken of; before `due_at` it was a reminder.
    reminded_at = models.DateTimeField(_("reminded"), null=True)

    class Meta:
        verbose_name = _("service fapiao")
        verbose_name_plural = _("service fapiao")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "key"], name="service_invoice_once"),
            *request_constraints("service_invoice"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "deal"], name="service_invoice_of_deal"),
            models.Index(fields=["merchant_id", "-id"], name="service_invoice_of_merchant"),
            models.Index(fields=["provider_id", "-id"], name="service_invoice_of_provider"),
            models.Index(fields=["due_at"], condition=Q(state__in=["asked", "to_reverse"]), name="service_invoice_owed"),
        ]

    @property
    def requester_id(self) -> int:
        return self.merchant_id

    @property
    def issuer_id(self) -> int | None:
        return self.provider_id

    @property
    def paper_model(self) -> "type[InvoicePaper]":
        return ServicePaper

    def owners(self) -> dict[str, Any]:
        return {"merchant_id": self.merchant_id, "provider_id": self.provider_id}


class ServicePaper(InvoicePaper, SharedModel):
    invoice = TenantForeignKey(ServiceInvoice, related_name="papers")

    class Meta:
        verbose_name = _("paper of a service fapiao")
        verbose_name_plural = _("papers of service fapiao")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "provider_id", "number"], name="service_paper_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, kind__in=["blue", "red"]), name="service_paper_amount"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "invoice"], name="service_paper_of_invoice"),
            models.Index(fields=["provider_id", "number"], name="service_paper_of_provider"),
        ]


class CommissionInvoice(InvoiceRequest, ProviderModel):
    """A provider asks the market, about the commission on what was released in a statement's month."""

    prefix = "FC"
    statement = TenantForeignKey(Statement, related_name="invoices", verbose_name=_("statement"))

    class Meta:
        verbose_name = _("commission fapiao")
        verbose_name_plural = _("commission fapiao")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "key"], name="commission_invoice_once"),
            *request_constraints("commission_invoice"),
        ]
        indexes = [
            models.Index(fields=["provider_id", "statement"], name="commission_of_statement"),
            models.Index(fields=["provider_id", "-id"], name="commission_invoice_newest"),
            models.Index(fields=["due_at"], condition=Q(state__in=["asked", "to_reverse"]), name="commission_invoice_owed"),
        ]

    @property
    def requester_id(self) -> int:
        return self.provider_id

    @property
    def issuer_id(self) -> int | None:
        return None

    @property
    def paper_model(self) -> "type[InvoicePaper]":
        return CommissionPaper

    def owners(self) -> dict[str, Any]:
        return {"provider_id": self.provider_id}


class CommissionPaper(InvoicePaper, ProviderModel):
    invoice = TenantForeignKey(CommissionInvoice, related_name="papers")

    class Meta:
        verbose_name = _("paper of a commission fapiao")
        verbose_name_plural = _("papers of commission fapiao")
        constraints = [
            # Over all providers: only the market issues these, and a number is one paper.
            models.UniqueConstraint(fields=["number"], name="commission_paper_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, kind__in=["blue", "red"]), name="commission_paper_amount"),
        ]
        indexes = [models.Index(fields=["provider_id", "invoice"], name="commission_paper_of_invoice")]


#: Either kind.
Invoice = ServiceInvoice | CommissionInvoice
