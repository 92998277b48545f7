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
