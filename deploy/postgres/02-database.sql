-- Once for a database, by a superuser, after 01-roles.sql, connected to that database (createdb healthledger; psql -d healthledger -f 02-database.sql).
-- Also what to run after the database was dropped: it is a cache, and nodes fill it again by themselves.
\set ON_ERROR_STOP on

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO healthledger_node', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS healthledger AUTHORIZATION healthledger_owner;
GRANT USAGE ON SCHEMA healthledger TO healthledger_node;
-- Tables come with the migrations, made by the owner: rows are the nodes' to read and write, the tables' form is not.
ALTER DEFAULT PRIVILEGES FOR ROLE healthledger_owner IN SCHEMA healthledger GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO healthledger_node;

-- Silos of an Orleans cluster make tables of their own (membership, reminders, grains' snapshots), in the schema that bears the login's name. Without silos it stays empty.
CREATE SCHEMA IF NOT EXISTS healthledger_node AUTHORIZATION healthledger_node;
