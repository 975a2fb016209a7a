"""The tables of a batch's store.

`documents` are read once and kept with their text, so that a batch can go on without the files. `inputs` are the files
that they came from, as they were then. A `batch` is one way of reading documents (engine, model, prompts, settings), an
`outcome` what became of one document in one batch. `answers` are kept as soon as they are paid for; a void one is not
taken again but has still been paid for. `uploads` are files of requests for OpenAI's Batch API, and `upload_items` what
is in them; `usd` and `tokens` are the most that one can cost. `checks` are of single claims, against evidence that somebody
added; `subject` is the claim's id, where it is one of a run's.
"""

from __future__ import annotations

from claimcheck.store.database import DatabaseLayout

STORE_LAYOUT = DatabaseLayout(
    "store of runs",
    "outcomes",
    (
        """
CREATE TABLE inputs (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, id TEXT, fields TEXT NOT NULL, text TEXT,
    input INTEGER REFERENCES inputs (number)
);
CREATE INDEX documents_of ON documents (input);
CREATE TABLE batches (
    number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, way TEXT NOT NULL, started REAL NOT NULL
);
CREATE TABLE outcomes (
    batch INTEGER NOT NULL REFERENCES batches (number), document INTEGER NOT NULL REFERENCES documents (number),
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'partial', 'failed')),
    cause TEXT, message TEXT, run TEXT, requests INTEGER, input_tokens INTEGER, output_tokens INTEGER, cost_usd REAL,
    finished REAL, PRIMARY KEY (batch, document)
) WITHOUT ROWID;
CREATE INDEX outcomes_by_state ON outcomes (batch, state, document);
CREATE TABLE answers (
    number INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches (number),
    document INTEGER NOT NULL REFERENCES documents (number), digest TEXT NOT NULL, schema TEXT NOT NULL,
    response TEXT NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cost_usd REAL, void INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX answers_of ON answers (batch, document, digest);
CREATE INDEX answers_spent ON answers (batch, input_tokens, output_tokens, cost_usd);
CREATE TABLE uploads (
    number INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches (number), tag TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'uploaded', 'submitted', 'collected', 'failed')),
    file TEXT, job TEXT, message TEXT, usd REAL NOT NULL, tokens INTEGER NOT NULL, made REAL NOT NULL
);
CREATE TABLE upload_items (
    upload INTEGER NOT NULL REFERENCES uploads (number), document INTEGER NOT NULL REFERENCES documents (number),
    digest TEXT NOT NULL, schema TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (upload, document, digest)
) WITHOUT ROWID;
""",
        """
CREATE TABLE checks (
    number INTEGER PRIMARY KEY, batch INTEGER, document INTEGER, subject TEXT, made REAL NOT NULL, result TEXT NOT NULL,
    FOREIGN KEY (batch, document) REFERENCES outcomes (batch, document)
);
CREATE INDEX checks_of ON checks (batch, document);
CREATE INDEX outcomes_finished ON outcomes (finished);
CREATE INDEX documents_by_id ON documents (id);
""",
    ),
)
