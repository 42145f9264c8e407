"""Settings: read once from the environment, checked at start, passed down; never a global."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_PORT = 8000


class SettingsError(Exception):
    """A setting cannot be used; the sentence says which, why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one process of the engine runs.

    ``data_dir`` holds what the embedded parts store (``exam.db``, the secret key, lock files).
    ``public_url`` is the address people type: cookies and the Origin check follow from it.
    ``worker``: whether ``serve`` starts a worker when there is something to do.
    ``worker_nice``: by how much workers give way to everything else, 0 to 19.
    """

    data_dir: Path
    database_url: str
    public_url: str
    secret_key: bytes = field(repr=False)
    redis_url: str | None = None
    production: bool = False
    demonstration: bool = False
    worker: bool = True
    worker_nice: int = 10

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read ``EXAM_*``; raises `SettingsError` with one sentence for the first fault."""
        production = _flag(environ, "EXAM_PRODUCTION")
        data_dir = Path(environ.get("EXAM_DATA_DIR", "data")).absolute()
        url = environ.get("EXAM_DATABASE_URL") or f"sqlite:///{data_dir / 'exam.db'}"
        public_url = environ.get("EXAM_PUBLIC_URL") or f"http://127.0.0.1:{DEFAULT_PORT}"
        secret = environ.get("EXAM_SECRET_KEY", "")
        if production and not secret:
            raise SettingsError(
                "EXAM_SECRET_KEY is not set: in production the key that protects start codes "
                "must be given. Make one with: python -c 'import secrets; "
                "print(secrets.token_urlsafe(32))'"
            )
        settings = cls(
            data_dir=data_dir,
            database_url=driver_url(url),
            public_url=public_url.rstrip("/"),
            secret_key=secret.encode() if secret else _kept_secret(data_dir),
            redis_url=environ.get("EXAM_REDIS_URL") or None,
            production=production,
            worker=_flag(environ, "EXAM_WORKER", default=url.startswith("sqlite")),
            worker_nice=_niceness(environ),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what would be unsafe; raises `SettingsError`."""
        parts = urlsplit(self.public_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError(
                f"EXAM_PUBLIC_URL must be an address like https://exam.example.org, "
                f"not {self.public_url!r}."
            )
        if len(self.secret_key) < 32:
            raise SettingsError("EXAM_SECRET_KEY must have at least 32 characters.")
        loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if parts.scheme == "http" and not loopback and self.production:
            raise SettingsError(
                "EXAM_PUBLIC_URL is plain http: in production people sign in over https only."
            )
        if self.redis_url and urlsplit(self.redis_url).scheme not in {"redis", "rediss", "unix"}:
            raise SettingsError("EXAM_REDIS_URL must look like redis://host:6379/0.")


def driver_url(url: str) -> str:
    """Name the asynchronous driver in a database address that may leave it out."""
    scheme, mark, rest = url.partition("://")
    drivers = {
        "sqlite": "sqlite+loop",
        "sqlite+loop": "sqlite+loop",
        "postgres": "postgresql+asyncpg",
        "postgresql": "postgresql+asyncpg",
        "postgresql+asyncpg": "postgresql+asyncpg",
        "postgresql+psycopg": "postgresql+asyncpg",
    }
    if not mark or scheme not in drivers:
        raise SettingsError(
            "EXAM_DATABASE_URL must begin with sqlite:/// or postgresql://, "
            f"not {scheme or 'nothing'!r}."
        )
    return f"{drivers[scheme]}://{rest}"


def _niceness(environ: Mapping[str, str]) -> int:
    value = environ.get("EXAM_WORKER_NICE", "").strip() or "10"
    if not value.isdecimal() or int(value) > 19:
        raise SettingsError(f"EXAM_WORKER_NICE is a number from 0 to 19, not {value!r}.")
    return int(value)


def _flag(environ: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"0", "no", "false", "off"}:
        return False
    if value in {"1", "yes", "true", "on"}:
        return True
    raise SettingsError(f"{name} must be yes or no, not {value!r}.")


def _kept_secret(data_dir: Path) -> bytes:
    """The key of an installation that was given none: made once, kept beside its database."""
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip().encode()
