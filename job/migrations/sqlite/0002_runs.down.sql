ALTER TABLE gorgon_job DROP COLUMN runs;
