"""The pages of the commands and of the limits, from what `atrad ... --help` prints.

The ranges of the server's numbers are in no help; the binary tells them when it refuses a value.
"""

import os
import re
import subprocess
from collections import namedtuple

from reference.markdown import Undocumented, code, described, fenced, page, prose, table

Entry = namedtuple("Entry", "name text words default variable")

SIZES = {1 << 40: "TiB", 1 << 30: "GiB", 1 << 20: "MiB", 1 << 10: "KiB"}


class Verb:
    """One command as its help describes it. `sections` holds entries under each heading, in order."""

    def __init__(self, binary, *names):
        self.name = " ".join(("atrad", *names))
        lines = run(binary, *names, "--help").stdout.splitlines()
        heads = [at for at, line in enumerate(lines) if re.fullmatch(r"\S.*:", line) or line.startswith("Usage:")]
        self.about = described("\n".join(lines[: heads[0]]), self.name)
        self.sections, self.verbs = {}, []
        for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
            title, body = lines[start].rstrip(":"), lines[start + 1 : end]
            if title.startswith("Usage:"):
                self.usage = "\n".join(line.removeprefix("Usage:").strip() for line in [title, *body] if line.strip())
            elif title == "Commands":
                listed = [re.match(r"  ([a-z-]+)", line) for line in body]
                self.verbs = [found[1] for found in listed if found and found[1] != "help"]
            else:
                self.sections.setdefault(title, []).extend(entries(self.name, body))

    def options(self, *without):
        return {title: listed for title, listed in self.sections.items() if title not in without}


def run(binary, *arguments):
    """Runs the binary as one does who has set nothing, on a wide terminal that it need not look for."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATRAD_")}
    return subprocess.run([binary, *arguments], env=environment, capture_output=True, text=True, check=False)


def entries(verb, lines):
    """The flags and arguments under one heading: each starts at six columns or less, its text at ten."""
    starts = [at for at, line in enumerate(lines) if re.match(r" {2,6}\S", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        name = lines[start].strip()
        if re.search(r"--(help|version)$", name):
            continue
        blocks = "\n".join(line.strip() for line in lines[start + 1 : end]).strip().split("\n\n")
        text, words, default, variable = [], [], "", ""
        for block in blocks:
            if block.startswith("Possible values:"):
                words = re.findall(r"^- (.*(?:\n(?!- ).*)*)", block, re.MULTILINE)
                continue
            # What clap adds, of which only the name of the variable and the default are worth a word.
            found = dict(re.findall(r"^\[(env|default|possible values): (.*)\]$", block, re.MULTILINE))
            if not found:
                variable = variable or "".join(re.findall(r"^\[env: (\w+)\]$", block, re.MULTILINE))
                text.append(block)
                continue
            variable, default = found.get("env", "").rstrip("="), found.get("default", "")
            words = words or [word for word in found.get("possible values", "").split(", ") if word]
        text = "\n".join(text)
        aside = re.search(r"\s*\[default: ([^\]]*)\]$", text)
        if aside:
            text, default = text[: aside.start()], "\n" + aside[1]
        what = f"{name} of {verb}"
        if name.startswith("-") and not variable:
            raise Undocumented(f"{what} names no environment variable")
        yield Entry(name, described(text, what), words, default, variable)


def count(text):
    """A number as people read it, with its size in binary units."""
    number = int(text)
    unit = next((unit for unit in SIZES if number % unit == 0 and 0 < number // unit < 1024), None)
    return f"{number:,}" + (f" ({number // unit}&nbsp;{SIZES[unit]})" if unit else "")


def shown_default(entry):
    if entry.default.startswith("\n"):
        return prose(entry.default)
    if entry.default.isdigit():
        return count(entry.default) if "bytes" in entry.name else f"{int(entry.default):,}"
    return code(entry.default) if entry.default else ""


def shown_name(entry):
    """The flag with what follows it. A value that is only called as the flag is, is any value or a number."""
    flag, _, value = entry.name.partition(" ")
    if value == f"<{flag.lstrip('-').replace('-', '_').upper()}>":
        value = "<N>" if entry.default.isdigit() else "<VALUE>"
    return code(f"{flag} {value}".strip()) + (f"<br>{code(entry.variable)}" if entry.variable else "")


def shown_words(words):
    parts = [re.fullmatch(r"([\w.-]+)(?:: +(.*))?", " ".join(word.split())).groups() for word in words]
    return "; ".join(code(word) + (f": {prose(text)}" if text else "") for word, text in parts)


def option_table(listed, ranges=None):
    rows = []
    for entry in listed:
        values = shown_words(entry.words) or (ranges or {}).get(entry.name, "")
        text = re.sub(r"(?<=[^.])$", ".", prose(entry.text)) + (f" {values}." if values else "")
        rows.append([shown_name(entry), shown_default(entry), text])
    what = "flag and variable" if any(entry.variable for entry in listed) else "argument"
    if any(entry.default for entry in listed):
        return table([what, "default", "meaning"], rows)
    return table([what, "meaning"], [[name, text] for name, _, text in rows])


def range_of(binary, flag):
    """What a number of the server may be, or nothing if it is no number.

    One of 0 and the largest number is refused with the range. A listen address that is none stops the server if not.
    """
    for tried in ("0", str(2**64 - 1)):
        refused = run(binary, "serve", flag, tried, "--listen", "nowhere").stderr
        found = re.search(r"is not in (\d+)\.\.=(\d+)", refused)
        if found:
            first, last = int(found[1]), int(found[2])
            return f"At least {first:,}" if last == 2**64 - 1 else f"From {first:,} to {last:,}"
    return ""


def section(verb, level, common):
    blocks = [f"{'#' * level} {verb.name}\n", prose_lines(verb.about), fenced(verb.usage)]
    for title, listed in verb.options(*common).items():
        blocks += [f"**{prose(title)}**\n" if title not in ("Options", "Arguments") else "", option_table(listed)]
    return page(*blocks)


def prose_lines(about):
    return "\n\n".join(prose(block) for block in about.split("\n\n")) + "\n"


def pages(binary):
    """Every page of the commands, by its path in the site."""
    top = Verb(binary)
    common = ("Logs",)
    made, listed = {}, []
    for name in top.verbs:
        verb = Verb(binary, name)
        if name == "serve":
            made.update(serve_pages(binary, verb, common))
        else:
            inner = [Verb(binary, name, each) for each in verb.verbs]
            blocks = [section(verb, 1, common), *(section(each, 2, common) for each in inner)]
            made[f"commands/{name}.md"] = page(*blocks)
        listed.append([f"[{verb.name}]({name}.md)", prose(verb.about.split("\n\n")[0])])
    blocks = [
        "# Every flag\n",
        prose(top.about.split("\n\n")[0]) + ".\n",
        "Every flag has an environment variable; the flag takes precedence. Exit codes:"
        " [errors](../errors.md#the-command-line).\n",
        table(["command", "what"], listed),
    ]
    for title in common:
        blocks += [f"## {title}\n", "Flags of every command:\n", option_table(top.sections[title])]
    made["commands/index.md"] = page(*blocks)
    return made


def serve_pages(binary, serve, common):
    numbers = [entry.name for listed in serve.sections.values() for entry in listed if entry.default.isdigit()]
    ranges = {name: range_of(binary, name.split()[0]) for name in numbers}
    limits = serve.sections["Limits"]
    if not all(ranges.get(entry.name) for entry in limits):
        raise Undocumented(f"a limit has no range: {[entry.name for entry in limits if not ranges.get(entry.name)]}")
    blocks = [
        f"# {serve.name}\n",
        prose_lines(serve.about),
        fenced(serve.usage),
        *(option_table(listed, ranges) for listed in serve.options("Limits", *common).values()),
        "The flags of its limits are in [every limit](../limits.md).\n",
    ]
    return {"commands/serve.md": page(*blocks), "parts/limits.md": option_table(limits, ranges)}
