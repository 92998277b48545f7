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
	"slotcast/internal/policy"
)

// claim records that a command with this key makes the given meeting. Where the
// key is taken it returns the meeting made then, if the input was the same. Two
// at once: the second waits for the first to commit. Without a key there is
// nothing to do.
func claim(ctx context.Context, tx *ent.Tx, key *string, operation string, input any, meetingID string) (made string, err error) {
	if key == nil || *key == "" {
		return "", nil
	}
	b, err := json.Marshal(input)
	if err != nil {
		return "", fmt.Errorf("encoding the input of %s: %w", operation, err)
	}
	hash := sha256.Sum256(append([]byte(operation+"\n"), b...))
	err = tx.Command.Create().SetKey(*key).SetRequestHash(hash[:]).SetMeetingID(meetingID).
		OnConflictColumns(command.FieldAppID, command.FieldKey).DoNothing().
		Exec(policy.Vouch(ctx, meetingID)) // the meeting comes next, in this transaction
	if err == nil {
		return "", nil
	}
	if !errors.Is(err, sql.ErrNoRows) { // how the generated code says that the row was there
		return "", fmt.Errorf("claiming the idempotency key: %w", err)
	}
	before, err := tx.Command.Query().Where(command.Key(*key)).Only(ctx)
	if err != nil {
		return "", fmt.Errorf("reading the command of the idempotency key: %w", err)
	}
	if string(before.RequestHash) != string(hash[:]) {
		e := apperr.New(apperr.IdempotencyConflict, "the idempotency key was used with other input: send a new key")
		e.Field = "idempotencyKey"
		return "", e
	}
	return before.MeetingID, nil
}
