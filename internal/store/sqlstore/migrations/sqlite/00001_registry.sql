-- +goose Up
-- Times are microseconds since 1970 UTC, documents are JSON text, booleans are
-- 0 or 1, types are bit masks over api.IntegrationTypes.

CREATE TABLE draft (
  id            TEXT    NOT NULL PRIMARY KEY,
  key           TEXT    UNIQUE,
  version       BIGINT  NOT NULL,
  owner         TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  status        TEXT    NOT NULL,
  private       INTEGER NOT NULL,
  types         BIGINT  NOT NULL,
  created_at    BIGINT  NOT NULL,
  modified_at   BIGINT  NOT NULL,
  schema        INTEGER NOT NULL,
  document      TEXT    NOT NULL,
  facts         TEXT    NOT NULL
);
CREATE INDEX draft_by_created  ON draft (owner, created_at, id, types, private);
CREATE INDEX draft_by_modified ON draft (owner, modified_at, id, types, private);
CREATE INDEX draft_by_name     ON draft (owner, name, id, types, private);
CREATE INDEX draft_by_key      ON draft (owner, COALESCE(key, ''), id, types, private);
CREATE INDEX draft_by_id       ON draft (owner, id, types, private);
CREATE INDEX draft_by_version  ON draft (owner, version, id, types, private);
CREATE INDEX draft_by_status   ON draft (owner, status, id, types, private);
-- Of all projects, for reviewers.
CREATE INDEX draft_of_status   ON draft (status, modified_at, id);

CREATE TABLE connector (
  id            TEXT    NOT NULL PRIMARY KEY,
  key           TEXT    UNIQUE,
  version       BIGINT  NOT NULL,
  owner         TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  private       INTEGER NOT NULL,
  listed        INTEGER NOT NULL,
  types         BIGINT  NOT NULL,
  created_at    BIGINT  NOT NULL,
  modified_at   BIGINT  NOT NULL,
  schema        INTEGER NOT NULL,
  company       TEXT    NOT NULL,
  search_text   TEXT    NOT NULL,
  document      TEXT    NOT NULL
);
-- Each in the order of a search, with what decides who sees a row.
CREATE INDEX connector_by_created  ON connector (created_at, id, listed, private, owner, types, company);
CREATE INDEX connector_by_modified ON connector (modified_at, id, listed, private, owner, types, company);
CREATE INDEX connector_by_name     ON connector (name, id, listed, private, owner, types, company);
CREATE INDEX connector_by_key      ON connector (COALESCE(key, ''), id, listed, private, owner, types, company);
CREATE INDEX connector_by_id       ON connector (id, listed, private, owner, types, company);
CREATE INDEX connector_by_version  ON connector (version, id, listed, private, owner, types, company);

-- Keys of Connectors that were ever published belong to their project for good.
CREATE TABLE reserved_key (
  key           TEXT    NOT NULL PRIMARY KEY,
  project       TEXT    NOT NULL
) WITHOUT ROWID;

-- Who beside the owner may see a private Connector.
CREATE TABLE connector_project (
  connector_id  TEXT    NOT NULL,
  project       TEXT    NOT NULL,
  PRIMARY KEY (connector_id, project)
) WITHOUT ROWID;
CREATE INDEX connector_of_project ON connector_project (project, connector_id);

-- How many rows of a scope have a set of types and a privacy: totals of lists
-- without counting.
CREATE TABLE counter (
  scope         TEXT    NOT NULL,
  types         BIGINT  NOT NULL,
  private       INTEGER NOT NULL,
  n             BIGINT  NOT NULL,
  PRIMARY KEY (scope, types, private)
) WITHOUT ROWID;

CREATE TABLE run (
  id               TEXT    NOT NULL PRIMARY KEY,
  draft_id         TEXT    NOT NULL,
  project          TEXT    NOT NULL,
  kind             TEXT    NOT NULL,
  certification    INTEGER NOT NULL,
  state            TEXT    NOT NULL,
  token            TEXT    NOT NULL,
  due_at           BIGINT  NOT NULL,
  attempt          INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  url              TEXT    NOT NULL,
  tag              TEXT    NOT NULL,
  commit_id        TEXT    NOT NULL,
  created_at       BIGINT  NOT NULL,
  started_at       BIGINT  NOT NULL,
  ended_at         BIGINT  NOT NULL,
  steps            TEXT,
  report           TEXT
);
CREATE INDEX run_by_draft ON run (draft_id, created_at, id);
CREATE INDEX run_due      ON run (due_at, id) WHERE state IN ('queued', 'running');

CREATE TABLE client (
  id            TEXT    NOT NULL PRIMARY KEY,
  secret_hash   TEXT    NOT NULL,
  project       TEXT    NOT NULL,
  scopes        TEXT    NOT NULL,
  created_at    BIGINT  NOT NULL
) WITHOUT ROWID;

CREATE TABLE token (
  hash          TEXT    NOT NULL PRIMARY KEY,
  client_id     TEXT    NOT NULL,
  scopes        TEXT    NOT NULL,
  expires_at    BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX token_by_client  ON token (client_id);
CREATE INDEX token_by_expires ON token (expires_at);
