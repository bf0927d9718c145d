"""Where the code of each Dagster asset stands, so that the UI leads to it."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from discovery_dagster.defs.home import PROJECT

_KEY = "dagster/code_references"

#: Dagster calls this a beta feature, and would say so on the user's terminal at each command.
_BETA = r".*(CodeReference|with_source_code_references).* is currently in beta"


def with_code_references(
    assets: Sequence[dg.AssetsDefinition], source_url: str | None, folder: Path = PROJECT
) -> Sequence[dg.AssetsDefinition]:
    """Return the assets, each with a link to its body.

    In a checkout that is the local file, which the UI opens in an editor. Of an installed package
    the files are a server's, where nobody edits: without `source_url` there is no link.

    Args:
        assets: whose bodies are functions below `folder`.
        source_url: where people read the code of this version, as a web page for each file.
        folder: that holds the package `discovery_dagster`.
    """
    if source_url is None and not (folder / "pyproject.toml").exists():
        return assets
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _BETA, dg.BetaWarning)
        located = [
            asset
            for asset in dg.with_source_code_references(assets)
            if isinstance(asset, dg.AssetsDefinition)
        ]
        if source_url is None:
            return located
        return [_on_the_web(asset, source_url.rstrip("/"), folder) for asset in located]


def _on_the_web(asset: dg.AssetsDefinition, source_url: str, folder: Path) -> dg.AssetsDefinition:
    def linked(spec: dg.AssetSpec) -> dg.AssetSpec:
        links = [
            dg.UrlCodeReference(url=f"{source_url}/{_place(reference, folder)}")
            for reference in spec.metadata[_KEY].code_references
        ]
        value = dg.CodeReferencesMetadataValue(code_references=links)
        return spec.replace_attributes(metadata={**spec.metadata, _KEY: value})

    return asset.map_asset_specs(linked)


def _place(reference: dg.LocalFileCodeReference, folder: Path) -> str:
    """The file below the folder, with its line as GitHub, GitLab and Gitea take it."""
    path = Path(reference.file_path).relative_to(folder).as_posix()
    return f"{path}#L{reference.line_number}"
