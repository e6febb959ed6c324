CREATE TABLE gorgon_event_cursor (
	name text NOT NULL PRIMARY KEY,
	seq integer NOT NULL,
	owner text,
	owned_until text,
	seen_at text NOT NULL
);
