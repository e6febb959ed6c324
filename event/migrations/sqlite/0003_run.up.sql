CREATE INDEX gorgon_event_run ON gorgon_event (run_id, seq) WHERE done_at IS NULL AND run_id IS NOT NULL;
