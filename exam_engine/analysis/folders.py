"""Where results go: a directory that gets all of its files or none of them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from exam_engine.analysis.errors import BadFile

REPORT = "report.json"
SHOWN = 3


def check_folder(folder: str, maker: str, names: frozenset[str], *, force: bool) -> bool:
    """Refuse to write where something stands that ``maker`` did not write.

    Parameters
    ----------
    folder : str
        A directory, or where one may be made.
    maker : str
        What writes, as it stands under "made_by" in the report it wrote before.
    names : frozenset of str
        The files it writes.
    force : bool
        Write all the same; files of other names stay as they are.

    Returns
    -------
    bool
        Whether the directory is an earlier result of ``maker``.

    Raises
    ------
    BadFile
    """
    path = Path(folder)
    if not path.exists():
        parent = path.absolute().parent
        if parent.exists() and not parent.is_dir():
            raise BadFile(f"{parent} is a file, so {folder} cannot be a directory in it.")
        return False
    if not path.is_dir():
        raise BadFile(f"{folder} is a file. Name a directory with --out.")
    foreign = sorted(entry.name for entry in path.iterdir() if entry.name not in names)
    own = _made_by(path / REPORT) == maker
    if force or not any(path.iterdir()) or (own and not foreign):
        return own
    present = foreign or sorted(entry.name for entry in path.iterdir())
    more = f" and {len(present) - SHOWN} more" if len(present) > SHOWN else ""
    raise BadFile(
        f"{folder} holds files that this command did not write: "
        f"{', '.join(present[:SHOWN])}{more}. Name another directory, or add --force to write "
        f"beside them and replace those of the same name ({', '.join(sorted(names))})."
    )


def write_folder(
    folder: str, files: Mapping[str, str], *, remove: frozenset[str] = frozenset()
) -> None:
    """Write all files under temporary names, flush them to the disk, then put them in place.

    Parameters
    ----------
    folder : str
    files : mapping of name to text
    remove : frozenset of str
        Files of an earlier result, taken away where there is no new one.

    Raises
    ------
    BadFile
        The disk refuses.  Nothing is left behind, whatever ends the writing.
    """
    path = Path(folder)
    made = [each for each in (path, *path.parents) if not each.exists()]
    waiting: list[Path] = []
    try:
        path.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            temporary = path / f".{name}.{os.getpid()}.part"
            waiting.append(temporary)
            with temporary.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for name, temporary in zip(files, list(waiting), strict=True):
            temporary.replace(path / name)
            waiting.remove(temporary)
        for name in remove - files.keys():
            (path / name).unlink(missing_ok=True)
    except OSError as error:
        raise BadFile(f"{folder} cannot be written: {error.strerror}.") from None
    finally:
        if waiting:
            for temporary in waiting:
                temporary.unlink(missing_ok=True)
            for each in made:
                if each.exists() and not any(each.iterdir()):
                    each.rmdir()


def _made_by(report: Path) -> str | None:
    try:
        document = json.loads(report.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return document.get("made_by") if isinstance(document, dict) else None
