"""Conversations of a merchant and a provider about one thing: messages, files, decisions, unread state."""
