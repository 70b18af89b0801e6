"""The file formats, by name. A new one is a module here and a line below."""

from orders.store.ingest.formats import native, online_retail
from orders.store.ingest.rows import Format

FORMATS: dict[str, Format] = {found.name: found for found in (online_retail.FORMAT, native.CSV, native.JSONL)}
