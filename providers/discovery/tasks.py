"""Periodic work of the index: a shell."""

from celery import shared_task

from providers.discovery.operations import catch_up, refresh_words


@shared_task(name="discovery.words.counted")
def words_counted() -> None:
    refresh_words()
    catch_up()
