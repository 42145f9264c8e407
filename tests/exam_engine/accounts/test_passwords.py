import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from exam_engine.accounts import passwords

PASSWORD = "a long enough password"


async def test_a_password_matches_its_own_hash_and_no_other_password_does() -> None:
    stored = await passwords.hash_password(PASSWORD)
    assert await passwords.matches(PASSWORD, stored)
    assert not await passwords.matches(PASSWORD + " ", stored)
    assert not await passwords.matches("", stored)


async def test_two_hashes_of_one_password_differ_and_tell_nothing() -> None:
    one, other = [await passwords.hash_password(PASSWORD) for _ in range(2)]
    assert one != other
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in one


async def test_nobody_takes_the_same_hash_path_and_never_matches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[str] = []
    verify = Argon2Hasher.verify

    def counted(self: Argon2Hasher, password: str, hash: str) -> bool:  # noqa: A002
        hashed.append(hash)
        return verify(self, password, hash)

    monkeypatch.setattr(Argon2Hasher, "verify", counted)
    assert not await passwords.matches(PASSWORD, None)
    (of_nobody,) = hashed
    stored = await passwords.hash_password(PASSWORD)
    # the same algorithm and cost: version, memory, passes, lanes
    assert of_nobody.split("$")[1:4] == stored.split("$")[1:4]
