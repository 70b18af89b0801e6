"""Addresses of searches in templates: `{{ choice.query|search_url }}`."""

from django import template

from providers.discovery.web.links import search_url

register = template.Library()
register.filter("search_url", search_url)
