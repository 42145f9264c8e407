import hashlib
import hmac
from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from exam_engine.registration import codes

KEY = b"k" * 32
SITTING = UUID(int=9)
typed = st.text(codes.ALPHABET, min_size=10, max_size=10)


def test_a_code_has_fifty_bits_in_ten_signs_that_nobody_mistakes() -> None:
    assert len(codes.ALPHABET) == 32 == len(set(codes.ALPHABET))
    assert not set("ILOU") & set(codes.ALPHABET)
    seen = Counter()
    for _ in range(500):
        code = codes.new_code()
        left, dash, right = code.partition("-")
        assert (len(left), dash, len(right)) == (5, "-", 5)
        assert set(left + right) <= set(codes.ALPHABET)
        seen[code] += 1
    assert max(seen.values()) == 1


@given(typed)
def test_case_dashes_blanks_and_lookalikes_do_not_matter(code: str) -> None:
    wanted = codes.code_hash(KEY, SITTING, code)
    for variant in (
        code.lower(),
        f"{code[:5]}-{code[5:]}",
        f" {code[:3]} {code[3:]} ",
        code.replace("0", "O").replace("1", "I"),
        code.replace("1", "l").replace("0", "o"),
    ):
        assert codes.code_hash(KEY, SITTING, variant) == wanted


def test_the_hash_is_a_keyed_one_bound_to_the_sitting() -> None:
    message = b"start-code:" + bytes(15) + b"\x09" + b"0123456789"
    expected = hmac.new(KEY, message, hashlib.sha256).digest()
    assert codes.code_hash(KEY, SITTING, "01234-56789") == expected
    assert codes.code_hash(KEY, UUID(int=10), "01234-56789") != expected
    assert codes.code_hash(b"l" * 32, SITTING, "01234-56789") != expected


@given(typed, typed)
def test_other_codes_have_other_hashes(one: str, other: str) -> None:
    left, right = (codes.code_hash(KEY, SITTING, code) for code in (one, other))
    assert codes.same(left, right) == (one == other)
