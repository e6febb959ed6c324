CREATE TABLE gorgon_job (
	name text PRIMARY KEY,
	spec text NOT NULL,
	next_at timestamptz NOT NULL,
	running_by text,
	running_until timestamptz
);

CREATE TABLE gorgon_job_run (
	id text PRIMARY KEY,
	job text NOT NULL,
	scheduled_for timestamptz NOT NULL,
	state text NOT NULL,
	started_at timestamptz NOT NULL,
	ended_at timestamptz,
	error text
);
CREATE UNIQUE INDEX gorgon_job_run_tick ON gorgon_job_run (job, scheduled_for);
