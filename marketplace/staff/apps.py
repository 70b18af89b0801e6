"""Django's admin with our site; listed in settings in the place of `django.contrib.admin`."""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    default_site = "marketplace.staff.site.StaffSite"
