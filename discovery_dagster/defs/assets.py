"""The Dagster assets of a session. Each body is an adapter around one function of the domain."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import dagster as dg

from discovery_dagster.defs.columns import column_schema
from discovery_dagster.defs.inputs import input_assets
from discovery_dagster.defs.partitions import SESSION_PARTITIONS
from discovery_dagster.defs.session import ClaimedSession, Report, StepResult
from discovery_dagster.domain import (
    applications,
    canonical,
    charts,
    classification,
    graph,
    identity,
    intake,
    proposals,
    readiness,
)
from discovery_dagster.domain import (
    dependencies as edges,
)
from discovery_dagster.domain import tables as catalogue
from discovery_dagster.domain.applications import deployments
from discovery_dagster.domain.canonical.words import source_words
from discovery_dagster.domain.classification import overriding, uses
from discovery_dagster.domain.decisions import endpoints as about_endpoints
from discovery_dagster.domain.decisions.constraints import resolve_constraints
from discovery_dagster.domain.dependencies import endpoints, unresolved
from discovery_dagster.domain.grain import WAITING
from discovery_dagster.domain.graph import cycles, shared_services
from discovery_dagster.domain.mapping.warnings import column_warnings
from discovery_dagster.domain.planning import coverage, plan
from discovery_dagster.domain.proposals.columns import propose_fields
from discovery_dagster.domain.proposals.types import propose_types
from discovery_dagster.domain.source_tables import records_name
from discovery_dagster.domain.stages import Stages
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.store import changes, identifiers, sessions
from discovery_dagster.store.decisions import (
    constraints,
    dictionary,
    grains,
    mappings,
    override_files,
    overrides,
    taught_formats,
)
from discovery_dagster.store.decisions import endpoints as endpoint_decisions
from discovery_dagster.store.decisions import identity as identity_decisions
from discovery_dagster.store.publications import PublishedFrames
from discovery_dagster.store.table_rows import StoredRows, open_engine

Session = dg.ResourceParam[ClaimedSession]
Materialized = dg.MaterializeResult[None]


def step_asset(
    key: str, *kinds: str
) -> Callable[[Callable[..., Materialized]], dg.AssetsDefinition]:
    """Make the decorated function the Dagster asset of the step called `key`."""
    step = BY_KEY[key]
    main = next(iter(step.frames.values()))
    return dg.asset(
        name=key,
        description=step.description,
        group_name="discovery",
        owners=["team:discovery"],
        kinds={"polars", "postgres", *kinds},
        tags={"layer": step.layer},
        code_version=step.code_version,
        partitions_def=SESSION_PARTITIONS,
        deps=input_assets(step),
        # Dagster's own key for what its catalogue lists as the columns of an asset.
        metadata={"dagster/column_schema": column_schema(main)},
    )


@step_asset("source_files", "file")
def source_files(context: dg.AssetExecutionContext, session: Session) -> Materialized:
    """Look into each file of the session."""

    def work(report: Report) -> StepResult:
        files = intake.describe_files(session.source_files(), report, session.readings)
        unread = files["error"].is_not_null().sum()
        return {"files": catalogue.SOURCE_FILES.of(files)}, {
            "files": files.height,
            "unread": int(unread),
        }

    return session.materialize(context, work, "files")


@step_asset("source_records")
def source_records(
    context: dg.AssetExecutionContext, session: Session, source_files: PublishedFrames
) -> Materialized:
    """Read every record of the files that can be read."""

    def work(report: Report) -> StepResult:
        described = source_files.frame(catalogue.SOURCE_FILES)
        readable = intake.files_to_read(session.source_files(), described)
        frames = intake.collect_records(readable, report, session.readings)
        tables = frames["tables"]
        return frames, {"tables": tables.height, "records": int(tables["records"].sum())}

    return session.materialize(context, work, "files", source_files=source_files)


@step_asset("field_mapping")
def field_mapping(
    context: dg.AssetExecutionContext, session: Session, source_records: PublishedFrames
) -> Materialized:
    """Say what a row of each table is, and what each source column means."""

    def work(report: Report) -> StepResult:
        tables = intake.session_tables(source_records)
        known = mappings.in_force(session.database, session.key.engagement)
        decided = grains.current(session.database, session.key.engagement)
        taught = taught_formats.current(session.database, session.key.engagement)
        proposer = session.proposer("field_mapping", report)
        understood = intake.understand(tables, report, known, decided, taught)
        decided_tables = intake.as_decided(tables, understood["grains"])
        mapped, proposed, usage = propose_fields(decided_tables, understood["mapping"], proposer)
        words = source_words(decided_tables, mapped)
        waiting = (understood["grains"]["status"] == WAITING).sum()
        conflicts = mapped["conflict"].is_not_null().sum()
        unmapped = (mapped["field"] == "unmapped").sum()
        frames = {
            "mapping": catalogue.FIELD_MAPPING.of(mapped),
            "grains": catalogue.TABLE_GRAINS.of(understood["grains"]),
            "words": catalogue.SOURCE_WORDS.of(words),
            "proposals": catalogue.PROPOSALS.of(proposed),
        }
        return frames, {
            "columns": mapped.height,
            "unmapped": int(unmapped),
            "conflicts": int(conflicts),
            "not_used": len(column_warnings(mapped.iter_rows(named=True))),
            "waiting": int(waiting),
            **proposals.counts(proposed, usage),
        }

    return session.materialize(context, work, "tables", source_records=source_records)


@step_asset("canonical_records")
def canonical_records(
    context: dg.AssetExecutionContext,
    session: Session,
    source_records: PublishedFrames,
    field_mapping: PublishedFrames,
) -> Materialized:
    """Type the records and account for each of them."""

    def work(report: Report) -> StepResult:
        sources = source_records.frame(catalogue.SOURCE_TABLES)
        grains = field_mapping.frame(catalogue.TABLE_GRAINS)
        flows = intake.flows_among(sources, grains)
        tables = intake.as_decided(intake.session_tables(source_records, without=flows), grains)
        with (
            open_engine(session.settings.spill, session.settings.flow_memory_bytes) as engine,
            ExitStack() as copies,
        ):
            paths = {
                number: copies.enter_context(source_records.path(records_name(number)))
                for number in flows
            }
            rows = {number: StoredRows(engine, path) for number, path in paths.items()}
            mapping = field_mapping.frame(catalogue.FIELD_MAPPING)
            known = dictionary.of_client(session.database, session.key.engagement)
            canonicalised = canonical.canonicalise(tables, mapping, report, rows, known)
        named = intake.with_formats(sources, grains)
        accounts = intake.count_outcomes(named, canonicalised.outcomes)
        counts = {
            name: int(accounts[name].sum())
            for name in ("records", "accepted", "rejected", "ignored")
        }
        counts["unexplained_words"] = known.unexplained(field_mapping.frame(catalogue.SOURCE_WORDS))
        frames = {
            "assets": catalogue.ASSET_RECORDS.of(canonicalised.assets),
            "relations": catalogue.RELATION_RECORDS.of(canonicalised.relations),
            "overrides": catalogue.OVERRIDE_LINES.of(canonicalised.overrides),
            "issues": catalogue.ISSUES.of(canonicalised.issues),
            "outcomes": catalogue.RECORD_OUTCOMES.of(canonicalised.outcomes),
            "accounts": catalogue.TABLE_ACCOUNTS.of(accounts),
        }
        return frames, counts

    return session.materialize(
        context, work, "tables", source_records=source_records, field_mapping=field_mapping
    )


@step_asset("inventory")
def inventory(
    context: dg.AssetExecutionContext, session: Session, canonical_records: PublishedFrames
) -> Materialized:
    """Merge the records of each asset, under the id that it has in the engagement."""

    def work(report: Report) -> StepResult:
        records = canonical_records.frame(catalogue.ASSET_RECORDS)
        relations = canonical_records.frame(catalogue.RELATION_RECORDS)
        database, key = session.database, session.key
        stages = Stages(report, 2 + identity.STAGES)
        candidates = partial(identity.candidate_identifiers, records, relations)
        resolve = partial(
            identity.resolve,
            str(key.engagement),
            records,
            relations,
            decisions=identity_decisions.current(database, key.engagement),
            advance=stages.advance,
            aliases=about_endpoints.aliases(endpoint_decisions.in_force(database, key.engagement)),
        )
        resolved = identifiers.assign_ids(database, key, records.height, candidates, resolve)
        stages.advance()
        as_of = sessions.find(database, key).created_at.date()
        rules = partial(classification.classify, as_of=as_of)
        refused = override_files.apply(
            database,
            key,
            canonical_records.frame(catalogue.OVERRIDE_LINES),
            resolved.assets,
            partial(overriding.apply_overrides, rules=rules),
        )
        stages.advance()
        frames = {
            "assets": catalogue.INVENTORY_ASSETS.of(resolved.assets),
            "members": catalogue.INVENTORY_MEMBERS.of(resolved.members),
            "conflicts": catalogue.INVENTORY_CONFLICTS.of(resolved.conflicts),
            "refusals": catalogue.OVERRIDE_REFUSALS.of(refused),
        }
        return frames, {
            "assets": resolved.assets.height,
            "merged": int((resolved.assets["records"] > 1).sum()),
            "named_only": int(resolved.assets["named_only"].sum()),
        }

    return session.materialize(context, work, "stages", canonical_records=canonical_records)


@step_asset("rejected_records")
def rejected_records(
    context: dg.AssetExecutionContext,
    session: Session,
    source_records: PublishedFrames,
    canonical_records: PublishedFrames,
    inventory: PublishedFrames,
) -> Materialized:
    """Keep what was not accepted as it was written, and every problem found."""

    def work(report: Report) -> StepResult:
        named = intake.with_formats(
            source_records.frame(catalogue.SOURCE_TABLES),
            canonical_records.frame(catalogue.TABLE_ACCOUNTS),
        )
        outcomes, issues = intake.finish_outcomes(canonical_records, inventory)
        accounts = intake.count_outcomes(named, outcomes)
        rejects = intake.describe_rejects(source_records, outcomes)
        frames = {
            "rejects": catalogue.REJECTED_RECORDS.of(rejects),
            "issues": catalogue.ISSUES.of(issues),
            "accounts": catalogue.TABLE_ACCOUNTS.of(accounts),
        }
        return frames, {"rejected": rejects.height, "issues": issues.height}

    return session.materialize(
        context,
        work,
        "records",
        source_records=source_records,
        canonical_records=canonical_records,
        inventory=inventory,
    )


@step_asset("classified_assets")
def classified_assets(
    context: dg.AssetExecutionContext,
    session: Session,
    canonical_records: PublishedFrames,
    inventory: PublishedFrames,
) -> Materialized:
    """Say what each asset is, and why."""

    def work(report: Report) -> StepResult:
        # Judged as of the day of the import, so that a later re-run gives the same answer.
        as_of = sessions.find(session.database, session.key).created_at.date()
        engagement = session.key.engagement
        about = endpoint_decisions.in_force(session.database, engagement)
        assets = inventory.frame(catalogue.INVENTORY_ASSETS)
        decided = [
            *about_endpoints.types(assets, about),
            *overrides.in_force(session.database, engagement),
        ]
        members = inventory.frame(catalogue.INVENTORY_MEMBERS)
        used = uses.observe(assets, canonical_records.frame(catalogue.RELATION_RECORDS), members)
        rules = partial(classification.classify, as_of=as_of, report=report, used=used)
        proposer = session.proposer("classified_assets", report)
        classified, proposed, usage = propose_types(
            overriding.apply_overrides(assets, decided, rules), proposer
        )
        types = classified["type"].value_counts().sort("type")
        counts = {f"type.{name}": int(number) for name, number in types.iter_rows()}
        counts |= proposals.counts(proposed, usage)
        counts["overridden"] = int((classified["overridden"].list.len() > 0).sum())
        ready = readiness.assess(
            classified, canonical_records.frame(catalogue.ASSET_RECORDS), members
        )
        verdicts = ready["readiness"].value_counts().sort("readiness")
        counts |= {f"readiness.{name}": int(number) for name, number in verdicts.iter_rows()}
        frames = {
            "assets": catalogue.CLASSIFIED_ASSETS.of(classified),
            "proposals": catalogue.PROPOSALS.of(proposed),
            "readiness": catalogue.READINESS.of(ready),
        }
        return frames, {"assets": classified.height, **counts}

    return session.materialize(
        context, work, "stages", canonical_records=canonical_records, inventory=inventory
    )


@step_asset("dependencies")
def dependencies(
    context: dg.AssetExecutionContext,
    session: Session,
    canonical_records: PublishedFrames,
    inventory: PublishedFrames,
    classified_assets: PublishedFrames,
) -> Materialized:
    """Build the dependencies, with every piece of evidence."""

    def work(report: Report) -> StepResult:
        assets = classified_assets.frame(catalogue.CLASSIFIED_ASSETS)
        stages = Stages(report, edges.STAGES + 2)
        decided = endpoint_decisions.in_force(session.database, session.key.engagement)
        relations = canonical_records.frame(catalogue.RELATION_RECORDS)
        records = canonical_records.frame(catalogue.ASSET_RECORDS)
        resolved_constraints = resolve_constraints(
            constraints.current(session.database, session.key.engagement), assets
        )
        members = inventory.frame(catalogue.INVENTORY_MEMBERS)
        built = edges.build(assets, relations, records, stages.advance, decided, members)
        reviewed = shared_services.overrule(built, resolved_constraints.service_decisions())
        stages.advance()
        report_of_endpoints = endpoints.report(reviewed)
        stages.advance()
        resolved = int(reviewed["resolved"].sum())
        statuses = reviewed["status"].value_counts().sort("status")
        return {
            "edges": catalogue.EDGES.of(reviewed),
            "endpoints": catalogue.ENDPOINTS.of(report_of_endpoints),
        }, {
            "resolved": resolved,
            "unresolved": reviewed.height - resolved,
            "ambiguous": reviewed.filter(unresolved.ambiguous()).height,
            "contradicting": reviewed.height - reviewed["conflict"].null_count(),
            **{f"status.{name}": int(number) for name, number in statuses.iter_rows()},
        }

    return session.materialize(
        context,
        work,
        "stages",
        canonical_records=canonical_records,
        inventory=inventory,
        classified_assets=classified_assets,
    )


@step_asset("dependency_graph", "scipy")
def dependency_graph(
    context: dg.AssetExecutionContext,
    session: Session,
    classified_assets: PublishedFrames,
    dependencies: PublishedFrames,
) -> Materialized:
    """Find components, circular dependencies and hubs, and how far a failure reaches."""

    def work(report: Report) -> StepResult:
        assets = classified_assets.frame(catalogue.CLASSIFIED_ASSETS)
        edges = dependencies.frame(catalogue.EDGES)
        resolved_constraints = resolve_constraints(
            constraints.current(session.database, session.key.engagement), assets
        )
        stages = Stages(report, graph.STAGES + 2)
        nodes = graph.analyse(
            assets, edges, resolved_constraints.service_decisions(), stages.advance
        )
        stages.advance()
        listed = cycles.cycles(assets, edges, nodes)
        stages.advance()
        return {"nodes": catalogue.GRAPH_NODES.of(nodes), "cycles": catalogue.CYCLES.of(listed)}, {
            "nodes": nodes.height,
            "components": nodes["component"].n_unique(),
            "in_cycles": int(nodes["in_cycle"].sum()),
            "hubs": int(nodes["hub"].sum()),
            "cycles": listed.height,
            "single_points": int(nodes["single_point"].fill_null(False).sum()),
            "shared_services": nodes.height - nodes["service"].null_count(),
            **{f"degree.{name}": number for name, number in charts.degrees(nodes).items()},
        }

    return session.materialize(
        context, work, "stages", classified_assets=classified_assets, dependencies=dependencies
    )


@step_asset("migration_plan")
def migration_plan(
    context: dg.AssetExecutionContext,
    session: Session,
    classified_assets: PublishedFrames,
    dependencies: PublishedFrames,
    dependency_graph: PublishedFrames,
) -> Materialized:
    """Say what moves together, and in which order."""

    def work(report: Report) -> StepResult:
        in_force = constraints.current(session.database, session.key.engagement)
        assets = classified_assets.frame(catalogue.CLASSIFIED_ASSETS)
        edges = dependencies.frame(catalogue.EDGES)
        deployed = deployments.find(assets, edges)
        stages = Stages(report, plan.STAGES + 2)
        planned = plan.make(
            assets,
            edges,
            dependency_graph.frame(catalogue.GRAPH_NODES),
            plan.PlanSettings(constraints=in_force),
            stages.advance,
            deployed,
        )
        stages.advance()
        covered = coverage.coverage(assets, edges)
        stages.advance()
        decided = overrides.in_force(session.database, session.key.engagement)
        placements = overriding.plan(planned.placements, decided)
        ready = classified_assets.frame(catalogue.READINESS)
        listed = applications.describe(assets, edges, deployed, placements, ready)
        frames = {
            "coverage": catalogue.PLAN_COVERAGE.of(covered),
            "placements": catalogue.PLAN_PLACEMENTS.of(placements),
            "applications": catalogue.APPLICATIONS.of(listed["applications"]),
            "interfaces": catalogue.INTERFACES.of(listed["interfaces"]),
            "groups": catalogue.PLAN_GROUPS.of(planned.groups),
            "waves": catalogue.PLAN_WAVES.of(planned.waves),
            "conflicts": catalogue.PLAN_CONFLICTS.of(planned.conflicts),
        }
        return frames, {
            "groups": planned.groups.height,
            "waves": planned.waves.height,
            "unplaced": planned.placements["wave"].null_count(),
            "conflicts": planned.conflicts.height,
            "applications": listed["applications"].height,
            "interfaces": listed["interfaces"].height,
            "without_evidence": int((~covered["evidence"]).sum()),
        }

    return session.materialize(
        context,
        work,
        "stages",
        classified_assets=classified_assets,
        dependencies=dependencies,
        dependency_graph=dependency_graph,
    )


@step_asset("session_changes")
def session_changes(
    context: dg.AssetExecutionContext,
    session: Session,
    source_records: PublishedFrames,
    inventory: PublishedFrames,
    classified_assets: PublishedFrames,
    dependencies: PublishedFrames,
    migration_plan: PublishedFrames,
) -> Materialized:
    """Compare with the previous session."""
    upstream = {
        "source_records": source_records,
        "inventory": inventory,
        "classified_assets": classified_assets,
        "dependencies": dependencies,
        "migration_plan": migration_plan,
    }

    def work(report: Report) -> StepResult:
        rows = changes.since(session.objects, session.previous, upstream)
        return {"changes": catalogue.SESSION_CHANGES.of(rows)}, changes.counts(rows)

    return session.materialize(context, work, "rows", **upstream)


ASSETS = (
    source_files,
    source_records,
    field_mapping,
    canonical_records,
    inventory,
    rejected_records,
    classified_assets,
    dependencies,
    dependency_graph,
    migration_plan,
    session_changes,
)
