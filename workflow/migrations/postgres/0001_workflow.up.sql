CREATE TABLE gorgon_run (
	id text PRIMARY KEY,
	workflow_id text NOT NULL,
	transaction_id text NOT NULL,
	version integer NOT NULL,
	state text NOT NULL,
	input json,
	output json,
	error json,
	idem_key text,
	wake_at timestamptz,
	owner text,
	epoch bigint NOT NULL,
	lease_until timestamptz,
	claims integer NOT NULL DEFAULT 0,
	signals bigint NOT NULL DEFAULT 0,
	cancel_at timestamptz,
	retention integer,
	retention_until timestamptz,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL
);
CREATE INDEX gorgon_run_wake ON gorgon_run (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX gorgon_run_retention ON gorgon_run (retention_until) WHERE retention_until IS NOT NULL;
CREATE INDEX gorgon_run_transaction ON gorgon_run (workflow_id, transaction_id);
CREATE UNIQUE INDEX gorgon_run_idem_key ON gorgon_run (workflow_id, idem_key) WHERE idem_key IS NOT NULL;

CREATE TABLE gorgon_run_step (
	run_id text NOT NULL REFERENCES gorgon_run (id) ON DELETE CASCADE,
	key text NOT NULL,
	name text NOT NULL,
	kind text NOT NULL,
	branch text NOT NULL,
	pos integer NOT NULL,
	seq integer NOT NULL,
	state text NOT NULL,
	attempts integer NOT NULL,
	due_at timestamptz,
	output json,
	undo json,
	error json,
	undo_error json,
	reverted_at timestamptz,
	started_at timestamptz NOT NULL,
	ended_at timestamptz,
	PRIMARY KEY (run_id, key)
);

CREATE TABLE gorgon_run_signal (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run_id text NOT NULL REFERENCES gorgon_run (id) ON DELETE CASCADE,
	name text NOT NULL,
	payload json NOT NULL,
	error json,
	taken_at timestamptz,
	created_at timestamptz NOT NULL
);
CREATE INDEX gorgon_run_signal_run ON gorgon_run_signal (run_id, name, id);

CREATE TABLE gorgon_lock (
	key text PRIMARY KEY,
	run_id text NOT NULL REFERENCES gorgon_run (id) ON DELETE CASCADE
);
CREATE INDEX gorgon_lock_run ON gorgon_lock (run_id);
