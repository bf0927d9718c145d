"""Kubernetes: what `kubectl get … -o json` prints, a list of objects of many kinds.

Source: the Kubernetes API reference (Pod, Node, Service, workload resources). Objects that only
configure others are no things of an estate. `hostIP` is the address of a pod's node, not its own.
What an object runs is the image of its first container.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_CONFIGURATION = frozenset(
    {"configmap", "secret", "namespace", "serviceaccount", "role", "rolebinding", "clusterrole",
     "clusterrolebinding", "networkpolicy", "endpoints", "endpointslice", "event", "replicaset",
     "horizontalpodautoscaler", "poddisruptionbudget", "limitrange", "resourcequota", "lease",
     "customresourcedefinition", "storageclass", "priorityclass", "controllerrevision"}
)  # fmt: skip

_IMAGE = r'"image":"([^"]+)"'

FORMATS = (
    TableFormat(
        name="kubernetes.objects",
        kind=Kind.ASSETS,
        headers=(frozenset({"api version", "kind", "metadata name"}),),
        verbatim=frozenset({"kind", "apiVersion"}),
        columns={
            "metadata name": Rule("name"),
            "metadata namespace": Rule("scope"),
            "kind": Rule("declared_type"),
            "spec node name": Rule("runs_on", target_type="server"),
            "status pod ip": Rule("ip_addresses"),
            "status host ip": Rule("unmapped"),
            "spec cluster ip": Rule("ip_addresses"),
            "status node info os image": Rule("os_name"),
            "status capacity cpu": Rule("cpu_cores"),
            "status capacity memory": Rule("memory_gb"),
            "status phase": Rule("status"),
            "spec type": Rule("unmapped"),
            "image": Rule("product"),
        },
        type_patterns=TypePatterns(
            "declared_type",
            {
                "pod": "container",
                "node": "server",
                "persistentvolume": "storage",
                "persistentvolumeclaim": "storage",
                "deployment": "service",
                "statefulset": "service",
                "daemonset": "service",
                "cronjob": "service",
                "job": "service",
                "service": "service",
                "ingress": "load_balancer",
            },
        ),
        exclusions=(
            Exclusion(
                "kind", _CONFIGURATION, "It configures others and is no thing of the estate."
            ),
        ),
        synonyms=False,
    ),
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give the objects that run containers the image of the first one."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    lists = [name for name in table.header if name.endswith("spec.containers")]
    if not lists or not FORMATS[0].specificity(table):
        return table
    images = pl.DataFrame([cells_of(table, name).str.extract(_IMAGE).alias(name) for name in lists])
    return add_columns(table, {"image": images.select(pl.coalesce(pl.all())).to_series()})
