"""Prints what the attack found, one line per reader."""

import os


def pytest_terminal_summary(terminalreporter):
    """Say how often each reader read a spoilt file and how often it refused."""
    if "CIRCLE_ATTACK_SECONDS" not in os.environ:
        return
    terminalreporter.section("attack")
    for outcome in ("passed", "failed"):
        for one in terminalreporter.getreports(outcome):
            counts = dict(one.user_properties)
            if one.when == "call":
                name = one.nodeid.rsplit("::", 1)[-1]
                said = "".join(f"  {key} {value:,}" for key, value in counts.items())
                terminalreporter.write_line(f"{outcome:6}  {name}{said}")
