// Package migrations embeds the versioned SQL that leads from an empty database
// to the entities of today, one folder for each database. Files are never
// changed once released; see ent/migrate/diff.go for how they are made.
package migrations

import "embed"

// Files holds postgres/*.sql and sqlite/*.sql.
//
//go:embed postgres/*.sql sqlite/*.sql
var Files embed.FS
