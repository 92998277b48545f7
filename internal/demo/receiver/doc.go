// Package receiver takes webhooks and shows them: it is the other side, to try
// with. It is an HTTP server of its own, so that its pages are of another origin
// than the server that sends.
//
//	POST /hooks/{name}  takes a message, verifies its signature, and answers as told
//	GET  /              a page that lists the last requests, live
//	GET  /requests      what the page is made of, as server-sent events
//	POST /answers       tells it how a name answers: {"name": …, "answer": "500"}
//	POST /secrets       tells it a name's secret: {"name": …, "secret": "whsec_…"}
//
// It promises to be bounded: of a body it reads [MaxBody] bytes and keeps the
// first [KeptBody], of requests the last [Kept]; there are at most 50 names, 20
// watching pages and 100 requests that hang. What hangs ends when the sender gives
// up, after five minutes, or when the receiver stops. It tells and is told nothing
// by pages of other origins, also where those have a name that leads to it: it goes
// by addresses and localhost. Its own page loads nothing from elsewhere.
//
//	r, err := receiver.Listen(ctx, config)  listens
//	err = r.Run(ctx)                        serves until ctx ends, and closes
package receiver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Config is what a Receiver is made of.
type Config struct {
	Addr   string           // to listen on; port 0 for a free one
	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger     // nil means slog.Default()
}

// Receiver takes webhooks. Its methods are safe for concurrent use.
type Receiver struct {
	book     *book
	listener net.Listener
	logger   *slog.Logger
	stopping chan struct{} // closed by stop
	stop     func()
}

// Listen returns a Receiver that answers from Run on.
func Listen(ctx context.Context, c Config) (*Receiver, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("the receiver cannot listen on %s: %w; choose another --receiver-addr, such as 127.0.0.1:0 for a free port", c.Addr, err)
	}
	r := newReceiver(c)
	r.listener = listener
	return r, nil
}

func newReceiver(c Config) *Receiver {
	if c.Now == nil {
		c.Now = time.Now
	}
	stopping := make(chan struct{})
	return &Receiver{
		book: newBook(c.Now), logger: cmp.Or(c.Logger, slog.Default()),
		stopping: stopping, stop: sync.OnceFunc(func() { close(stopping) }),
	}
}

// LetGo ends what hangs and watches, now and from now on, and nothing else: so
// that a sender that is about to stop need not wait. Run does so at its end.
func (r *Receiver) LetGo() { r.stop() }

// Close gives the address back, where Run is not to be called.
func (r *Receiver) Close() error { return r.listener.Close() }

// Address returns where it is reached: one that listens on all addresses, on this
// machine's own.
func (r *Receiver) Address() netip.AddrPort {
	at := r.listener.Addr().(*net.TCPAddr).AddrPort()
	addr := at.Addr().Unmap().WithZone("")
	if addr.IsUnspecified() {
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(addr, at.Port())
}

// URL returns where its page is.
func (r *Receiver) URL() string { return "http://" + r.Address().String() + "/" }

// Target returns the URL that a webhook of a name is to have.
func (r *Receiver) Target(name string) string { return r.URL() + "hooks/" + name }

// Run serves until ctx ends, and lets what hangs go then.
func (r *Receiver) Run(ctx context.Context) error {
	server := &http.Server{
		Handler: r.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(r.logger.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(r.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("the receiver serves no more: %w", err)
	case <-ctx.Done():
	}
	r.LetGo()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := server.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
