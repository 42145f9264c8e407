import os
import threading
from pathlib import Path

import pytest

from item_bank.errors import MediaDamaged, MediaNotFound
from item_bank.media.cleaning import CleanMedia, clean
from item_bank.media.kinds import MediaType
from item_bank.media.store import MediaStore, StoredMedia, type_of_path
from tests.item_bank.media.recordings import a_wav, an_mp3

SOUND = clean(a_wav())
OTHER = clean(an_mp3())


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def test_what_is_added_is_read_and_listed_by_its_path(store: MediaStore) -> None:
    assert list(store.list()) == []
    assert store.add(SOUND) == SOUND.path
    assert store.add(OTHER) == OTHER.path
    assert store.read(SOUND.path) == SOUND.data
    assert store.has(SOUND.path)
    assert list(store.list()) == sorted(
        [
            StoredMedia(SOUND.path, MediaType.WAV, len(SOUND.data)),
            StoredMedia(OTHER.path, MediaType.MP3, len(OTHER.data)),
        ],
        key=lambda one: one.path,
    )


def test_a_file_that_is_there_is_never_written_again(store: MediaStore, tmp_path: Path) -> None:
    store.add(SOUND)
    (file,) = tmp_path.rglob("*.wav")
    before = file.stat()
    store.add(SOUND)
    # Even under a name that it should not have: what is stored stays.
    store.add(CleanMedia(SOUND.type, b"other bytes", SOUND.sha256))
    assert file.read_bytes() == SOUND.data
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_but_whole_files_is_ever_left_behind(
    store: MediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store.add(SOUND)
    assert not store.has(SOUND.path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_many_at_once_store_one_file(store: MediaStore, tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def add() -> None:
        start.wait()
        store.add(SOUND)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert store.read(SOUND.path) == SOUND.data


def test_a_file_that_the_disk_changed_is_not_given_out(store: MediaStore, tmp_path: Path) -> None:
    store.add(SOUND)
    (file,) = tmp_path.rglob("*.wav")
    file.write_bytes(b"other")
    with pytest.raises(MediaDamaged):
        store.read(SOUND.path)


@pytest.mark.parametrize(
    "path",
    [
        SOUND.path,
        "media/../../etc/passwd",
        "/etc/passwd",
        "",
        SOUND.path.upper(),
        SOUND.path.replace(".wav", ".svg"),
        SOUND.path + "\n",
        f"x{SOUND.path}",
    ],
)
def test_what_is_not_there_is_not_found(store: MediaStore, path: str) -> None:
    assert not store.has(path)
    with pytest.raises(MediaNotFound):
        store.read(path)


def test_strange_files_in_the_folder_are_passed_over(store: MediaStore, tmp_path: Path) -> None:
    store.add(SOUND)
    folder = next((tmp_path / "media").iterdir())
    (folder / ".new-half").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    assert [one.path for one in store.list()] == [SOUND.path]


def test_the_type_is_told_by_the_path() -> None:
    assert type_of_path(SOUND.path) is MediaType.WAV
    assert type_of_path("media/a.wav") is None
