"""Plots in the metadata of Dagster assets, from the counts of their publications."""

import base64
from collections.abc import Callable, Mapping, Sequence

import dagster as dg

from discovery_dagster.domain.charts import bar_chart, by_degree, by_size

_Order = Callable[[Mapping[str, int]], Sequence[tuple[str, int]]]

#: What is drawn of a step: the title, the prefix of the counts, and their order.
_PLOTS: Mapping[str, tuple[str, str, _Order]] = {
    "classified_assets": ("Assets by type", "type.", by_size),
    "dependencies": ("Dependencies by status", "status.", by_size),
    "dependency_graph": ("Assets by number of dependencies", "degree.", by_degree),
}


def plots(step: str, counts: Mapping[str, int]) -> dict[str, dg.MarkdownMetadataValue]:
    """The step's plot as an image, when it has one and there is something to draw."""
    if step not in _PLOTS:
        return {}
    title, prefix, order = _PLOTS[step]
    drawn = {
        name.removeprefix(prefix): number
        for name, number in counts.items()
        if name.startswith(prefix)
    }
    if not drawn:
        return {}
    image = base64.b64encode(bar_chart(title, order(drawn)).encode()).decode()
    return {"plot": dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{image})")}
