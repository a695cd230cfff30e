"""Markdown from plain text: what the generated pages share."""

import re


class Undocumented(Exception):
    """Something that users see has no description."""


def described(text, what):
    """The text, which must not be empty."""
    text = (text or "").strip()
    if not text:
        raise Undocumented(f"{what} has no description")
    return text


def prose(text):
    """Text that shows as it is. What stands in backticks stays code."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    parts[::2] = [re.sub(r"([\\*_<>\[\]|])", r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [part.replace("|", r"\|") for part in parts[1::2]]
    return "".join(parts)


def code(text):
    """Text as code, also within a table."""
    return "`" + str(text).replace("|", r"\|") + "`"


def fenced(text, language="text"):
    return f"```{language}\n{text.rstrip()}\n```\n"


def table(head, rows):
    """A table of cells that are Markdown already; nothing without rows."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n" if rows else ""


def page(*blocks):
    return "\n".join(block for block in blocks if block)
