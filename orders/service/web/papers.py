"""The contract on paper with its hash, and the files of deliveries."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.ui.formats import local_datetime
from marketplace.ui.pdf import Block, Facts, Heading, Paragraph, document, pdf_response
from orders.service.files import bytes_of
from orders.service.models import ContractVersion, DeliveryFile, ServiceOrder
from orders.service.queries import access_order, version_of
from orders.service.web.pages import wording_of
from orders.service.web.sheet import lines_of
from orders.service.web.words import ZONE


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A version (`?v=2`; without it the one in force, or the one to be signed) as a document, in the reader's language."""
    order = access_order(organization_id=request.organization.pk, pk=pk)
    number = request.GET.get("v", "") or str(order.signed_version or order.offered_version)
    if not number.isdecimal() or len(number) > 6:
        raise Http404
    version = version_of(order, int(number))
    data = document(
        title=order.title,
        subtitle=_("Contract %(number)s, version %(version)s") % {"number": order.number, "version": version.number},
        blocks=[*_parties(order, version), *_terms(version), *_seal(version)],
        footer=f"{order.number} · v{version.number} · {version.hash[:16]}",
    )
    return pdf_response(f"{order.number}-v{version.number}.pdf", data)


def _parties(order: ServiceOrder, version: ContractVersion) -> list[Block]:
    return [
        Heading(_("Parties")),
        Facts(
            [
                (_("Merchant"), order.merchant_name), (_("Service provider"), order.provider_name),
                (_("Signed by the merchant"), _signed(version, "merchant")),
                (_("Signed by the provider"), _signed(version, "provider")),
            ]
        ),
    ]  # fmt: skip


def _signed(version: ContractVersion, side: str) -> str:
    at = version.accepted_at(side)
    return local_datetime(at, ZONE) if at else _("not signed yet")


def _terms(version: ContractVersion) -> list[Block]:
    blocks: list[Block] = [
        Heading(_("What is agreed")),
        Facts([(str(line.label), line.value) for line in lines_of(version.agreed)]),
    ]
    for clause in wording_of(version):
        blocks += [Heading(f"{clause.number}. {clause.title}", 2), Paragraph(clause.text)]
    return blocks


def _seal(version: ContractVersion) -> list[Block]:
    text = _("The hash is computed over the terms and the wording (SHA-256). Both sides accepted exactly this hash.")
    return [Heading(_("Seal")), Facts([("SHA-256", version.hash), (_("Wording"), version.template)]), Paragraph(text, soft=True)]


@require_safe
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """A delivered file, unsealed piece by piece, always as a download."""
    found = DeliveryFile.objects.filter(**{f"{request.organization.kind}_id": request.organization.pk}, pk=pk).first()
    if found is None:
        raise Http404
    response = StreamingHttpResponse(bytes_of(found, request.organization.pk), content_type=found.content_type)
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["Content-Length"] = str(found.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response
