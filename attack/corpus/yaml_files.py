"""YAML: what anchors repeat, depth, tags and documents."""

from attack.corpus.kinds import Made, kind


@kind("YAML aliases")
def yaml_aliases() -> Made:
    laughs = "a0: &a0 [web, web, web]\n" + "".join(
        f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12)
    )
    yield "laughs.yaml", laughs
    merges = "m0: &m0 {k0: 1}\n" + "".join(
        f"m{at}: &m{at} {{<<: [*m{at - 1}, *m{at - 1}], k{at}: 1}}\n" for at in range(1, 60)
    )
    yield "merges.yaml", merges
    yield "itself.yaml", "&a {<<: *a}\n"
    yield "itself-list.yaml", "services: &a [*a, *a]\n"
    yield "one-another.yaml", "a: &a {<<: &b {<<: *a}}\nb: *b\n"
    yield (
        "chain.yaml",
        "a0: &a0 {name: web}\n"
        + "".join(f"a{at}: &a{at} {{<<: *a{at - 1}}}\n" for at in range(1, 3_000)),
    )
    yield "wide.yaml", "a: &a [" + "x, " * 50_000 + "]\nb: [" + "*a, " * 1_000 + "]\n"


@kind("deep YAML")
def deep_yaml() -> Made:
    yield "flow.yaml", "a: " + "[" * 100_000
    yield "flow-maps.yaml", "a: " + "{a: " * 20_000 + "}" * 20_000
    yield "indent.yaml", "".join(" " * at + "a:\n" for at in range(1_500))
    yield "dashes.yaml", "- " * 20_000 + "a\n"
    yield "questions.yaml", "? " * 20_000 + "a\n"


@kind("YAML tags and scalars")
def yaml_tags() -> Made:
    for at, value in enumerate(("!!python/object/apply:os.system ['true']", "!!binary ////",
                                "0o" + "7" * 100_000, "1:" * 50_000 + "1", "9" * 100_000,
                                "9999-99-99T99:99:99Z", "!!timestamp x", "!<tag:x> y",
                                "|" + "9" * 1_000 + "\n x", "'" + "''" * 100_000)):  # fmt: skip
        yield f"scalar-{at}.yaml", f"services:\n  web:\n    image: {value}\n  db:\n    image: y\n"


@kind("YAML documents")
def yaml_documents() -> Made:
    yield "documents.yaml", "---\nkind: Pod\nmetadata: {name: web}\n" * 5_000
    yield "empty.yaml", "---\n" * 200_000
    yield "directives.yaml", "%YAML 1.1\n---\n" * 20_000
    yield "keys.yaml", "services:\n" + "".join(f"  s{at}: {{k{at}: 1}}\n" for at in range(9_000))
    yield "comments.yaml", "name: web\n" + "#" * 2_000_000 + "\n"
