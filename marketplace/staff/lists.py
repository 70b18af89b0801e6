"""The change list of staff: names for the whole page at once."""

from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from marketplace.staff.names import names_of
from marketplace.staff.values import words_for


class StaffChangeList(ChangeList):
    """Looks the names of organizations and people up once per page instead of once per cell."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        names = names_of(self.result_list)
        for row in self.result_list:
            row.staff_names = names


class WordsFilter(AllValuesFieldListFilter):
    """Narrow down by a code, chosen in words."""

    def choices(self, changelist: Any) -> Any:
        words = words_for(self.field)
        for choice in super().choices(changelist):
            known = words is not None and choice["query_string"] != changelist.get_query_string({}, [self.lookup_kwarg])
            yield {**choice, "display": words(str(choice["display"])) if known and words else choice["display"]}
