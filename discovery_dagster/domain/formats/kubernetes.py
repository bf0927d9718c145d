"""Kubernetes: what `kubectl get … -o json` prints, a list of objects of many kinds.

Source: the Kubernetes API reference (Pod, Node, Service, workload resources). Objects that only
configure others are no things of an estate. `hostIP` is the address of a pod's node, not its own.
What an object runs is the image of its first container.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

OBJECTS: Final = declared("kubernetes.objects")


_IMAGE = r'"image":"([^"]+)"'


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give the objects that run containers the image of the first one."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    lists = [name for name in table.header if name.endswith("spec.containers")]
    if not lists or not OBJECTS.specificity(table):
        return table
    images = pl.DataFrame([cells_of(table, name).str.extract(_IMAGE).alias(name) for name in lists])
    return add_columns(table, {"image": images.select(pl.coalesce(pl.all())).to_series()})
