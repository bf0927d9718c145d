"""Ansible's inventories in YAML, and as `ansible-inventory --list` prints them in JSON.

all: {children: {web: {hosts: {web1: {ansible_host: 10.0.0.1}}, vars: {env: prod}}}}
{"_meta": {"hostvars": {"web1": {}}}, "web": {"hosts": ["web1"], "children": []}}
"""

import re
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.ansible_hosts import Host, Inventory, reading_of
from discovery_dagster.domain.readers.yaml_text import Node, documents_of
from discovery_dagster.domain.source_tables import FileReading

_GROUP: Final = frozenset({"hosts", "children", "vars"})
_BLANKS: Final = r"[^\S\n]"  # of one line: several empty ones would be tried from each of them
_HOSTS: Final = re.compile(
    rf"^{_BLANKS}++[\"']?hosts[\"']?{_BLANKS}*+:{_BLANKS}*+(?:\{{.*)?$", re.MULTILINE
)
_LISTED: Final = re.compile(r"\s*\{\s*\"(?:_meta|all|[\w.-]+)\"\s*:\s*\{")


def may_be_ansible_yaml(start: str) -> bool:
    """Whether a text that starts like this may be such an inventory; its groups tell."""
    if start.startswith("{"):
        return '"_meta"' in start and '"hostvars"' in start and _LISTED.match(start) is not None
    return not start.startswith(("[", "-\x20")) and _HOSTS.search(start) is not None


def read_ansible_yaml(text: str, encoding: str, name: str, limits: Limits) -> FileReading | None:
    """Read the hosts of the inventory `text`, None where it is none.

    Raises:
        UnreadableFileError: `invalid_yaml`, `limit_exceeded`.
    """
    roots = documents_of(text, name, limits)
    if len(roots) != 1 or roots[0].opening != "{":
        return None
    inventory = Inventory()
    members = {key.text or "": value for key, value in roots[0].pairs}
    listed = members.pop("_meta", None)
    if not members or not all(_is_group(value) for value in members.values()):
        return None
    for group, value in members.items():
        _read_group(inventory, group, value, 0)
    if listed is not None:
        _set_variables(inventory, listed)
    if not inventory.hosts:
        return None
    return reading_of(inventory, "json" if listed else "yaml", encoding, name, limits)


def _is_group(node: Node) -> bool:
    """Whether a node is a group: nothing, or an object of hosts, children and variables."""
    if not node.opening:
        return node.text is None
    return node.opening == "{" and {key.text for key, _ in node.pairs} <= _GROUP


def _read_group(inventory: Inventory, group: str, node: Node, depth: int) -> None:
    for key, value in node.pairs if node.opening == "{" and depth < _DEPTH else ():
        if key.text == "vars":
            inventory.variables.setdefault(group, {}).update(_scalars(value))
        elif value.opening == "[":  # as `--list` prints them
            names = [child for child in value.children if child.text]
            if key.text == "hosts":
                inventory.hosts += [Host(each.line, each.text or "", group, {}) for each in names]
            else:
                for each in names:
                    inventory.parents.setdefault(each.text or "", []).append(group)
        elif key.text == "hosts":
            inventory.hosts += [
                Host(inner.line, inner.text or "", group, _scalars(body))
                for inner, body in value.pairs
            ]
        else:
            for inner, body in value.pairs:
                inventory.parents.setdefault(inner.text or "", []).append(group)
                _read_group(inventory, inner.text or "", body, depth + 1)


_DEPTH: Final = 64


def _scalars(node: Node) -> dict[str, str | None]:
    """The variables of a node that are texts; lists and objects are settings."""
    pairs = node.pairs if node.opening == "{" else ()
    return {key.text or "": value.text for key, value in pairs if not value.opening}


def _set_variables(inventory: Inventory, meta: Node) -> None:
    for key, value in meta.pairs:
        if key.text == "hostvars" and value.opening == "{":
            host_variables = {name.text: (name.line, _scalars(own)) for name, own in value.pairs}
            named = {host.pattern for host in inventory.hosts}
            inventory.hosts = [
                Host(
                    host_variables[host.pattern][0],
                    host.pattern,
                    host.group,
                    host_variables[host.pattern][1],
                )
                if host.pattern in host_variables
                else host
                for host in inventory.hosts
            ]
            inventory.hosts += [
                Host(line, name, "", variables)
                for name, (line, variables) in host_variables.items()
                if name and name not in named
            ]
