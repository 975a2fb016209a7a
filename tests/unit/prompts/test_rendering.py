"""Templates: sandboxed, strict, complete."""

import jinja2
import pytest
from jinja2 import meta

from claimcheck import errors, prompts
from claimcheck.models.brief import EMPTY_BRIEF

BRIEF = set(EMPTY_BRIEF.list_variables())
KNOWN = {
    "summarize": {"fence", "max_claims", "title", "published", "text"}
    | {"document_language"}
    | BRIEF,
    "repair": {"answer", "problems"},
    "json-only": {"schema"},
    "correct": {"fence", "items"},
    "claims": {"fence", "max_claims", "title", "published", "context", "text"}
    | {"kinds", "fields", "focus", "instructions", "examples"}
    | {"has_standard_claims", "document_language"},
    "digest": {"fence", "title", "published", "items", "document_language"}
    | BRIEF - {"kinds", "fields", "examples", "has_standard_claims"},
    "verdict": {"fence", "claims", "passages"},
    "queries": {"fence", "claims"},
    "match": {"fence", "claims", "items"},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "prompts").mkdir()
    monkeypatch.setattr(
        "claimcheck.resources.find_folder", lambda name: tmp_path / name
    )
    prompts._load_shipped.cache_clear()
    yield tmp_path / "prompts"
    prompts._load_shipped.cache_clear()


def template(body):
    return '+++\nname = "x"\nversion = 1\ndescription = "d"\n+++\n' + body


def test_every_template_uses_exactly_its_variables():
    assert set(prompts.list_names()) == set(KNOWN)
    for name, variables in KNOWN.items():
        body = prompts.load(name).body
        assert (
            meta.find_undeclared_variables(
                jinja2.Environment(autoescape=False).parse(body)
            )
            == variables
        )
        assert prompts.load(name).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            template("{% block user %}{{ missing }}{% endblock %}"),
            "'missing' is undefined",
        ),
        (
            template("{% block user %}{{ ''.__class__.__mro__ }}{% endblock %}"),
            "unsafe",
        ),
        (template("{% block user %}{% if %}{% endblock %}"), "x.md.j2: "),
        ("no front matter", "front matter: it must open with TOML"),
        ('+++\nname = "x"\n+++\n', "front matter: 'version'"),
    ],
)
def test_names_the_file_of_a_broken_template(folder, text, message):
    (folder / "x.md.j2").write_text(text)
    with pytest.raises(errors.InputError, match=message.replace(".", r"\.")):
        prompts.render("x", {})


def test_the_value_of_a_variable_is_never_a_template(folder):
    (folder / "x.md.j2").write_text(
        template("{% block user %}{{ text }}{% endblock %}")
    )
    assert (
        prompts.render("x", {"text": "{{ 7 * 7 }}{% raw %}"})[0].content
        == "{{ 7 * 7 }}{% raw %}"
    )


def test_a_fence_never_occurs_in_its_text():
    text = "some text"
    marked = text + prompts.choose_fence(text)
    assert prompts.choose_fence(text) == prompts.choose_fence(text)
    assert prompts.choose_fence(marked) not in marked
