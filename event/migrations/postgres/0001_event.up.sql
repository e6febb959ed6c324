CREATE TABLE gorgon_event (
	seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id text NOT NULL,
	name text NOT NULL,
	data json NOT NULL,
	metadata json,
	run_id text,
	created_at timestamptz NOT NULL,
	claims integer NOT NULL DEFAULT 0,
	claimed_by text,
	claimed_until timestamptz,
	done_at timestamptz
);
CREATE INDEX gorgon_event_pending ON gorgon_event (seq) WHERE done_at IS NULL;
CREATE INDEX gorgon_event_done ON gorgon_event (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE gorgon_event_retry (
	event_id text NOT NULL,
	subscriber text NOT NULL,
	name text NOT NULL,
	data json NOT NULL,
	metadata json,
	run_id text,
	created_at timestamptz NOT NULL,
	attempts integer NOT NULL,
	next_at timestamptz,
	claimed_by text,
	dead_at timestamptz,
	error text NOT NULL,
	PRIMARY KEY (event_id, subscriber)
);
CREATE INDEX gorgon_event_retry_next ON gorgon_event_retry (next_at) WHERE next_at IS NOT NULL;
