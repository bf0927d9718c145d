"""From a file to source tables, losing nothing: which container it is, and its reader.

What a container's bytes mean is its own module's matter; what the columns mean is decided later.
"""

from pathlib import Path
from typing import Final

from discovery_dagster.domain.contents import Contents, opened
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.adjacency import is_adjacency, read_adjacency
from discovery_dagster.domain.readers.ansible_ini import is_ansible_ini, read_ansible_ini
from discovery_dagster.domain.readers.ansible_output import is_ansible_output, read_ansible_output
from discovery_dagster.domain.readers.ansible_yaml import may_be_ansible_yaml, read_ansible_yaml
from discovery_dagster.domain.readers.delimited import read_delimited
from discovery_dagster.domain.readers.dns_zone import is_dns_zone, read_dns_zone
from discovery_dagster.domain.readers.dot import is_dot, read_dot
from discovery_dagster.domain.readers.encoding import decode, detect_encoding
from discovery_dagster.domain.readers.gml import is_gml, read_gml
from discovery_dagster.domain.readers.graph_xml import is_graph_xml, read_graph_xml
from discovery_dagster.domain.readers.hosts_file import is_hosts_file, read_hosts_file
from discovery_dagster.domain.readers.html_tables import is_html, read_html
from discovery_dagster.domain.readers.icinga import is_icinga, read_icinga
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.readers.key_values import is_key_values, read_key_values
from discovery_dagster.domain.readers.mermaid import is_mermaid, read_mermaid
from discovery_dagster.domain.readers.metrics import is_metrics, read_metrics
from discovery_dagster.domain.readers.nagios import is_nagios, read_nagios
from discovery_dagster.domain.readers.named_values import (
    has_leaders,
    is_named_values,
    read_named_values,
)
from discovery_dagster.domain.readers.nmap_lines import is_nmap_lines, read_nmap_lines
from discovery_dagster.domain.readers.plantuml import is_plantuml, read_plantuml
from discovery_dagster.domain.readers.sockets import is_list_of_sockets, read_sockets
from discovery_dagster.domain.readers.spreadsheet_xml import (
    is_spreadsheet_xml,
    read_spreadsheet_xml,
)
from discovery_dagster.domain.readers.structurizr import is_structurizr, read_structurizr
from discovery_dagster.domain.readers.structurizr_dsl import (
    is_structurizr_dsl,
    read_structurizr_dsl,
)
from discovery_dagster.domain.readers.workbook import (
    ZIP,
    is_open_document,
    is_workbook,
    read_workbook,
)
from discovery_dagster.domain.readers.xml_text import is_xml, read_xml
from discovery_dagster.domain.readers.yaml_text import is_yaml, read_yaml
from discovery_dagster.domain.readers.zipped import is_archive_of_files, read_archive
from discovery_dagster.domain.source_tables import FileReading

__all__ = ["Limits", "read_file"]


def _is_json(start: str) -> bool:
    return start.startswith(("{", "["))


_HEAD: Final = 65_536

#: Texts that are no table, by what recognises their beginning.
_TEXTS: Final = (
    (is_structurizr, read_structurizr),
    (is_structurizr_dsl, read_structurizr_dsl),
    (_is_json, read_json),
    (is_graph_xml, read_graph_xml),
    (is_dot, read_dot),
    (is_plantuml, read_plantuml),
    (is_mermaid, read_mermaid),
    (is_gml, read_gml),
    (is_nagios, read_nagios),
    (is_icinga, read_icinga),
    (is_dns_zone, read_dns_zone),
    (is_nmap_lines, read_nmap_lines),
    (is_hosts_file, read_hosts_file),
    (is_key_values, read_key_values),
    (has_leaders, read_named_values),
    (is_ansible_output, read_ansible_output),
    (is_list_of_sockets, read_sockets),
    (is_metrics, read_metrics),
    (is_adjacency, read_adjacency),
    (is_html, read_html),
    (is_spreadsheet_xml, read_spreadsheet_xml),
    (is_xml, read_xml),
)


def read_file(path: Path, name: str, limits: Limits = Limits()) -> FileReading:  # noqa: B008 - frozen
    """Read the file at `path`; its content decides what it is, not its ending.

    Args:
        path: a regular file.
        name: the user's name of it, which tables and messages carry.
        limits: how large it may be.

    Raises:
        UnreadableFileError: `empty_file`, `not_a_table`, `encrypted_workbook`, `corrupt_workbook`,
            `invalid_json`, `invalid_xml`, `invalid_yaml`, `invalid_graph`,
            `limit_exceeded` or `changed_while_read`.
    """
    check_limit(name, "bytes", path.stat().st_size, limits.file_bytes)
    with opened(path, name) as data:
        check_limit(name, "bytes", len(data), limits.file_bytes)
        return _read(data, path, name, limits)


def _read(data: Contents, path: Path, name: str, limits: Limits) -> FileReading:
    if not len(data):
        raise _empty(name)
    if data[:4] == ZIP and not is_open_document(data[:128]) and is_archive_of_files(path):
        return read_archive(path, name, limits, read_file)
    if is_workbook(data[:8]):
        return read_workbook(data[:], name, limits)
    encoding = detect_encoding(data, name)
    start = decode(data[:_HEAD], encoding).lstrip()
    if not start and not decode(data[:], encoding).strip():
        raise _empty(name)
    ansible = _read_ansible(data, start, encoding, name, limits)
    if ansible is not None:
        return ansible
    for recognises, read in _TEXTS:
        if recognises(start):
            return read(decode(data[:], encoding), encoding, name, limits)
    if is_yaml(start):
        return _read_yaml(data, encoding, name, limits)
    return read_delimited(data, encoding, name, limits)


def _read_ansible(
    data: Contents, start: str, encoding: str, name: str, limits: Limits
) -> FileReading | None:
    """Read an inventory of Ansible, whose sections look like JSON, or which is YAML of its own."""
    if is_ansible_ini(start):
        return read_ansible_ini(decode(data[:], encoding), encoding, name, limits)
    if may_be_ansible_yaml(start):
        try:
            return read_ansible_yaml(decode(data[:], encoding), encoding, name, limits)
        except UnreadableFileError as refused:
            if refused.code != "invalid_yaml":
                raise
    return None


def _read_yaml(data: Contents, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read YAML, or what is none though it begins so: names with values, or a table.

    The first name of a table may have a colon in it.
    """
    text = decode(data[:], encoding)
    try:
        return read_yaml(text, encoding, name, limits)
    except UnreadableFileError as refused:
        if refused.code != "invalid_yaml":
            raise
        if is_named_values(text[:_HEAD]):
            return read_named_values(text, encoding, name, limits)
        try:
            reading = read_delimited(data, encoding, name, limits)
        except UnreadableFileError:
            raise refused from None
        if reading.delimiter is None:
            raise
        return reading


def _empty(name: str) -> UnreadableFileError:
    return UnreadableFileError("empty_file", f"{name} is empty.")
