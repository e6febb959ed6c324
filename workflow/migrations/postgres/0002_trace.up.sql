ALTER TABLE gorgon_run ADD COLUMN trace text;
CREATE INDEX gorgon_run_open ON gorgon_run (state, id) WHERE state <> 'done';
