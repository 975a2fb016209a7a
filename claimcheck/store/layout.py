"""The tables of a run store.

* `inputs`: the sources of documents, and their state when they were read.
* `documents`: with their text, so that a batch can resume without its files.
* `batches`: one configuration each (engine, model, prompts, settings).
* `outcomes`: the result of one document in one batch.
* `answers`: stored as soon as they are paid for; a void one is not used again but still
        counts as spent.
* `uploads`, `upload_items`: files for a batch API, and their requests; `usd` and
        `tokens` are the maximum cost of an upload.
* `checks`: of single claims against evidence that a person added; `subject` is the id
        of the claim, if it belongs to a run.
* `reservations`: the maximum cost of requests whose outcome is unknown.
* `dialects`: what the endpoint of a batch accepts.
* `decisions`: of people about claims; appended, never changed, and deleted only with
        their run.
"""

from __future__ import annotations

from claimcheck.store.database import DatabaseLayout

# Existing stores were created by these scripts: never change one, only add more.
#
# `answers_spent` covers the sums of `RunStore.batch`, which would otherwise read every
# answer; `outcomes_by_state` finds pending documents without reading the runs of the
# others. WITHOUT ROWID, because outcomes and items are only looked up by their keys.
STORE_LAYOUT = DatabaseLayout(
    "store of runs",
    "outcomes",
    (
        """
CREATE TABLE inputs (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL
);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, id TEXT, fields TEXT NOT NULL,
    text TEXT, input INTEGER REFERENCES inputs (number)
);
CREATE INDEX documents_of ON documents (input);
CREATE TABLE batches (
    number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, way TEXT NOT NULL,
    started REAL NOT NULL
);
CREATE TABLE outcomes (
    batch INTEGER NOT NULL REFERENCES batches (number),
    document INTEGER NOT NULL REFERENCES documents (number),
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'partial', 'failed')),
    cause TEXT, message TEXT, run TEXT, requests INTEGER, input_tokens INTEGER,
    output_tokens INTEGER, cost_usd REAL, finished REAL, PRIMARY KEY (batch, document)
) WITHOUT ROWID;
CREATE INDEX outcomes_by_state ON outcomes (batch, state, document);
CREATE TABLE answers (
    number INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches (number),
    document INTEGER NOT NULL REFERENCES documents (number), digest TEXT NOT NULL,
    schema TEXT NOT NULL, response TEXT NOT NULL, input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL, cost_usd REAL, void INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX answers_of ON answers (batch, document, digest);
CREATE INDEX answers_spent ON answers (batch, input_tokens, output_tokens, cost_usd);
CREATE TABLE uploads (
    number INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches (number),
    tag TEXT NOT NULL UNIQUE, state TEXT NOT NULL CHECK (
        state IN ('prepared', 'uploaded', 'submitted', 'collected', 'failed')
    ),
    file TEXT, job TEXT, message TEXT, usd REAL NOT NULL, tokens INTEGER NOT NULL,
    made REAL NOT NULL
);
CREATE TABLE upload_items (
    upload INTEGER NOT NULL REFERENCES uploads (number),
    document INTEGER NOT NULL REFERENCES documents (number),
    digest TEXT NOT NULL, schema TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (upload, document, digest)
) WITHOUT ROWID;
""",
        """
CREATE TABLE checks (
    number INTEGER PRIMARY KEY, batch INTEGER, document INTEGER, subject TEXT,
    made REAL NOT NULL, result TEXT NOT NULL,
    FOREIGN KEY (batch, document) REFERENCES outcomes (batch, document)
);
CREATE INDEX checks_of ON checks (batch, document);
CREATE INDEX outcomes_finished ON outcomes (finished);
CREATE INDEX documents_by_id ON documents (id);
""",
        """
CREATE TABLE reservations (
    number INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches (number),
    tokens INTEGER NOT NULL, usd REAL NOT NULL, made REAL NOT NULL
);
CREATE INDEX reservations_of ON reservations (batch, tokens, usd);
""",
        """
CREATE TABLE dialects (
    batch INTEGER PRIMARY KEY REFERENCES batches (number), dialect TEXT NOT NULL
);
""",
        """
CREATE TABLE decisions (
    number INTEGER PRIMARY KEY, batch INTEGER NOT NULL, document INTEGER NOT NULL,
    decision TEXT NOT NULL,
    FOREIGN KEY (batch, document) REFERENCES outcomes (batch, document)
);
CREATE INDEX decisions_of ON decisions (batch, document);
CREATE TRIGGER decisions_are_final BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are only appended'); END;
""",
        "ALTER TABLE batches RENAME COLUMN way TO config",
    ),
)
