"""The pictures of the editor: words for those who do not see them, their order, and taking one away."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from marketplace.files.queries import image_url
from providers.listings.models import ListingVersion
from providers.listings.web.pricing import words


class PictureForm(forms.Form):
    """One stored picture."""

    use_required_attribute = False
    place = forms.IntegerField(label=_("Place"), required=False, min_value=1, max_value=8)
    alt_zh = words(_("What it shows, in Chinese"), 120)
    alt_en = words(_("What it shows, in English"), 240)
    remove = forms.BooleanField(label=_("Remove"), required=False)


class UploadForm(forms.Form):
    picture = forms.FileField(
        label=_("Picture"), widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_("JPEG, PNG, WebP or GIF, up to 10 MB. The first picture is the cover; 16:9 looks best."),
    )  # fmt: skip

    def upload(self) -> UploadedFile:
        found: UploadedFile = self.cleaned_data["picture"]
        return found


class Pictures:
    """The whole section: a form per stored picture, named by its key."""

    def __init__(self, version: ListingVersion, data: Any = None, more: str = "") -> None:
        self.images: list[dict[str, Any]] = version.images
        self.forms = [
            PictureForm(data, prefix=image["key"], initial={**image, "place": n})
            for n, image in enumerate(version.images, start=1)
        ]

    @property
    def shown(self) -> list[tuple[str, PictureForm]]:
        return [(image_url(image["key"], 400), form) for image, form in zip(self.images, self.forms, strict=True)]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]  # every form shows its errors
        return all(valid)

    def values(self) -> dict[str, Any]:
        kept = [
            (
                form.cleaned_data["place"] or n + 1,
                n,
                {**image, **{name: form.cleaned_data[name] for name in ("alt_zh", "alt_en")}},
            )
            for n, (image, form) in enumerate(zip(self.images, self.forms, strict=True))
            if not form.cleaned_data["remove"]
        ]
        return {"images": [image for _place, _n, image in sorted(kept, key=lambda item: item[:2])]}
