"""The attributes of an asset, in canonical fields and units. Lists are empty, not null."""

from discovery_dagster.domain.tables.declaring import amount, json_object, text, texts, total
from discovery_dagster.domain.tables.table import Columns

ATTRIBUTES = Columns(
    {
        "name": text(nullable=True, doc="Name, as written."),
        "hostname": text(nullable=True, doc="Short name of the host, lower case."),
        "fqdn": text(nullable=True, doc="Full name in DNS, lower case."),
        "aliases": texts(
            doc="Further names by which others refer to it; they never tell what it is."
        ),
        "domain": text(
            nullable=True, doc="DNS or directory domain where it is given apart, lower case."
        ),
        "ip_addresses": texts(doc="Addresses in canonical form."),
        "mac_addresses": texts(doc="Addresses in lower case, with colons."),
        "serial_number": text(nullable=True, doc="Number that the manufacturer gave."),
        "asset_tag": text(nullable=True, doc="Number that the owner gave, as on the sticker."),
        "smbios_uuid": text(nullable=True, doc="UUID that the firmware reports, lower case."),
        "provider_id": text(
            nullable=True,
            doc="Id that a provider or source system gave, such as an ARM id or a sys_id.",
        ),
        "vendor": text(nullable=True, doc="Manufacturer, as written."),
        "model": text(nullable=True, doc="Model, as written."),
        "os_name": text(nullable=True, doc="Operating system, as written."),
        "os_version": text(nullable=True, doc="Version of the operating system, as written."),
        "cpu_cores": total(nullable=True, unit="cores", doc="Processor cores."),
        "memory_gb": amount(unit="GiB", doc="Memory."),
        "storage_gb": amount(unit="10⁹ bytes", doc="Storage."),
        "environment": text(nullable=True, doc="Environment, as written."),
        "criticality": text(nullable=True, doc="Criticality, as written."),
        "tier": text(nullable=True, doc="Tier, as written."),
        "location": text(nullable=True, doc="Site, data centre, room or rack."),
        "scope": text(
            nullable=True,
            doc="Namespace, project, account, vCenter or site within which its name is its own.",
        ),
        "business_owner": text(nullable=True, doc="Who owns it in the business."),
        "technical_owner": text(nullable=True, doc="Who runs it."),
        "applications": texts(doc="Applications that it is said to belong to."),
        "status": text(nullable=True, doc="Operational or power state, as written."),
        "product": text(
            nullable=True, doc="Database engine, middleware or technology, as written."
        ),
        "description": text(nullable=True, doc="Description, as written."),
        "custom": json_object(doc="Columns that no field stands for."),
    }
)
