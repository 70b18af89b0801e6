"""Component tags, rendered through the site's template engine."""

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from marketplace.ui.kit import Step, Tab


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def render(source: str, request=None, **context) -> str:
    return engines["django"].from_string(source).render(context, request)


def test_an_icon_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in render('{% icon "search" %}') and "icons.svg#search" in render('{% icon "search" %}')


@pytest.mark.parametrize(
    ("state", "tone", "text"), [("paid", "good", "Paid"), ("held", "warn", "On hold"), ("odd_one", "muted", "Odd one")]
)
def test_a_pill_has_text_besides_colour(state, tone, text):
    html = render("{% status_pill state %}", state=state)
    assert f"pill--{tone}" in html and f">{text}</span>" in html


def test_a_pill_escapes_an_unknown_state():
    assert "<b>" not in render("{% status_pill state %}", state="<b>")


class Form(forms.Form):
    days = forms.IntegerField(label="Days", help_text="One to ninety.", max_value=90)
    note = forms.CharField(label="Note", required=False)
    late = forms.BooleanField(label="Late", required=False)


def test_a_field_ties_label_help_and_error_together():
    html = render("{% field form.days %}", form=Form(data={"days": "400"}))
    assert 'for="id_days"' in html and 'aria-invalid="true"' in html
    assert 'aria-describedby="id_days_help id_days_error"' in html
    assert 'id="id_days_help"' in html and 'id="id_days_error"' in html


def test_an_optional_field_says_so():
    assert "(optional)" in render("{% field form.note %}", form=Form())
    assert "(optional)" not in render("{% field form.late %}", form=Form())


def test_pages_keep_the_query_string():
    request = RequestFactory().get("/orders/", {"status": "paid", "page": "2"})
    html = render("{% pagination page_obj %}", request, page_obj=Paginator(range(100), 10).page(2))
    assert 'href="?status=paid&amp;page=3"' in html and 'aria-current="page">2<' in html
    assert "11–20 of 100" in html


def test_a_sorted_column_turns_round_and_starts_at_page_one():
    request = RequestFactory().get("/orders/", {"o": "placed_at", "page": "7"})
    html = render('{% sort_header "placed_at" "Placed" %}', request)
    assert 'aria-sort="ascending"' in html and 'href="?o=-placed_at"' in html


def test_progress_without_a_total_is_indeterminate():
    assert "value=" not in render('{% progress None None "Counting" %}')
    html = render('{% progress 212000 525461 "Reading" %}')
    assert 'value="212000"' in html and "212,000 / 525,461 · 40.3%" in html


def test_a_stepper_says_where_it_is():
    html = render("{% stepper steps %}", steps=[Step("Read", "done"), Step("Store", "current")])
    assert html.count('aria-current="step"') == 1 and "(done)" in html


def test_tabs_mark_the_active_one():
    html = render('{% tabs items "Claims" %}', items=[Tab("All", "?", active=True, count=6041), Tab("Held", "?s=held")])
    assert html.count("aria-current") == 1 and "6,041" in html


def test_breadcrumbs_end_with_this_page():
    html = render('{% breadcrumbs "Orders" "/orders/" "536365" %}')
    assert 'href="/orders/"' in html and '<span aria-current="page">536365</span>' in html


def test_a_dialog_escapes_its_title_but_not_its_content():
    html = render('{% dialog "x" title %}<p>text</p>{% enddialog %}', title="<b>")
    assert "&lt;b&gt;" in html and "<p>text</p>" in html and 'aria-labelledby="x-title"' in html


def test_htmx_evaluates_nothing():
    assert "&quot;allowEval&quot;: false" in render("{% htmx_config %}")
