"""The tree of categories, as others ask for it. Small tables: read whole, in one or two statements."""

from dataclasses import dataclass

from providers.catalogue.models import Category, CategoryAttribute


@dataclass(frozen=True)
class Branch:
    """A top category and its active sub-categories, in order."""

    category: Category
    children: tuple[Category, ...]


def tree(*, only_active: bool = True) -> list[Branch]:
    """Every top category with its sub-categories: one statement."""
    found = list(Category.objects.filter(is_active=True) if only_active else Category.objects.all())
    below: dict[int, list[Category]] = {}
    for category in found:
        if category.parent_id is not None:
            below.setdefault(category.parent_id, []).append(category)
    return [Branch(top, tuple(below.get(top.pk, ()))) for top in found if top.parent_id is None]


def category_by_slug(slug: str) -> Category | None:
    """With its parent; None when there is none of this name."""
    return Category.objects.select_related("parent").filter(slug=slug).first()


def attributes_of(category: Category) -> list[CategoryAttribute]:
    """What listings of this category state: its parent's attributes first, then its own."""
    ids = [category.pk] if category.parent_id is None else [category.parent_id, category.pk]
    found = list(CategoryAttribute.objects.filter(category_id__in=ids))
    return sorted(found, key=lambda attribute: (ids.index(attribute.category_id), attribute.position, attribute.pk))
