DROP INDEX gorgon_event_run;
