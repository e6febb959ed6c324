DROP TABLE gorgon_request;
