"""Runs the examples of pages as a reader would paste them: `examples.py ADDRESS PYTHON PAGE...`.

The blocks of `sh` of a page run in one shell, in order, and those of `python` by PYTHON; where a block of `text`
follows, that is what they print, on both outputs together. `...` in it stands for anything. The page's server listens
on the default port, ours on ADDRESS; nothing else is changed. `console` blocks are to be read only.
"""

import os
import re
import subprocess
import sys
import tempfile

DEFAULT = "127.0.0.1:50051"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
# Ends the output of each block, with the exit code of its last command.
MARK = "\x1e"


def program(blocks, python):
    """One script of all blocks. Those of Python come from where a shell that pastes a file would have it."""
    script = ["exec 2>&1"]
    for language, text, _ in blocks:
        script.append(text if language == "sh" else f"'{python}' - <<'PASTED'\n{text}PASTED")
        script.append(f"printf '\\n{MARK}%d{MARK}' $?")
    return "\n".join(script)


def matches(expected, found):
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, found.strip(), re.DOTALL)


def works(path, address, python):
    """Whether every example of a page does."""
    with open(path, encoding="utf-8") as page:
        blocks = BLOCK.findall(page.read().replace(DEFAULT, address))
    with tempfile.TemporaryDirectory() as folder:
        command = ["bash", "-c", program(blocks, python)]
        # As after the quick start, and away from the reader's own data.
        environment = {**os.environ, "ATRAD_SERVER": address, "ATRAD_DATA": f"{folder}/data"}
        run = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    answers = re.findall(f"(.*?)\n{MARK}(\\d+){MARK}", run.stdout, re.DOTALL)
    failed = len(answers) != len(blocks) or not blocks
    for (_, text, expected), (found, code) in zip(blocks, answers, strict=False):
        print(f"--- {text}{found}")
        if expected and not matches(expected, found):
            print(f"=== but {path} shows\n{expected}")
            failed = True
        elif not expected and code != "0":
            print(f"=== exit code {code}")
            failed = True
    print(f"{len(blocks)} examples of {path}")
    return not failed


if __name__ == "__main__":
    outcomes = [works(path, sys.argv[1], sys.argv[2]) for path in sys.argv[3:]]
    sys.exit(0 if outcomes and all(outcomes) else 1)
