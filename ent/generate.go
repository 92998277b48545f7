// Package ent is the data layer: entities, queries and privacy, generated from
// ent/schema. The generators run from the repository root; see the Makefile's
// target generate.
package ent
