"""What a profile still lacks before it can be handed in. Each says what to do and leads to where it is done."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.ui.kit import Text
from providers.profiles.content import Content

ABOUT_MIN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """`section` is the page of the editor: about, work, team."""

    code: str
    text: Text
    section: str


def problems(content: Content) -> list[Problem]:
    """In the order of the editor; empty when the profile may be handed in."""
    found = []
    if not (content.name_zh or content.name_en):
        found.append(Problem("name", _("Say what your company is called, in Chinese or in English."), "about"))
    if not (content.headline_zh or content.headline_en):
        found.append(Problem("headline", _("Say in one line what you are best at."), "about"))
    if max(len(content.about_zh), len(content.about_en) // 2) < ABOUT_MIN:
        found.append(Problem("about", _("Tell merchants about your company in a few sentences."), "about"))
    if not content.logo:
        found.append(Problem("logo", _("Upload a logo."), "about"))
    if not content.cities:
        found.append(Problem("cities", _("Choose the cities you work from."), "work"))
    if not content.industries:
        found.append(Problem("industries", _("Choose the industries you know."), "work"))
    if not content.platforms:
        found.append(Problem("platforms", _("Choose the platforms you work on."), "work"))
    if not content.languages:
        found.append(Problem("languages", _("Choose the languages you work in."), "work"))
    if not content.team:
        found.append(Problem("team", _("Introduce at least one person of your team."), "team"))
    return found


def advice(content: Content) -> list[Problem]:
    """What merchants look for and the profile may do without."""
    found = []
    if not (content.about_zh and content.about_en):
        found.append(Problem("languages_of_text", _("Write in both languages: half of the merchants read one of them."), "about"))
    if not content.cover:
        found.append(Problem("cover", _("A cover picture makes the page yours."), "about"))
    if not content.belts:
        found.append(Problem("belts", _("Name the industrial belts you work in: merchants search by them."), "work"))
    if not content.certificates:
        found.append(Problem("certificates", _("Add certificates of platforms or authorities, if you have any."), "certificates"))
    return found
