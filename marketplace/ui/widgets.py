"""Form widgets of the kit."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from marketplace.ui.kit import Choice


class ChoiceCards(forms.RadioSelect):
    """Radio buttons as cards, each saying what choosing it means. A field with it takes its choices from the same list."""

    template_name = "components/choice_cards.html"

    def __init__(self, cards: Sequence[Choice], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.cards = {card.value: card for card in cards}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # The site's templates, which know the kit's tags; Django's form renderer knows its own only.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().create_option(name, value, *args, **kwargs), "card": self.cards.get(str(value))}
