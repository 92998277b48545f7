package entdb

import "context"

// MigrateWith is Migrate of a later version, which has some more migrations.
func (db *DB) MigrateWith(ctx context.Context, more ...Migration) ([]Migration, error) {
	all, err := load(db.Dialect)
	if err != nil {
		return nil, err
	}
	return db.migrate(ctx, append(all, more...))
}

// MigrateFirst is Migrate of an earlier version, which has the first n migrations.
func (db *DB) MigrateFirst(ctx context.Context, n int) ([]Migration, error) {
	all, err := load(db.Dialect)
	if err != nil {
		return nil, err
	}
	return db.migrate(ctx, all[:n])
}
