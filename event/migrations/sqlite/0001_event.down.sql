DROP TABLE gorgon_event_retry;
DROP TABLE gorgon_event;
