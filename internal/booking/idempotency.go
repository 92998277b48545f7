package booking

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/command"
	"slotcast/internal/apperr"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// answer is what a command with an idempotency key was answered with, and is
// again.
type answer struct {
	Meeting  *ent.Meeting `json:"meeting"`
	Previous *ent.Meeting `json:"previous,omitempty"`
	Payment  *ent.Payment `json:"payment,omitempty"`

	manageToken string // kept sealed, beside the rest
}

// once runs a command that may carry a key. Where the key is taken it gives the
// answer of then, if the input was the same. Two at once: the second waits for
// the first to commit.
func (s *Service) once(
	ctx context.Context, tx *ent.Tx, key *string, operation string, input any, run func() (*answer, error),
) (*answer, error) {
	if key == nil || *key == "" {
		return run()
	}
	id := typeid.New(typeid.Command)
	before, err := s.claim(ctx, tx, id, *key, operation, input)
	if err != nil || before != nil {
		return before, err
	}
	made, err := run()
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(made)
	if err != nil {
		return nil, fmt.Errorf("encoding the answer of %s: %w", operation, err)
	}
	sealed, err := s.keys.Seal(made.manageToken, id)
	if err != nil {
		return nil, fmt.Errorf("sealing the answer of %s: %w", operation, err)
	}
	if err := tx.Command.Update().Where(command.ID(id)).SetAnswer(string(b)).SetSealedToken(sealed).Exec(ctx); err != nil {
		return nil, fmt.Errorf("keeping the answer of %s: %w", operation, err)
	}
	return made, nil
}

// claim takes the key for a command with the given id. Keys belong to the app;
// what was answered to a member or a visitor is repeated to nobody else.
func (s *Service) claim(ctx context.Context, tx *ent.Tx, id, key, operation string, input any) (before *answer, err error) {
	b, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("encoding the input of %s: %w", operation, err)
	}
	if v, _ := viewer.From(ctx); !v.Leads() {
		b = append(b, "\n"+v.AgentID+"\n"+v.ManageHash...)
		if v.Kind == viewer.Page {
			b = append(b, v.CredentialID...)
		}
	}
	hash := sha256.Sum256(append([]byte(operation+"\n"), b...))
	err = tx.Command.Create().SetID(id).SetKey(key).SetRequestHash(hash[:]).SetCreatedAt(s.now()).
		OnConflictColumns(command.FieldAppID, command.FieldKey).DoNothing().
		Exec(ctx)
	if err == nil {
		return nil, nil
	}
	if !errors.Is(err, sql.ErrNoRows) { // how the generated code says that the row was there
		return nil, fmt.Errorf("claiming the idempotency key: %w", err)
	}
	row, err := tx.Command.Query().Where(command.Key(key)).Only(ctx)
	if ent.IsNotFound(err) { // its time has just run out
		return nil, eventlog.ErrAgain
	}
	if err != nil {
		return nil, fmt.Errorf("reading the command of the idempotency key: %w", err)
	}
	if string(row.RequestHash) != string(hash[:]) {
		e := apperr.New(apperr.IdempotencyConflict, "the idempotency key was used with other input: send a new key")
		e.Field = "idempotencyKey"
		return nil, e
	}
	before = &answer{}
	if err := json.Unmarshal([]byte(row.Answer), before); err != nil {
		return nil, fmt.Errorf("decoding the answer of the idempotency key: %w", err)
	}
	if before.manageToken, err = s.keys.Open(row.SealedToken, row.ID); err != nil {
		return nil, fmt.Errorf("opening the answer of the idempotency key: %w", err)
	}
	return before, nil
}
