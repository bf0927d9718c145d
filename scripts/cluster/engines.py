"""What an installation on several machines stands on: each a process that can be killed.

Redis keeps its log of what it was told, the bucket its files; Postgres is a server with passwords,
for which PgBouncer keeps sessions. Nothing here is for one machine alone.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from discovery_dagster_tests.buckets import BUCKET
from discovery_dagster_tests.clusters import Cluster, cluster

REDIS = shutil.which("redis-server") or "/usr/bin/redis-server"
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")

#: Seconds that an engine may take to start on a busy machine.
_LIMIT = 120.0


@dataclass
class Engine:
    """A server that listens at an address of this machine."""

    name: str
    command: Sequence[str]
    host: str
    port: int
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _LIMIT
        while True:
            try:
                socket.create_connection((self.host, self.port), timeout=5).close()
                return
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise OSError(f"{self.name} does not start: {self.log}") from error
                time.sleep(0.1)

    def stop(self) -> None:
        """Kill it: it can write nothing down any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Engines:
    """All of an installation; `shared` are the settings by which its services find them."""

    postgres: Cluster
    redis: Engine
    bucket: Engine
    pooler: Engine | None
    shared: Mapping[str, str]
    pooled_url: str | None

    @property
    def pids(self) -> dict[str, list[int]]:
        """The processes of each part, by its name."""
        engines = [self.redis, self.bucket, *([self.pooler] if self.pooler else [])]
        running = {each.name: [each.process.pid] for each in engines if each.process}
        first = (self.postgres.folder / "data" / "postmaster.pid").read_text().split()[0]
        return {"Postgres": [int(first)], **running}


@contextmanager
def engines(folder: Path, host: str) -> Iterator[Engines]:
    """Start all of them, listening at `host`."""
    with ExitStack() as opened:
        postgres = opened.enter_context(cluster(host=host))
        url = postgres.prepared()
        secret = secrets.token_urlsafe(16)
        redis = _redis(folder, host, secret)
        bucket = _bucket(folder, host, secret)
        pooler, pooled_url = _pooler(folder, host, url)
        for engine in (redis, bucket, *([pooler] if pooler else [])):
            engine.start()
            opened.callback(engine.stop)
        yield Engines(
            postgres,
            redis,
            bucket,
            pooler,
            {
                "DISCOVERY_POSTGRES_URL": url,
                "DISCOVERY_BROKER_URL": f"redis://:{secret}@{host}:{redis.port}/0",
                "DISCOVERY_OBJECTS_URL": f"s3://{BUCKET}/objects",
                "AWS_ENDPOINT_URL": f"http://{host}:{bucket.port}",
                "AWS_ALLOW_HTTP": "true",
                "AWS_ACCESS_KEY_ID": "discovery",
                "AWS_SECRET_ACCESS_KEY": secret,
                "AWS_REGION": "us-east-1",
            },
            pooled_url,
        )


def free_port(host: str) -> int:
    """A port of the address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _redis(folder: Path, host: str, secret: str) -> Engine:
    port = free_port(host)
    place = folder / "redis"
    place.mkdir()
    command = [REDIS, "--port", str(port), "--bind", host, "--requirepass", secret]
    command += ["--appendonly", "yes", "--save", "", "--dir", str(place)]
    return Engine("Redis", command, host, port, {}, place / "log")


def _bucket(folder: Path, host: str, secret: str) -> Engine:
    """A server of S3's protocol that checks signatures and keeps objects as files."""
    port = free_port(host)
    place = folder / "bucket"
    (place / "data" / BUCKET).mkdir(parents=True)
    command = [str(Path(sys.executable).with_name("nanio")), "serve", "--no-access-log"]
    command += ["--host", host, "--port", str(port), "--data-dir", str(place / "data")]
    credentials = {"NANIO_ACCESS_KEY": "discovery", "NANIO_SECRET_KEY": secret}
    return Engine("object store", command, host, port, credentials, place / "log")


def _pooler(folder: Path, host: str, url: str) -> tuple[Engine | None, str | None]:
    """PgBouncer with passwords, keeping sessions: one in transaction mode is refused."""
    if PGBOUNCER is None:
        return None, None
    port, where = free_port(host), conninfo_to_dict(url)
    place = folder / "pgbouncer"
    place.mkdir()
    (place / "users").write_text(f'"{where["user"]}" "{where["password"]}"\n')
    configuration = place / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\ndiscovery = host={host} port={where['port']}\n"
        f"[pgbouncer]\nlisten_addr = {host}\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {place / 'users'}\npool_mode = session\n"
        "tcp_keepidle = 30\ntcp_keepintvl = 10\ntcp_keepcnt = 3\n"
    )
    for path in (place, place / "users", configuration):
        path.chmod(0o755)  # it gives root's rights up
    as_another = ["--user=nobody"] if os.geteuid() == 0 else []
    command = [PGBOUNCER, *as_another, str(configuration)]
    pooled = f"postgresql://{where['user']}:{where['password']}@{host}:{port}/discovery"
    return Engine("PgBouncer", command, host, port, {}, place / "log"), pooled
