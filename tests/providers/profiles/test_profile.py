"""Writing a profile, having it reviewed, and what everybody sees of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from providers.moderation.models import Review
from providers.profiles import projecting, queries
from providers.profiles.comparing import TYPO, risk
from providers.profiles.content import Content, NotThisField, from_json
from providers.profiles.models import ProfileVersion, PublicProvider
from providers.profiles.operations import discard_draft, project, save_section, submit_profile, withdraw_profile
from providers.profiles.operations.editing import NotComplete, NothingChanged
from providers.profiles.problems import problems
from tests import cast
from tests.providers.profiles.conftest import NOW, WHOLE, published, verdict

FILLED = Content().changed(WHOLE)


def public(provider: cast.Provider) -> PublicProvider | None:
    return PublicProvider.objects.filter(provider_id=provider.id).first()


def test_a_new_profile_begins_with_the_name_the_company_signed_up_with(studio: cast.Provider) -> None:
    version = save_section(provider_id=studio.id, values={"headline_zh": "一句话"}, by=CLI, at=NOW)
    assert (version.content["name_zh"], version.content["headline_zh"]) == ("acme-studio", "一句话")


def test_an_incomplete_profile_is_not_handed_in(studio: cast.Provider) -> None:
    save_section(provider_id=studio.id, values={**WHOLE, "team": []}, by=CLI, at=NOW)
    with pytest.raises(NotComplete):
        submit_profile(provider_id=studio.id, by=CLI, at=NOW)


def test_what_is_approved_is_public_and_an_edit_waits_while_it_stays(studio: cast.Provider) -> None:
    published(studio)
    assert public(studio).name_en == "Muqing Commerce"
    save_section(provider_id=studio.id, values={"name_en": "Muqing Global"}, by=CLI, at=NOW)
    submit_profile(provider_id=studio.id, by=CLI, at=NOW)
    assert public(studio).name_en == "Muqing Commerce"
    verdict(studio)
    assert public(studio).name_en == "Muqing Global"


def test_changes_requested_are_kept_with_their_reasons_until_handed_in_again(studio: cast.Provider) -> None:
    save_section(provider_id=studio.id, values=WHOLE, by=CLI, at=NOW)
    submit_profile(provider_id=studio.id, by=CLI, at=NOW)
    verdict(studio, "changes_requested", reasons=["unclear_text"], note="什么类目？")
    with scope(studio.id):
        version = queries.open_version(studio.id)
    assert (version.state, version.reasons, version.note) == ("changes_requested", ["unclear_text"], "什么类目？")
    assert public(studio) is None
    again = submit_profile(provider_id=studio.id, by=CLI, at=NOW)
    assert (again.state, again.reasons) == ("submitted", [])


def test_a_submitted_version_cannot_be_edited_until_it_is_taken_back(studio: cast.Provider) -> None:
    save_section(provider_id=studio.id, values=WHOLE, by=CLI, at=NOW)
    submit_profile(provider_id=studio.id, by=CLI, at=NOW)
    with pytest.raises(NotPossible):
        save_section(provider_id=studio.id, values={"name_en": "x"}, by=CLI, at=NOW)
    withdraw_profile(provider_id=studio.id, by=CLI, at=NOW)
    with scope(studio.id):
        assert Review.objects.get(provider_id=studio.id).state == "withdrawn"
    save_section(provider_id=studio.id, values={"name_en": "x"}, by=CLI, at=NOW)


def test_nothing_new_is_nothing_to_review(studio: cast.Provider) -> None:
    published(studio)
    save_section(provider_id=studio.id, values={}, by=CLI, at=NOW)
    with pytest.raises(NothingChanged):
        submit_profile(provider_id=studio.id, by=CLI, at=NOW)


def test_a_typo_is_public_at_once_by_rule(studio: cast.Provider) -> None:
    published(studio)
    save_section(provider_id=studio.id, values={"headline_zh": "家具类目代运营，八年经历"}, by=CLI, at=NOW)
    version = submit_profile(provider_id=studio.id, by=CLI, at=NOW)
    assert version.state == ProfileVersion.State.APPROVED
    assert public(studio).headline_zh == "家具类目代运营，八年经历"


def test_a_draft_can_be_thrown_away_once_something_is_public(studio: cast.Provider) -> None:
    save_section(provider_id=studio.id, values=WHOLE, by=CLI, at=NOW)
    with pytest.raises(NotPossible):
        discard_draft(provider_id=studio.id, by=CLI, at=NOW)
    submit_profile(provider_id=studio.id, by=CLI, at=NOW)
    verdict(studio)
    save_section(provider_id=studio.id, values={"name_en": "x"}, by=CLI, at=NOW)
    discard_draft(provider_id=studio.id, by=CLI, at=NOW)
    with scope(studio.id):
        assert queries.working_content(studio.id).name_en == "Muqing Commerce"


def test_who_is_not_verified_any_more_is_not_public_any_more(
    studio: cast.Provider, verified: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    published(studio)
    told: list[int] = []
    monkeypatch.setattr(projecting, "_listeners", [told.extend])
    verified.clear()
    with scope(studio.id, durable=True):
        assert project(provider_id=studio.id, at=NOW) is False
        assert project(provider_id=studio.id, at=NOW) is False
    assert public(studio) is None
    assert told == [studio.id], "removed once, told once"


def test_a_field_the_profile_does_not_have_is_refused(studio: cast.Provider) -> None:
    with pytest.raises(NotThisField):
        save_section(provider_id=studio.id, values={"verified": True}, by=CLI, at=NOW)


def test_a_stranger_sees_nothing_of_the_draft(studio: cast.Provider) -> None:
    save_section(provider_id=studio.id, values=WHOLE, by=CLI, at=NOW)
    with scope(cast.rival().id):
        assert queries.newest_version(studio.id) is None


def test_every_problem_leads_to_the_page_that_solves_it() -> None:
    assert {problem.section for problem in problems(Content())} == {"about", "work", "team"}
    assert problems(FILLED) == []


# What a person must look at.


@given(st.text(alphabet="做好代运营服务家具品牌", min_size=1, max_size=TYPO), st.integers(0, 30))
def test_a_few_letters_of_running_text_are_a_typo(letters: str, place: int) -> None:
    text = FILLED.about_zh
    new = FILLED.changed({"about_zh": text[:place] + letters + text[place:]})
    assert risk(FILLED, new) == "low"


@given(st.sampled_from(["1", "8", "@", "http://", "微信", "QQ", "www"]), st.integers(0, 30))
def test_a_number_or_an_address_is_never_a_typo(letters: str, place: int) -> None:
    text = FILLED.about_zh
    assert risk(FILLED, FILLED.changed({"about_zh": text[:place] + letters + text[place:]})) == "normal"


@pytest.mark.parametrize(
    "values", [{"name_zh": "木清电商服务"}, {"cities": ["hangzhou"]}, {"logo": "b" * 40}, {"headline_zh": ""}]
)
def test_names_facts_pictures_and_text_that_is_gone_are_looked_at(values: dict[str, object]) -> None:
    assert risk(FILLED, FILLED.changed(values)) == "normal"


def test_the_first_profile_is_looked_at() -> None:
    assert risk(None, FILLED) == "normal"


@given(st.builds(Content, name_zh=st.text(), team_size=st.none() | st.integers(0, 9999), cities=st.lists(st.text()).map(tuple)))
def test_a_document_survives_being_stored(content: Content) -> None:
    assert from_json(content.to_json()) == content
