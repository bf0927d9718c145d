"""Delimited text, logs and what else consists of lines."""

from attack.corpus.kinds import Made, kind

MIB = 1024**2
TABLE = "hostname,os\nweb,RHEL 8\n"
#: Repeated, these make expressions that are not linear try again from every place.
BAITS = (
    "a", "-", " ", "\t", ".", "/", "/**/", "a@", "1.", "::", "a:", "a=", "=>", "->", "((", '"', "'",
    "\\", "%41", "password=", "<a>", "&amp;", "0x", "\u00a0", "a-", "a_", "A1", "//", "{", "[a",
)  # fmt: skip


@kind("endless lines")
def endless_lines() -> Made:
    for name, piece in (("letters", "a"), ("commas", ","), ("blanks", " "), ("tabs", "\t"),
                        ("quotes", '"'), ("semicolons", ";"), ("words", "ab ")):  # fmt: skip
        yield f"endless-{name}.csv", piece * (4 * MIB // len(piece))
    yield "endless-second.csv", "hostname,os\nweb," + "x" * (8 * MIB)
    yield "endless-returns.csv", "hostname,os\r" + "web,RHEL\r" * 100_000


@kind("unclosed quotes")
def unclosed_quotes() -> Made:
    yield "open-first.csv", '"hostname,os\n' + "web,RHEL\n" * 100_000
    yield "open-each.csv", "hostname,os\n" + '"web,RHEL\n' * 100_000
    yield "open-odd.csv", "hostname,os\n" + 'web,"RHEL""\n' * 100_000
    yield "open-nested.csv", "hostname,os\n" + 'web,"' + '""' * MIB + "\n"
    yield "open-last.csv", "hostname,os\n" + "web,RHEL\n" * 100_000 + '"'


@kind("many columns")
def many_columns() -> Made:
    yield "columns-100k.csv", ",".join(f"c{at}" for at in range(100_000)) + "\n"
    yield "columns-below.csv", TABLE + "," * 100_000 + "\n"
    header = "hostname," + ",".join(f"c{at}" for at in range(4_000)) + "\n"
    yield "short-lines.csv", header + "a\n" * 140_000
    yield "short-lines-blank.csv", header + "\n" * 140_000
    yield "ragged.csv", TABLE + "".join("x," * (at % 5_000) + "\n" for at in range(2_000))
    yield "tabs.tsv", "hostname\tos\n" + "\t" * MIB + "\n"


@kind("long cells")
def long_cells() -> Made:
    yield "cell-16m.csv", "hostname,os\nweb," + "x" * (16 * MIB) + "\n"
    yield "header-16m.csv", "hostname," + "x" * (16 * MIB) + "\nweb,RHEL\n"
    yield "cell-quoted.csv", 'hostname,os\nweb,"' + "x\n" * MIB + '"\n'
    yield "header-long.csv", "hostname," + "x" * 900_000 + "\nweb,RHEL\n"
    yield "cells-1m.csv", "hostname,os\n" + ("web," + "x" * 999_000 + "\n") * 8


@kind("zero bytes")
def zero_bytes() -> Made:
    yield "zeros.csv", bytes(4 * MIB)
    yield "zeros-between.csv", TABLE.encode().replace(b"e", b"\0e")
    yield "zeros-cells.csv", b"hostname,os\n" + b"\0,\0\n" * 50_000
    yield "zeros-end.csv", TABLE.encode() + bytes(2 * MIB)


@kind("broken encodings")
def broken_encodings() -> Made:
    for order, mark in (("le", b"\xff\xfe"), ("be", b"\xfe\xff")):
        lone = "".join(f"web{chr(0xD800 + at % 0x800)},RHEL\n" for at in range(5_000))
        data = ("hostname,os\n" + lone).encode(f"utf-16-{order}", "surrogatepass")
        yield f"surrogates-{order}.csv", mark + data
        yield f"odd-{order}.csv", mark + TABLE.encode(f"utf-16-{order}")[:-1]
    yield "utf32.csv", TABLE.encode("utf-32")
    yield "overlong.csv", b"hostname,os\n" + b"\xc0\xaf,\xe0\x80\xaf\n" * 10_000
    yield "marks.csv", b"\xef\xbb\xbf" * 10_000 + TABLE.encode()
    yield "only-mark.csv", b"\xff\xfe"
    yield "continuations.csv", b"\x80" * MIB
    yield "mixed.csv", TABLE.encode() + TABLE.encode("utf-16") + "größe,ß\n".encode("cp1252")


@kind("delimiters in dispute")
def delimiters() -> Made:
    yield "sep-long.csv", "sep=" + "|" * 100_000 + "\n" + TABLE
    yield "rulers.csv", ("-" * 1_000 + "\n") * 2_000
    yield "ruler-2m.csv", "hostname os\n" + "-" * (2 * MIB) + " " + "-" * MIB + "\nweb RHEL\n"
    yield "every-sign.csv", ",;|\t: " * 100_000 + "\n" + TABLE
    yield "pipes.md", "| hostname | os |\n|---|---|\n" + "|" * MIB + "\n"


@kind("bait for expressions, whole files")
def baits() -> Made:
    for at, bait in enumerate(BAITS):
        yield f"bait-{at}.txt", bait * (256 * 1024 // len(bait)) + "!"


@kind("bait for expressions, cells")
def baited_cells() -> Made:
    for at, bait in enumerate(BAITS):
        cell = (bait * 60_000).replace('"', '""')[:60_000]
        yield f"cell-{at}.csv", f'hostname,depends on,notes\nweb,"{cell}!","{cell} password"\n'


@kind("bait for expressions, headers")
def baited_headers() -> Made:
    for at, bait in enumerate(BAITS[::3]):
        header = (bait * 20_000).replace('"', '""')[:20_000]
        yield f"header-{at}.csv", f'hostname,"{header}","x {header}!"\nweb,a,b\n'


@kind("huge numbers")
def huge_numbers() -> Made:
    digits = "9" * 100_000
    rows = (digits, "1e999999", f"-{digits}.{digits}", "0x" + "f" * 50_000, "1e-999999", "NaN",
            "٣" * 50_000, "1" + ",000" * 20_000, "31.02.99999", f"{digits}-01-01")  # fmt: skip
    cells = "".join(f'web{at},"{row}","{row}","{row}"\n' for at, row in enumerate(rows))
    yield "numbers.csv", "hostname,cpu_cores,memory_gb,last seen\n" + cells
    yield "ports.csv", f"src_ip,dst_ip,dst_port\n10.0.0.1,10.0.0.2,{digits}\n"
    yield "addresses.csv", "hostname,ip address\nweb," + "255." * 20_000 + "1\n"
    yield "networks.csv", "hostname,ip address\nweb,10.0.0.0/" + digits + "\nweb2,::/0\n"


@kind("formulas")
def formulas() -> Made:
    for at, sign in enumerate(("=", "+", "-", "@", "\t=", "\r=")):
        cell = f"{sign}cmd|' /C calc'!A0"
        yield f"formula-{at}.csv", "hostname,os\n" + f'"{cell}","{cell}"\n' * 2_000


@kind("headers")
def headers() -> Made:
    yield "headers-same.csv", ",".join(["hostname"] * 4_000) + "\n" + "a," * 3_999 + "\n"
    yield "headers-again.csv", TABLE * 50_000
    names = ",".join(f"the name of column {at}" for at in range(4_000))
    yield "headers-long.csv", f"hostname,{names}\nweb\n"
    yield "headers-blank.csv", " ,\t, \nweb,RHEL,x\n"
    yield "headers-alone.csv", "hostname,os\n"
    yield "headers-deep.csv", "Group,Group\n" * 10_000 + TABLE
    yield "headers-numbered.csv", ",".join(f"dependency {at}" for at in range(4_000)) + "\nweb\n"


@kind("logs")
def logs() -> Made:
    line = '<999>1 2024-02-31T25:61:61Z {host} app[{pid}]: key={value} [a@1 b="{value}"]\n'
    values = ("\x1b[2J" * 5_000, "=" * 20_000, '\\"' * 10_000, "]" * 20_000)
    for at, value in enumerate(values):
        yield f"syslog-{at}.log", line.format(host="h" * 5_000, pid="9" * 5_000, value=value) * 20
    yield "cef.log", "CEF:0|" + "|" * 200_000 + "src=10.0.0.1 dst=" + "1" * 200_000
    yield "keys.log", "".join(f"k{at}=v " for at in range(200_000))


@kind("flow logs")
def flow_logs() -> Made:
    head = "version account-id srcaddr dstaddr srcport dstport protocol bytes start end action\n"
    yield "flow-huge.log", head + f"2 1 10.0.0.1 10.0.0.2 {'9' * 9_999} -1 6 1e308 9e99 -9 X\n" * 99
    yield "flow-header.log", head * 20_000
    yield "flow-long.log", head + "2 1 " + "10.0.0.1 " * 200_000 + "\n"
    yield "zeek.log", "#separator \\x" + "0" * 100_000 + "9\n#fields\tid.orig_h\tid.resp_h\n"
    yield "zeek-fields.log", "#separator \\x09\n" + "#fields\tid.orig_h\tid.resp_h\n" * 20_000
    yield "zeek-sets.log", "#set_separator\t,\n#fields" + "\tx" * 200_000 + "\n1\n"


@kind("metrics")
def metrics() -> Made:
    name = "traces_service_graph_request_total"
    yield "labels-many.prom", name + "{" + ",".join(f'l{at}="x"' for at in range(100_000)) + "} 1\n"
    yield "labels-open.prom", (name + '{client="web,server="db\n') * 50_000
    yield "labels-slashes.prom", name + '{client="' + "\\" * MIB + '",server="db"} 1\n'
    yield "labels-new.prom", "".join(f'{name}{{client="a",k{at}="b"}} 1\n' for at in range(20_000))
    yield "values.prom", f'{name}{{client="a",server="b"}} {"9" * 200_000}\n'
    yield "help.prom", "# HELP x " + "\\n" * 200_000 + f'\n{name}{{client="a",server="b"}} 1\n'


@kind("sockets")
def sockets() -> Made:
    head = "Proto Recv-Q Send-Q Local Address Foreign Address State PID/Program name\n"
    yield "netstat-colons.txt", head + "tcp 0 0 " + ":" * MIB + " 1.2.3.4:1 ESTABLISHED 1/x\n"
    yield "netstat-blanks.txt", head + "tcp" + " " * MIB + "0 0 1.1.1.1:1 1.2.3.4:1 LISTEN 1/x\n"
    yield "lsof-arrows.txt", "java 9 app 45u IPv4 1 0t0 TCP " + "10.0.0.1:1->" * 50_000 + "\n"
    yield "ss-users.txt", "tcp ESTAB 0 0 1.1.1.1:1 2.2.2.2:2 users:((" + '"a",' * 100_000 + "))\n"


@kind("matrices and adjacency")
def matrices() -> Made:
    names = [f"s{at}" for at in range(1_800)]
    ones = ",".join(["1"] * len(names))
    yield "matrix-names.csv", ("," + ",".join(names[:999]) + "\n") * 300
    yield "matrix-full.csv", "," + ",".join(names) + "\n" + "".join(f"{n},{ones}\n" for n in names)
    yield "adjacency-star.txt", "web: " + ", ".join(f"s{at}" for at in range(200_000)) + "\n"
    yield "adjacency-all.txt", "".join(f"{n}: {', '.join(names[:800])}\n" for n in names[:800])
    yield "arrows.txt", " -> ".join(f"s{at}" for at in range(200_000)) + "\n"
    yield "arrows-bare.txt", "->" * 200_000
