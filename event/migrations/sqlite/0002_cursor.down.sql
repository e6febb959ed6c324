DROP TABLE gorgon_event_cursor;
