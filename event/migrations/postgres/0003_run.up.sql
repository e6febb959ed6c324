-- The events of a run that somebody has yet to hear. As an expression, because for "run_id = … AND done_at IS NULL" PostgreSQL might walk gorgon_event_pending.
CREATE INDEX gorgon_event_run ON gorgon_event ((CASE WHEN done_at IS NULL THEN run_id END), seq) WHERE (CASE WHEN done_at IS NULL THEN run_id END) IS NOT NULL;
