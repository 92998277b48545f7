package receiver

// New returns a Receiver that does not listen: its Handler is served by a test.
func New(c Config) *Receiver { return newReceiver(c) }

// MaxNames and MaxWatching are bounds.
const (
	MaxNames    = maxNames
	MaxWatching = maxWatching
	MaxHanging  = maxHanging
)
