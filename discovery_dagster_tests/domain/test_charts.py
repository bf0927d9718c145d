from xml.etree import ElementTree

import polars as pl

from discovery_dagster.domain.charts import bar_chart, by_degree, by_size, degrees

SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart):
    return ElementTree.fromstring(chart)  # noqa: S314 - our own


def test_a_chart_is_svg_with_a_bar_and_a_number_for_each_label():
    drawn = parsed(bar_chart("Types", [("server", 40), ("<odd>", 10)]))
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert texts == ["Types", "server", "40", "<odd>", "10"]
    lengths = [float(bar.get("width")) for bar in drawn.iter(f"{SVG}rect")][1:]
    assert lengths[0] == 4 * lengths[1]


def test_a_chart_of_nothing_is_still_a_chart():
    assert parsed(bar_chart("Types", [("server", 0)])).tag == f"{SVG}svg"


def test_degrees_are_counted_in_classes_and_each_asset_once():
    fan = [0, 0, 1, 2, 4, 30, 51, 900]
    nodes = pl.DataFrame({"fan_in": fan, "fan_out": [0] * 7 + [100]})
    counts = degrees(nodes)
    assert counts == {
        "0": 2, "1": 1, "2": 1, "3-5": 1, "6-10": 0, "11-20": 0, "21-50": 1, "51+": 2,
    }  # fmt: skip
    assert [label for label, _ in by_degree(counts)] == list(counts)
    assert sum(degrees(nodes.clear()).values()) == 0


def test_the_longest_bar_comes_first():
    bars = by_size({"unknown": 1, "virtual_machine": 5, "other": 1})
    assert bars == [("virtual machine", 5), ("other", 1), ("unknown", 1)]
