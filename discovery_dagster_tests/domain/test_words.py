import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.words import fold, index_words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ipAddress", "ip address"),
        ("IP_ADDRESS", "ip address"),
        ("Server name*", "server name"),
        ("MemoryGiB", "memory gib"),
        ("TotalDiskAllocatedGiB", "total disk allocated gib"),
        ("IPAddress", "ip address"),
        ("vCPUs", "vcpus"),
        ("max_vCPU", "max vcpu"),
        ("RAM.TotalSizeInMB", "ram total size in mb"),
        ("VMware Tools", "vmware tools"),
        ("# Cores", "cores"),
        ("CPU usage %", "cpu usage %"),
        ("Kritikalität", "kritikalitat"),
        ("Größe", "grosse"),
        ("  ", ""),
    ],
)
def test_spellings_of_a_header_are_one_word(written, folded):
    assert fold(written) == folded
    assert fold(folded) == folded


def test_a_word_cannot_have_two_meanings():
    with pytest.raises(ValueError, match="means both"):
        index_words({"name": ["Host"], "runs_on": ["HOST"]})


def test_formats_declare_their_headers_folded():
    for known in formats.FORMATS.values():
        declared = {word for names in known.headers for word in names} | known.columns.keys()
        declared |= known.sheets | {exclusion.column for exclusion in known.exclusions}
        assert {fold(word) for word in declared} == declared, known.name
