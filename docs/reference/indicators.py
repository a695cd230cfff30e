"""The pages of the indicators, one per group, from the catalogue that the clients have."""

import json
import re

from reference.markdown import code, described, fenced, page, prose, table


def number(value):
    return f"{value:.0f}" if abs(value) < 1e15 and value == int(value) else f"{value:g}"


def formula_lines(formula):
    """The formula with one definition per line."""
    depth, lines = 0, [""]
    for character in formula:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == ";" and depth == 0:
            lines.append("")
        else:
            lines[-1] += character
    return "\n".join(line.strip() for line in lines)


def parameters(indicator):
    rows = []
    for param in indicator["params"]:
        what = f"parameter {param['name']} of {indicator['name']}"
        bounds = "" if param["choices"] else f"{number(param['min'])} to {number(param['max'])}"
        values = ", ".join(code(word) for word in param["choices"]) or bounds
        rows.append([code(param["name"]), code(param["default"]), values, prose(described(param["help"], what))])
    return table(["parameter", "default", "values", "meaning"], rows)


def outputs(indicator):
    listed = []
    for output in indicator["outputs"]:
        what = f"output {output['name']} of {indicator['name']}"
        shift = output["display_shift"]
        shifted = f"; charts shift it by {shift} bars" if shift else ""
        listed.append([code(output["name"]), prose(described(output["help"], what)) + shifted])
    several = len(listed) > 1 or "shift" in listed[0][1]
    return table(["output", "meaning"], listed) if several else ""


def facts(indicator):
    stable = indicator["stable_from"]
    source = prose(described(indicator["source"], f"source of {indicator['name']}"))
    return (
        f"Lookback {indicator['lookback']} bars, {'never stable' if stable is None else f'stable from bar {stable}'},"
        f" revision {indicator['revision']}. Source: {source}.\n"
    )


def section(indicator):
    name = indicator["name"]
    arguments = [*indicator["inputs"], *(f"{param['name']}={param['default']}" for param in indicator["params"])]
    title = prose(described(indicator["title"], f"title of {name}"))
    summary = prose(described(indicator["summary"], f"summary of {name}"))
    formula = formula_lines(described(indicator["formula"], f"formula of {name}"))
    return page(
        f"## {name}\n",
        f"**{title}.** {summary}\n",
        fenced(f"{name}({', '.join(arguments)})\n\n{formula}"),
        parameters(indicator),
        outputs(indicator),
        facts(indicator),
    )


def pages(path):
    """Every page of the indicators, by its path in the site."""
    with open(path, encoding="utf-8") as file:
        catalog = json.load(file)
    groups = {}
    for indicator in catalog["indicators"]:
        groups.setdefault(described(indicator["group"], f"group of {indicator['name']}"), []).append(indicator)
    made = {}
    for group, listed in groups.items():
        heading = f"# {group.capitalize()}\n"
        made[f"indicators/{group}.md"] = page(heading, *(section(indicator) for indicator in listed))
    blocks = [
        "# Every indicator\n",
        f"There are {len(catalog['indicators'])}. An indicator is written with its inputs, then its parameters, all of"
        " which may be left out: [expressions](../expressions.md). *Lookback* is the number of bars before the first"
        " value, and from the bar where it is *stable* a value is the same to 8 digits wherever the series starts, both"
        " at default parameters: [warm-up](../concepts.md#warm-up).\n",
    ]
    for group, listed in groups.items():
        rows = [[f"[{each['name']}]({group}.md#{slug(each['name'])})", prose(each["title"])] for each in listed]
        blocks += [f"## {group.capitalize()}\n", table(["name", "title"], rows)]
    rows = []
    for preset in catalog["presets"]:
        summary = prose(described(preset["summary"], f"preset {preset['name']}"))
        rows.append([code(preset["name"]), ", ".join(code(each) for each in preset["expressions"]), summary])
    blocks += ["## Presets\n", "A preset is one name for several expressions.\n"]
    blocks.append(table(["name", "expressions", "meaning"], rows))
    made["indicators/index.md"] = page(*blocks)
    return made


def slug(name):
    """The anchor of a heading."""
    return re.sub(r"[^a-z0-9_-]", "", name.lower())
