"""The profile as forms. Lengths and lists are checked here; what the profile lacks is said by `providers.profiles.problems`."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.profiles.cases.metrics import METRICS
from providers.profiles.cities import CITIES
from providers.profiles.content import Certificate, Content, Member

LONG = forms.Textarea(attrs={"class": "long"})
#: Zones people of this market work in, before all others.
NEAR = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
    "America/Los_Angeles",
)
DAYS = (
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")), (5, _("Friday")), (6, _("Saturday")),
    (7, _("Sunday")),
)  # fmt: skip


def ticks() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "ticks"})


def day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class AboutForm(forms.Form):
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    headline_zh = forms.CharField(
        label=_("In one line, Chinese"), max_length=80, required=False, help_text=_("What you are best at, in one line.")
    )
    headline_en = forms.CharField(label=_("In one line, English"), max_length=140, required=False)
    about_zh = forms.CharField(
        label=_("About us in Chinese"), max_length=3000, required=False, widget=LONG,
        help_text=_("Plain text; an empty line begins a paragraph. No phone numbers or chat ids: merchants reach you here."),
    )  # fmt: skip
    about_en = forms.CharField(label=_("About us in English"), max_length=6000, required=False, widget=LONG)
    founded_year = forms.IntegerField(label=_("Founded in"), min_value=1900, required=False)
    team_size = forms.IntegerField(label=_("People"), min_value=1, max_value=100_000, required=False)
    logo = forms.FileField(label=_("Logo"), required=False, help_text=_("Square, at least 200 pixels wide. JPEG, PNG or WebP."))
    no_logo = forms.BooleanField(label=_("Take the logo away"), required=False)
    cover = forms.FileField(label=_("Cover"), required=False, help_text=_("Wide, at least 1200 pixels. JPEG, PNG or WebP."))
    no_cover = forms.BooleanField(label=_("Take the cover away"), required=False)

    def clean_founded_year(self) -> int | None:
        year: int | None = self.cleaned_data["founded_year"]
        if year is not None and year > timezone.now().year:
            raise forms.ValidationError(_("This year is still to come."))
        return year

    def values(self) -> dict[str, Any]:
        """Fields of the document, without the pictures."""
        names = [name for name in self.fields if name not in ("logo", "no_logo", "cover", "no_cover")]
        return {name: self.cleaned_data[name] for name in names}

    @classmethod
    def showing(cls, content: Content) -> "AboutForm":
        form = cls(initial=content.to_json())
        form.initial.pop("logo"), form.initial.pop("cover")
        return form


class WorkForm(forms.Form):
    cities = forms.MultipleChoiceField(label=_("Cities you work from"), widget=ticks(), required=False)
    platforms = forms.MultipleChoiceField(label=_("Platforms you work on"), widget=ticks(), required=False)
    industries = forms.MultipleChoiceField(label=_("Industries you know"), widget=ticks(), required=False)
    belts = forms.MultipleChoiceField(label=_("Industrial belts you work in"), widget=ticks(), required=False)
    languages = forms.MultipleChoiceField(label=_("Languages you work in"), widget=ticks(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = {"cities": CITIES, "platforms": PLATFORMS, "industries": INDUSTRIES, "belts": BELTS, "languages": LANGUAGES}
        for name, terms in lists.items():
            self.fields[name].choices = terms.choices()  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    name_zh = forms.CharField(label=_("Person's name in Chinese"), max_length=40, required=False)
    name_en = forms.CharField(label=_("Person's name in English"), max_length=60, required=False)
    role_zh = forms.CharField(
        label=_("Role in Chinese"), max_length=40, required=False, help_text=_("For example: head of operations.")
    )
    role_en = forms.CharField(label=_("Role in English"), max_length=60, required=False)
    languages = forms.MultipleChoiceField(label=_("Speaks"), widget=ticks(), required=False)
    photo = forms.FileField(label=_("Photo"), required=False, help_text=_("With the person's consent. JPEG, PNG or WebP."))
    no_photo = forms.BooleanField(label=_("Take the photo away"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = LANGUAGES.choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for what, message in (("name", _("Say the person's name.")), ("role", _("Say what the person does."))):
            if not (cleaned.get(f"{what}_zh") or cleaned.get(f"{what}_en")):
                self.add_error(f"{what}_zh", message)
        return cleaned

    def member(self, photo: str) -> Member:
        data = self.cleaned_data
        return Member(
            **{name: data[name] for name in ("name_zh", "name_en", "role_zh", "role_en")},
            photo=photo,
            languages=tuple(data["languages"]),
        )


class CertificateForm(forms.Form):
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=80, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    issuer = forms.CharField(label=_("Awarded by"), max_length=80)
    issued = day(_("Awarded on"), required=False)
    expires = day(_("Valid until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_zh", _("Say what the certificate is called."))
        if cleaned.get("issued") and cleaned.get("expires") and cleaned["expires"] < cleaned["issued"]:
            self.add_error("expires", _("It ends before it begins."))
        return cleaned

    def certificate(self) -> Certificate:
        data = self.cleaned_data
        days = {name: data[name].isoformat() if data[name] else "" for name in ("issued", "expires")}
        return Certificate(name_zh=data["name_zh"], name_en=data["name_en"], issuer=data["issuer"], **days)


class CapacityForm(forms.Form):
    max_active_jobs = forms.IntegerField(
        label=_("Jobs at once"), min_value=0, max_value=10_000, required=False,
        help_text=_("When so many run, no new order can be placed. Empty: no limit."),
    )  # fmt: skip
    contact_days = forms.TypedMultipleChoiceField(
        label=_("Days you answer on"), choices=DAYS, coerce=int, widget=ticks(), required=False
    )
    contact_from = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    contact_until = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    timezone = forms.ChoiceField(label=_("Time zone"), widget=forms.Select(attrs={"translate": "no"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = sorted(available_timezones() - set(NEAR))
        self.fields["timezone"].choices = [(zone, zone) for zone in (*NEAR, *others)]  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    from_date = day(_("First day"))
    until_date = day(_("Last day"))
    note = forms.CharField(label=_("Note for your team"), max_length=120, required=False)


class CaseForm(forms.Form):
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=80, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    story_zh = forms.CharField(
        label=_("Story in Chinese"), max_length=3000, required=False, widget=LONG,
        help_text=_("What the merchant needed, what you did, what came of it. Numbers come from the merchant's orders, below."),
    )  # fmt: skip
    story_en = forms.CharField(label=_("Story in English"), max_length=5000, required=False, widget=LONG)
    industry = forms.ChoiceField(label=_("Industry"), required=False)
    platform = forms.ChoiceField(label=_("Platform"), required=False)
    cover = forms.FileField(label=_("Picture"), required=False, help_text=_("Wide, at least 1200 pixels. JPEG, PNG or WebP."))
    no_cover = forms.BooleanField(label=_("Take the picture away"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, terms in (("industry", INDUSTRIES), ("platform", PLATFORMS)):
            self.fields[name].choices = [("", _("Not said")), *terms.choices()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name not in ("cover", "no_cover")}


class ProofForm(forms.Form):
    merchant_slug = forms.SlugField(
        label=_("Merchant's short name"), max_length=60, required=False,
        help_text=_("The merchant reads it on its page “Cases about us”. Only this merchant can answer."),
    )  # fmt: skip
    merchant_name = forms.CharField(
        label=_("Merchant's name on the page"), max_length=120, required=False, help_text=_("Shown once the merchant confirms.")
    )
    before_from = day(_("Before: first day"), required=False)
    before_until = day(_("Before: last day"), required=False)
    after_from = day(_("After: first day"), required=False)
    after_until = day(_("After: last day"), required=False)
    metrics = forms.MultipleChoiceField(label=_("Numbers to show"), widget=ticks(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metrics"].choices = [(metric.code, metric.label) for metric in METRICS.values()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
