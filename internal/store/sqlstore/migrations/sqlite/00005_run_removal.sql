-- +goose Up
-- Ended runs that may be removed one day, in the order in which they ended. A
-- publish that succeeded is never removed.

CREATE INDEX run_removable ON run (ended_at, id)
  WHERE state IN ('succeeded', 'failed', 'cancelled') AND NOT (kind = 'publish' AND state = 'succeeded');
