-- +goose Up
-- How many findings the report of a run has, as JSON, so that a list of runs need not
-- read their reports; NULL when there is no report.

ALTER TABLE run ADD COLUMN findings TEXT;
