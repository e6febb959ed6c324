CREATE TABLE gorgon_run (
	id text PRIMARY KEY,
	workflow_id text NOT NULL,
	transaction_id text NOT NULL,
	version integer NOT NULL,
	state text NOT NULL,
	input text,
	output text,
	error text,
	idem_key text,
	wake_at text,
	owner text,
	epoch bigint NOT NULL,
	lease_until text,
	claims integer NOT NULL DEFAULT 0,
	signals bigint NOT NULL DEFAULT 0,
	cancel_at text,
	retention integer,
	retention_until text,
	created_at text NOT NULL,
	updated_at text NOT NULL
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
	due_at text,
	output text,
	undo text,
	error text,
	undo_error text,
	reverted_at text,
	started_at text NOT NULL,
	ended_at text,
	PRIMARY KEY (run_id, key)
);

CREATE TABLE gorgon_run_signal (
	id integer PRIMARY KEY,
	run_id text NOT NULL REFERENCES gorgon_run (id) ON DELETE CASCADE,
	name text NOT NULL,
	payload text NOT NULL,
	error text,
	taken_at text,
	created_at text NOT NULL
);
CREATE INDEX gorgon_run_signal_run ON gorgon_run_signal (run_id, name, id);

CREATE TABLE gorgon_lock (
	key text PRIMARY KEY,
	run_id text NOT NULL REFERENCES gorgon_run (id) ON DELETE CASCADE
);
CREATE INDEX gorgon_lock_run ON gorgon_lock (run_id);
