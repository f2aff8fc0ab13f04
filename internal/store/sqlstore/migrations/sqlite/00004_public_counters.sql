-- +goose Up
-- The scope 'public' counts the Connectors that everybody finds; those that are
-- private are few for each project, and counted by this index.
INSERT INTO counter (scope, types, private, n)
  SELECT 'public', types, 0, COUNT(*) FROM connector WHERE listed = 1 AND private = 0 GROUP BY types;

CREATE INDEX connector_private ON connector (owner, types) WHERE listed = 1 AND private = 1;
