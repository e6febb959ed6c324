DROP INDEX gorgon_run_open;
ALTER TABLE gorgon_run DROP COLUMN trace;
