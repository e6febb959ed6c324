DROP TABLE gorgon_job_run;
DROP TABLE gorgon_job;
