-- +goose Up
-- A secret is stored sealed, as hexadecimal text; the key to it is not here.

CREATE TABLE credential (
  id            TEXT    NOT NULL PRIMARY KEY,
  project       TEXT    NOT NULL,
  host          TEXT    NOT NULL,
  kind          TEXT    NOT NULL,
  public_key    TEXT    NOT NULL,
  sealed        TEXT    NOT NULL,
  created_at    BIGINT  NOT NULL,
  UNIQUE (project, host, kind)
);

CREATE TABLE known_host (
  host          TEXT    NOT NULL,
  host_key      TEXT    NOT NULL,
  created_at    BIGINT  NOT NULL,
  PRIMARY KEY (host, host_key)
);
