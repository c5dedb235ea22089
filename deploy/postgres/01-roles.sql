-- Once for a server, by a superuser or a role that may create roles:
--   psql -v node_password="$(cat node.password)" -f 01-roles.sql
--
-- healthledger_owner  owns the tables; nobody logs in as it.
-- healthledger_node   what nodes and gateways log in as: reads and writes rows. It does not inherit what the owner may; for as long as a migration
--                     takes it becomes the owner (HEALTHLEDGER__Database__MigrationRole=healthledger_owner). Where migrations are an operator's, leave the
--                     last line out, set HEALTHLEDGER__Database__Migrate=false, and run migrate before a new version starts.
-- The PostgreSQL image runs this folder's scripts when it makes its database; there the password comes out of the nodes' connection string.
\set ON_ERROR_STOP on
\if :{?node_password}
\else
\set node_password `sed -n 's/.*Password=\([^;]*\).*/\1/p' /run/secrets/database-connection`
\endif

SELECT 'CREATE ROLE healthledger_owner NOLOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'healthledger_owner') \gexec
SELECT 'CREATE ROLE healthledger_node LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'healthledger_node') \gexec

ALTER ROLE healthledger_node NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 200 PASSWORD :'node_password';
-- A node goes on without an answer that takes longer; nothing of it should go on here.
ALTER ROLE healthledger_node SET statement_timeout = '30s';
ALTER ROLE healthledger_node SET lock_timeout = '10s';
ALTER ROLE healthledger_node SET idle_in_transaction_session_timeout = '30s';

GRANT healthledger_owner TO healthledger_node;
