"""No message shows a key, a piece of it, or a spelling of it."""

from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from claimcheck.llm.keys import clean_message


@pytest.mark.parametrize(
    "key", ["sk-proj-AbCdEf0123456789AbCdEf01", "q+/Q9=zz_s.v~0987"]
)
@pytest.mark.parametrize(
    "spell",
    [
        lambda key: key[:14],
        lambda key: key[-12:],
        lambda key: key[3:14],
        str.upper,
        lambda key: f"{key[:7]}\n{key[7:]}",
        " ".join,
        lambda key: key.replace("-", "\u2011").replace("/", "\u200b/"),
        lambda key: quote(key, safe=""),
        lambda key: "".join(f"%{ord(character):02X}" for character in key),
        lambda key: "".join(f"\\u{ord(character):04x}" for character in key),
        lambda key: "".join(f"&#{ord(character)};" for character in key),
        lambda key: b64encode(key.encode()).decode(),
        lambda key: b64encode(f"me:{key}".encode()).decode()[:-8],
        lambda key: urlsafe_b64encode(f"user:{key}:".encode()).decode(),
        lambda key: key.encode().hex(),
    ],
)
def test_no_spelling_of_the_key_is_shown(key, spell):
    spelled = spell(key)
    cleaned = clean_message(f"The endpoint refused {spelled}: it is not known.", key)
    assert cleaned.startswith("The endpoint refused ")
    assert cleaned.endswith(": it is not known.")
    assert "[key]" in cleaned
    shown = cleaned.replace("[key]", "")[21:-18].replace(" ", "")
    assert len(shown) <= 10, cleaned  # of what is beside the key, encoded with it


def test_a_short_key_is_removed_as_a_whole():
    assert clean_message("bad key abc: abcd", "abc") == "bad key [key]: [key]d"
    assert clean_message("bad key", "") == "bad key"
