DROP TABLE gorgon_lock;
DROP TABLE gorgon_run_signal;
DROP TABLE gorgon_run_step;
DROP TABLE gorgon_run;
