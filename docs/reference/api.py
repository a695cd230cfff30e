"""The pages of the API from the protos, whose comments are the documentation.

Reads the image that `buf build -o api.json` writes: descriptors with source locations.
"""

import json
import re
from collections import namedtuple

from reference.markdown import Undocumented, code, described, page, prose, table

# Where the parts of a file are in the paths of its source locations (descriptor.proto).
MESSAGE, ENUM, SERVICE = 4, 5, 6
FIELD, ONEOF, VALUE, METHOD = 2, 8, 2, 2

CODES = "INVALID_ARGUMENT|NOT_FOUND|RESOURCE_EXHAUSTED|DATA_LOSS|UNAVAILABLE|DEADLINE_EXCEEDED"

# Files in the order of the index; others follow.
ORDER = ["indicator", "ingest", "series", "saved_result", "cache", "admin"]

Method = namedtuple("Method", "service name kind link summary")


class File:
    """One proto: its descriptor, the comments in it, and where its names and those of others are described."""

    def __init__(self, descriptor, links):
        self.descriptor = descriptor
        self.links = links
        locations = descriptor["sourceCodeInfo"]["location"]
        self.comments = {tuple(each.get("path", ())): each.get("leadingComments") for each in locations}

    def comment(self, what, *path):
        return described(self.comments.get(path), f"{what} of {self.descriptor['name']}")

    def link(self, name):
        """A link to a message or an enum, by its full name or, in comments, its short one."""
        short = name.rpartition(".")[2]
        target = self.links[short]
        own = target.startswith(stem(self.descriptor) + ".md")
        return f"[`{short}`]({target[target.index('#') :] if own else target})"

    def text(self, comment):
        """A comment as Markdown: paragraphs, names as links, and errors as a list."""
        blocks = [self.paragraph(block) for block in re.split(r"\n\s*\n", comment)]
        return "\n\n".join(blocks) + "\n"

    def paragraph(self, block):
        before, *errors = re.split(rf"\b(?=(?:{CODES}): )", " ".join(block.split()))
        items = [self.linked(re.sub(r"^(\w+)", r"`\1`", error.strip())) for error in errors]
        return self.linked(before.strip()) + "".join(f"\n- {item}" for item in items).replace("\n", "\n\n", 1)

    def linked(self, text):
        def linked(found):
            return self.link(found[1]) if found[1] in self.links else found[0]

        return re.sub(r"`(\w+)`", linked, prose(text))


def stem(descriptor):
    return descriptor["name"].rpartition("/")[2].removesuffix(".proto")


def load(path):
    """The files of the image, and the links of all names in it."""
    with open(path, encoding="utf-8") as image:
        descriptors = [each for each in json.load(image)["file"] if each["package"].startswith("atrad")]
    links = {}
    for each in descriptors:
        for kind in ("messageType", "enumType", "service"):
            links.update({named["name"]: f"{stem(each)}.md#{named['name'].lower()}" for named in each.get(kind, [])})
    files = [File(each, links) for each in descriptors]
    return sorted(files, key=lambda file: (ORDER + [stem(file.descriptor)]).index(stem(file.descriptor)))


def type_of(file, field):
    kind = field["type"].removeprefix("TYPE_").lower()
    shown = file.link(field["typeName"]) if kind in ("message", "enum") else code(kind)
    if field["label"] == "LABEL_REPEATED":
        return f"repeated {shown}"
    return f"optional {shown}" if field.get("proto3Optional") else shown


def message(file, index, descriptor):
    name, fields = descriptor["name"], descriptor.get("field", [])
    rows, named = [], set()
    for at, field in enumerate(fields):
        oneof = field.get("oneofIndex") if not field.get("proto3Optional") else None
        if oneof is not None and oneof not in named:
            named.add(oneof)
            group = descriptor["oneofDecl"][oneof]["name"]
            members = ", ".join(code(each["name"]) for each in fields if each.get("oneofIndex") == oneof)
            comment = file.comment(f"oneof {name}.{group}", MESSAGE, index, ONEOF, oneof)
            rows.append([code(group), f"one of {members}", file.linked(comment)])
        comment = file.comment(f"field {name}.{field['name']}", MESSAGE, index, FIELD, at)
        rows.append([code(field["name"]), type_of(file, field), file.linked(comment)])
    comment = file.text(file.comment(f"message {name}", MESSAGE, index))
    return page(f"### {name}\n", comment, table(["field", "type", "meaning"], rows) or "It has no fields.\n")


def enum(file, index, descriptor):
    name = descriptor["name"]
    rows = []
    for at, value in enumerate(descriptor["value"]):
        comment = file.comment(f"value {value['name']}", ENUM, index, VALUE, at)
        rows.append([code(value["name"]), str(value.get("number", 0)), file.linked(comment)])
    comment = file.text(file.comment(f"enum {name}", ENUM, index))
    return page(f"### {name}\n", comment, table(["value", "number", "meaning"], rows))


def method(file, index, at, service, descriptor):
    name = descriptor["name"]
    comment = file.comment(f"method {service}.{name}", SERVICE, index, METHOD, at)
    sent, answered = (bool(descriptor.get(f"{side}Streaming")) for side in ("client", "server"))
    request, response = file.link(descriptor["inputType"]), file.link(descriptor["outputType"])
    path = code(f"atrad.v1.{service}/{name}")
    head = f"{path}: {'stream of ' if sent else ''}{request} to {'stream of ' if answered else ''}{response}\n"
    kind = {(False, False): "unary", (False, True): "server stream", (True, False): "client stream"}
    summary = file.linked(re.split(r"(?<=[.!])\s", " ".join(comment.split()), maxsplit=1)[0])
    link = f"{stem(file.descriptor)}.md#{name.lower()}"
    entry = Method(service, name, kind.get((sent, answered), "stream both ways"), link, summary)
    return page(f"### {name}\n", head, file.text(comment)), entry


def service_page(file):
    """The page of one proto, and its methods."""
    blocks, methods = [], []
    for index, service in enumerate(file.descriptor.get("service", [])):
        blocks += [f"# {service['name']}\n", file.text(file.comment(f"service {service['name']}", SERVICE, index))]
        blocks.append("## Methods\n")
        for at, descriptor in enumerate(service["method"]):
            text, entry = method(file, index, at, service["name"], descriptor)
            blocks.append(text)
            methods.append(entry)
    blocks.append("## Messages\n")
    blocks += [message(file, index, each) for index, each in enumerate(file.descriptor.get("messageType", []))]
    enums = file.descriptor.get("enumType", [])
    if enums:
        blocks += ["## Enums\n", *(enum(file, index, each) for index, each in enumerate(enums))]
    return page(*blocks), methods


def pages(path):
    """Every page of the API, by its path in the site."""
    made, methods = {}, []
    for file in load(path):
        made[f"api/{stem(file.descriptor)}.md"], found = service_page(file)
        methods += found
    if not methods:
        raise Undocumented(f"{path} has no methods")
    services = {}
    for each in methods:
        services.setdefault(each.service, []).append([f"[{each.name}]({each.link})", each.kind, each.summary])
    blocks = [
        "# Every RPC\n",
        "The package is `atrad.v1`. The server answers reflection (v1 and v1alpha), so that grpcurl and other tools"
        " need no proto files, and the standard health service `grpc.health.v1.Health`. All methods share their"
        " [errors](../errors.md).\n",
        *(page(f"## {service}\n", table(["method", "kind", "what"], rows)) for service, rows in services.items()),
    ]
    made["api/index.md"] = page(*blocks)
    return made
