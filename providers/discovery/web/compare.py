"""Up to four services side by side. The address names them: /compare/?l=one,two can be sent to a colleague."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.roles import Permission
from marketplace.ui.kit import Text
from marketplace.ui.offers import LEVEL_NAMES, Cell, Column, Comparison, Row
from providers.catalogue.lists import label
from providers.discovery.public import Compared, compared
from providers.discovery.web.cards import availability, points, price_of, rate, seller_of
from providers.discovery.web.doors import public
from providers.discovery.web.offer import Facts, attributes_of, days, offer_of, terms_of
from providers.listings.models import PricingModel, PublicListing

MOST = 4
LONGEST_SLUG = 80


def compare_url(slugs: Sequence[str]) -> str:
    """The one address of a comparison."""
    return reverse("market:compare") + (f"?l={','.join(quote(slug) for slug in slugs)}" if slugs else "")


@public
def compare(request: HttpRequest) -> HttpResponse:
    """Four statements. A form's repeated `l` is sent on to the address that can be shared."""
    given = request.GET.getlist("l")
    asked = list(
        dict.fromkeys(
            slug.strip()[:LONGEST_SLUG] for part in given for slug in part.replace("\x00", "").split(",") if slug.strip()
        )
    )
    if len(given) > 1:
        return redirect(compare_url(asked))
    found = compared(asked[:MOST])
    missing = len(asked[:MOST]) - len(found.listings)
    context = {
        "comparison": _comparison(found) if found.listings else None,
        "cards": [_head(each, found) for each in found.listings],
        "problems": _problems(len(asked), missing),
        "may_shortlist": Permission.SHORTLIST in getattr(request, "rights", ()),
        "room": MOST - len(found.listings),
    }
    return TemplateResponse(request, "market/compare.html", context)


def _problems(asked: int, missing: int) -> list[Text]:
    problems: list[Text] = []
    if asked > MOST:
        problems.append(_("At most %(most)s services fit side by side; the first %(most)s are shown.") % {"most": MOST})
    if missing:
        text = ngettext(
            "%(n)s service is not on offer any more and was left out.",
            "%(n)s services are not on offer any more and were left out.",
            missing,
        )
        problems.append(text % {"n": missing})
    return problems


def _head(listing: PublicListing, found: Compared) -> dict[str, object]:
    rest = [each.slug for each in found.listings if each.pk != listing.pk]
    return {
        "listing": listing,
        "seller": seller_of(found.providers.get(listing.provider_id), found.scores.get(listing.provider_id)),
        "without": compare_url(rest),
    }


def _comparison(found: Compared) -> Comparison:
    columns = tuple(
        Column(each.title, price_of(each), reverse("market:listing", args=[each.slug]), each.category.name)
        for each in found.listings
    )
    rows = [_row(text, [value(each, found) for each in found.listings]) for text, value in _questions()]
    rows += _stated(found, _attributes) + _stated(found, _terms)
    return Comparison(_("Services side by side"), columns, tuple(row for row in rows if any(_said(cell) for cell in row.cells)))


def _said(cell: Cell) -> bool:
    return bool(cell.text) or cell.is_yes is not None


def _row(text: Text, cells: Sequence[Cell]) -> Row:
    return Row(text, tuple(cells), differs=len({(str(cell.text), cell.is_yes) for cell in cells}) > 1)


Value = Callable[[PublicListing, Compared], Cell]


def _questions() -> list[tuple[Text, Value]]:
    """What is asked of every service, whatever its category."""
    return [
        (_("Provider"), _provider),
        (_("Level"), _level),
        (_("Score"), _score),
        (_("Renewed"), _renewed),
        (_("Cases proven with shop data"), _cases),
        (_("New orders"), _free),
        (_("Price model"), lambda each, _found: Cell(PricingModel(each.pricing_model).label)),
        (_("Commission"), _commission),
        (_("Soonest delivery"), lambda each, _found: Cell(days(each.delivery_days))),
        (_("Packages"), _packages),
        (_("Industrial belts"), lambda each, _found: _codes(each.belts)),
        (_("Platforms"), lambda each, _found: _codes(each.platforms)),
        (_("Industries"), lambda each, _found: _codes(each.industries)),
        (_("Languages"), lambda each, _found: _codes(each.languages)),
    ]


def _provider(each: PublicListing, found: Compared) -> Cell:
    seller = seller_of(found.providers.get(each.provider_id), found.scores.get(each.provider_id))
    return Cell(seller.name, url=seller.url)


def _level(each: PublicListing, found: Compared) -> Cell:
    score = found.scores.get(each.provider_id)
    if score is not None and score.newcomer:
        return Cell(_("Newcomer"))
    return Cell(LEVEL_NAMES[score.level if score else 1])


def _score(each: PublicListing, found: Compared) -> Cell:
    score = found.scores.get(each.provider_id)
    if score is None or score.score is None:
        return Cell(_("no events yet"))
    return Cell(points(score.score), ngettext("from %(n)s job", "from %(n)s jobs", score.n) % {"n": score.n})


def _renewed(each: PublicListing, found: Compared) -> Cell:
    score = found.scores.get(each.provider_id)
    if score is None or score.renewal_rate is None:
        return Cell(_("not enough data"))
    return Cell(rate(score.renewal_rate), _("of %(n)s due") % {"n": score.renewal_n})


def _cases(each: PublicListing, found: Compared) -> Cell:
    provider = found.providers.get(each.provider_id)
    return Cell(str(provider.verified_cases if provider else 0))


def _free(each: PublicListing, found: Compared) -> Cell:
    provider, score = found.providers.get(each.provider_id), found.scores.get(each.provider_id)
    return Cell(availability(provider, score, timezone.localdate())[1])


def _commission(each: PublicListing, _found: Compared) -> Cell:
    commission = each.offer.get("commission")
    return Cell(_("%(share)s of sales") % {"share": rate(commission["rate"])}) if commission else Cell()


def _packages(each: PublicListing, _found: Compared) -> Cell:
    packages = offer_of(each, now=timezone.now()).packages
    if packages is None:
        return Cell()
    return Cell(" · ".join(f"{column.name} {column.price.amount}" for column in packages.columns if column.price))


def _codes(codes: Sequence[str]) -> Cell:
    return Cell(" · ".join(label(code) for code in codes))


def _attributes(each: PublicListing, found: Compared) -> Facts:
    known = [*found.attributes.get(each.category.parent_id or 0, ()), *found.attributes.get(each.category_id, ())]
    return attributes_of(each, known)


def _terms(each: PublicListing, _found: Compared) -> Facts:
    return terms_of(each).facts


def _stated(found: Compared, facts_of: Callable[[PublicListing, Compared], Facts]) -> list[Row]:
    """A row for everything any of them states; who says nothing of it has an empty cell."""
    stated = [{str(text): value for text, value in facts_of(each, found)} for each in found.listings]
    texts = list(dict.fromkeys(text for each in stated for text in each))
    return [_row(text, [Cell(each.get(text, "")) for each in stated]) for text in texts]
