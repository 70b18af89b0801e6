"""Upload forms."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from merchants.models import Shop
from orders.store.ingest.formats import FORMATS

FORMAT_LABELS = {
    "csv": _("Shangban CSV (one row per order line)"),
    "jsonl": _("Shangban JSONL (one order per line)"),
    "online-retail": _("Online Retail (UCI)"),
}


class FileForm(forms.Form):
    """One file of at most MAX_UPLOAD_BYTES."""

    file = forms.FileField(label=_("File"), help_text=_("UTF-8 text, plain or gzip."))

    def clean_file(self) -> UploadedFile:
        found: UploadedFile = self.cleaned_data["file"]
        if (found.size or 0) > settings.MAX_UPLOAD_BYTES:
            limit = settings.MAX_UPLOAD_BYTES // 1024 // 1024
            raise forms.ValidationError(_("The file is larger than %(limit)s MB; split it or compress it.") % {"limit": limit})
        return found


class UploadForm(FileForm):
    shop = forms.ModelChoiceField(queryset=Shop.objects.none(), label=_("Shop"))
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(name, FORMAT_LABELS.get(name, name)) for name in ("csv", "jsonl", "online-retail") if name in FORMATS],
    )

    def __init__(self, *args: Any, shops: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["shop"]
        chooser.queryset = shops  # type: ignore[attr-defined]
        chooser.empty_label = None  # type: ignore[attr-defined]


class CorrectionForm(FileForm):
    file = forms.FileField(label=_("Corrected rows"), help_text=_("The downloaded rows, corrected, in the same format."))


class PriceForm(forms.Form):
    """Prices or sales, stored at once; larger files belong on the command line."""

    KINDS = (("prices", _("Prices")), ("promotions", _("Sales that extend price protection")))
    LIMIT = 10 * 1024 * 1024

    price_file = forms.FileField(label=_("CSV file"), help_text=_("Up to 10 MB; larger ones on the command line."))
    kind = forms.ChoiceField(label=_("Content"), choices=KINDS)
    price_shop = forms.ModelChoiceField(queryset=Shop.objects.none(), label=_("Shop"))

    def __init__(self, *args: Any, shops: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["price_shop"]
        chooser.queryset = shops  # type: ignore[attr-defined]
        chooser.empty_label = None  # type: ignore[attr-defined]

    def clean_price_file(self) -> UploadedFile:
        found: UploadedFile = self.cleaned_data["price_file"]
        if (found.size or 0) > self.LIMIT:
            raise forms.ValidationError(_("The file is larger than 10 MB; import it on the command line."))
        return found
