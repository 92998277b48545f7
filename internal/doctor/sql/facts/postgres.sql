-- What the server says about itself and about this database.
SELECT
    current_setting('server_version'),
    CAST(current_setting('server_version_num') AS integer),
    current_setting('server_encoding'),
    CAST(current_setting('max_connections') AS integer),
    pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',
    EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'),
    EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gist'),
    has_database_privilege(current_database(), 'CREATE')
