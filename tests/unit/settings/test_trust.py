"""Which endpoint gets the document and the key: a project file alone never decides."""

import pytest

from claimcheck import Batch, RunStore, Settings, errors
from claimcheck.settings.load import load_settings
from tests.support.command import claimcheck
from tests.support.endpoint import completion
from tests.support.loopback import Handler, serve_handler
from tests.support.paths import SEED

KEY = {"OPENAI_API_KEY": "sk-env-0123456789abcdef"}
REMOTE = "http://192.0.2.1:9/v1"  # an address for documentation (RFC 5737)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a project file, away from the user's own folders."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(folder, text, name="claimcheck.toml"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def load(flags=None, **environment):
    return load_settings(flags, environment={**KEY, **environment})


def test_a_project_file_names_no_endpoint_until_the_folder_is_approved(project):
    write(project, f'base_url = "{REMOTE}"\nmax_claims = 7\n')
    for flags in ({}, {"model": "m"}, {"engine": "llm"}):
        with pytest.raises(errors.SettingsError) as caught:
            load(flags)
        message = str(caught.value)
        assert "claimcheck.toml" in message
        assert REMOTE in message
        assert f"claimcheck trust {project}" in message

    assert claimcheck("trust").returncode == 0
    assert load().settings.base_url == REMOTE


def test_an_approval_holds_for_one_url_and_one_folder(project, tmp_path):
    write(project, f'base_url = "{REMOTE}"\n')
    assert claimcheck("trust", project).returncode == 0
    write(project, 'base_url = "http://192.0.2.2/v1"\n')
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load()
    other = tmp_path / "other"
    write(other, f'base_url = "{REMOTE}"\n')
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load_settings(environment=KEY, folder=other)


@pytest.mark.parametrize("arguments", [("--model", "m"), ("--engine", "llm"), ()])
def test_an_unapproved_endpoint_is_an_error_before_anything_is_read(project, arguments):
    write(project, f'base_url = "{REMOTE}"\n')
    done = claimcheck("summarize", "missing.txt", *arguments, environment=KEY)
    assert (done.returncode, done.out) == (2, "")
    assert f"claimcheck trust {project}" in done.err
    assert "missing.txt" not in done.err


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost@192.0.2.1/v1",
        "http://localhost.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://127.0.0.1\\\\@192.0.2.1/v1",
        "http://192.0.2.1/v1?http://localhost/",
        "http://192.0.2.1#@localhost/",
        "http://0.0.0.0/v1",
        "http://[::ffff:192.0.2.1]/v1",
    ],
)
def test_what_only_looks_like_loopback_needs_approval(project, url):
    write(project, f'base_url = "{url}"\n')
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load()


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/v1",
        "http://LOCALHOST/v1",
        "http://127.0.0.1:8080",
        "https://127.8.9.1/v1",
        "http://[::1]:11434/v1",
    ],
)
def test_a_project_file_may_name_loopback_without_the_key(project, url):
    write(project, f'base_url = "{url}"\n')
    loaded = load()
    assert (loaded.settings.base_url, loaded.settings.api_key) == (url, None)
    assert "not sent" in loaded.origins["api_key"]


def test_the_key_goes_to_endpoints_that_the_user_named(project, tmp_path):
    key = KEY["OPENAI_API_KEY"]
    write(project, f'base_url = "{REMOTE}"\n')
    assert load({"base_url": "http://flag/v1"}).settings.api_key == key
    assert load(OPENAI_BASE_URL="http://env/v1").settings.api_key == key
    write(project, 'model = "m"\n')
    assert load().settings.api_key == key  # OpenAI's own endpoint


def test_the_user_file_may_name_an_endpoint_and_comes_after_the_project(
    project, tmp_path
):
    user_folder = tmp_path / ".config" / "claimcheck"
    write(user_folder, 'base_url = "http://user/v1"\nmax_claims = 3\n', "config.toml")
    write(project, "max_claims = 7\n")
    loaded = load()
    assert loaded.settings.base_url == "http://user/v1"
    assert loaded.settings.api_key == KEY["OPENAI_API_KEY"]
    assert loaded.settings.max_claims == 7
    assert loaded.origins["base_url"] == str(user_folder / "config.toml")


def test_the_key_of_openai_never_reaches_an_approved_project_endpoint(project):
    write(project, f'base_url = "{REMOTE}"\n')
    claimcheck("trust")
    assert load().settings.api_key is None


def test_other_settings_of_a_project_file_need_no_approval(project):
    write(project, f'base_url = "{REMOTE}"\nmax_claims = 7\n')
    loaded = load({"engine": "extractive"})
    assert (loaded.settings.max_claims, loaded.settings.base_url) == (7, None)
    write(project, "max_claims = 6\n")
    assert load().settings.max_claims == 6


def test_an_endpoint_named_by_a_project_file_receives_no_key(project):
    requests = []

    class Recorder(Handler):
        def do_POST(self):
            requests.append((str(self.headers), self.rfile.read1()))
            self.answer(completion("{", finish_reason="length"))

    with serve_handler(Recorder) as url:
        write(project, f'base_url = "{url}"\n')
        claimcheck("summarize", SEED, "--model", "m", environment=KEY)
    assert requests
    assert KEY["OPENAI_API_KEY"] not in str(requests)


def test_a_store_does_not_choose_who_receives_documents_and_key(project):
    settings = Settings(engine="llm", model="m", base_url=REMOTE, attempts=1)
    (project / "a.txt").write_text("The ferry carried 900 people in 2020.")
    with RunStore("runs.db") as store:
        Batch(store, settings).add("a.txt")
    done = claimcheck("runs", "retry", "--store", "runs.db", environment=KEY)
    assert done.returncode == 2
    assert REMOTE in done.err
    assert "OPENAI_BASE_URL" in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "claimcheck.toml: does not exist"),
        ("max_claims = 3", "sets none of base_url"),
        ("base_url = 3", "base_url is 3"),
    ],
)
def test_trust_says_what_is_missing(project, text, message):
    if text is not None:
        write(project, text)
    done = claimcheck("trust")
    assert done.returncode == 2
    assert message in done.err


def test_a_damaged_list_of_approvals_is_named(project, tmp_path):
    write(project, f'base_url = "{REMOTE}"\n')
    claimcheck("trust")
    (stored,) = (tmp_path / ".local/share/claimcheck").iterdir()
    assert stored.stat().st_mode & 0o077 == 0
    stored.write_text('["x"]')
    for command in (("summarize", SEED), ("trust",)):
        done = claimcheck(*command)
        assert done.returncode == 2
        assert str(stored) in done.err


def test_a_project_file_tells_the_model_nothing_until_the_folder_is_approved(project):
    assert claimcheck("prompts", "init", project / "mine", "verdict").returncode == 0
    write(project, 'prompts_folder = "mine"\nmodel = "m"\n')
    with pytest.raises(errors.SettingsError) as caught:
        load()
    assert "claimcheck.toml sets prompts_folder, which tells the model" in str(
        caught.value
    )
    assert f"claimcheck trust {project}" in str(caught.value)
    # People can read the templates first, and what follows no prompt needs no approval.
    assert claimcheck("prompts", "diff").returncode == 0
    assert load({"engine": "extractive"}).settings.brief.prompts == ()

    done = claimcheck("trust")
    assert "prompts_folder" in done.err
    assert [name for name, _ in load().settings.brief.prompts] == ["verdict"]
    # From another folder, the path is still that of the file's folder.
    loaded = load_settings(environment=KEY, folder=project)
    assert loaded.settings.brief.prompts == load().settings.brief.prompts

    template = project / "mine" / "verdict.md.j2"
    template.write_text(template.read_text().replace("careful", "careless"))
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load()


def test_own_prompts_on_the_command_line_and_in_the_users_own_file_need_no_approval(
    project, tmp_path, monkeypatch
):
    folder = tmp_path / "mine"
    assert claimcheck("prompts", "init", folder).returncode == 0
    write(project, 'prompts_folder = "missing"\nmodel = "m"\n')
    assert load({"prompts_folder": folder}).settings.brief.prompts
    (project / "claimcheck.toml").unlink()
    own = tmp_path / "config"
    monkeypatch.setattr(
        "claimcheck.settings.load.resolve_user_file", lambda: own / "config.toml"
    )
    write(own, 'prompts_folder = "../mine"\nmodel = "m"\n', "config.toml")
    assert load().settings.brief.prompts


def test_one_approval_covers_endpoint_and_prompts_and_ends_when_either_changes(project):
    assert claimcheck("prompts", "init", project / "mine", "verdict").returncode == 0
    write(project, f'base_url = "{REMOTE}"\n')
    assert claimcheck("trust").returncode == 0
    write(project, f'base_url = "{REMOTE}"\nprompts_folder = "mine"\n')
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load()
    assert claimcheck("trust").returncode == 0
    assert load().settings.base_url == REMOTE
    write(project, 'base_url = "http://192.0.2.2/v1"\nprompts_folder = "mine"\n')
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load()
