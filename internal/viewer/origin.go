package viewer

import "context"

// Origin says from where a request came, for the audit log.
type Origin struct {
	Address   string // IP address, without a port
	UserAgent string
}

type originKey struct{}

// WithOrigin returns a context whose request came from o.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns where the context's request came from; the zero value where
// it is none.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}
