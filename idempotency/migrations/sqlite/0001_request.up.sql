CREATE TABLE gorgon_request (
	owner text NOT NULL,
	key text NOT NULL,
	request text NOT NULL,
	held_until bigint NOT NULL,
	done integer NOT NULL DEFAULT 0,
	status integer,
	content_type text,
	body text,
	created_at bigint NOT NULL,
	PRIMARY KEY (owner, key)
);
CREATE INDEX gorgon_request_created_at ON gorgon_request (created_at);
