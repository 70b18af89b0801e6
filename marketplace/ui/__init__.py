"""The face: component tags, locale-aware formats, server-side charts, the gallery. No business rules."""
