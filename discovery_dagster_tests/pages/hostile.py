"""An estate whose every cell, header and file name tries to run something in a browser."""

import csv
from pathlib import Path

#: What would set `window.hacked`, in each place where markup could be broken out of.
PAYLOADS = (
    "<script>window.hacked=1</script>",
    "\"><img src=x onerror='window.hacked=1'>",
    "'><svg onload=window.hacked=1>",
    "</textarea></title></style><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "{{ 7 * 7 }}${7*7}<%= 7*7 %>",
    "' onmouseover='window.hacked=1' x='",
)
TITLE = PAYLOADS[1]

_COLUMNS = (
    "Name", "Hostname", "Type", "OS", "OS Version", "Environment", "Criticality", "Location",
    "Business Owner", "Technical Owner", "Application", "Vendor", "Model", "Serial Number",
    "Status", "Description", "IP Address", PAYLOADS[0],
)  # fmt: skip


def files(folder: Path) -> list[Path]:
    """Servers, relations and records to be rejected, in a file of a hostile name."""
    hostile = folder / "hostile"
    hostile.mkdir()
    servers = hostile / "servers<img src=x onerror=window.hacked=1>.csv"
    with servers.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(_COLUMNS)
        for number, payload in enumerate(PAYLOADS):
            cells = [f"{payload} {column}" for column in _COLUMNS]
            cells[0] = f"srv-{number} {payload}"
            cells[1] = f"srv-{number}"
            cells[12] = f"10.0.0.{number + 1}"
            rows.writerow(cells)
        rows.writerow(["", "", *[f"{payload} lost" for payload in PAYLOADS]])
        rows.writerow([*["x"] * len(_COLUMNS), PAYLOADS[0], PAYLOADS[1]])
    relations = hostile / "relations.csv"
    with relations.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["Source", "Relationship", "Target"])
        for number, payload in enumerate(PAYLOADS):
            rows.writerow([f"srv-{number}", "depends on", f"srv-{(number + 1) % len(PAYLOADS)}"])
            rows.writerow([f"srv-{number}", "depends on", f"app {payload}"])
            rows.writerow([f"srv-{number}", f"is {payload} to", "srv-0"])
    return [servers, relations]
