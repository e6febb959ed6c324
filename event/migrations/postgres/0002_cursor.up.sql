CREATE TABLE gorgon_event_cursor (
	name text NOT NULL PRIMARY KEY,
	seq bigint NOT NULL,
	owner text,
	owned_until timestamptz,
	seen_at timestamptz NOT NULL
);
