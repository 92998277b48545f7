package main

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // WebSocket's handshake asks for it
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// floorFrames is the floor of subscriptions: for each event one frame is made
// ready, and written to each socket with a write of its own. As many writers as
// there are processors share the sockets.
type floorFrames struct {
	head, tail []byte
	writers    []*floorWriter
	joined     atomic.Int64
}

type floorWriter struct {
	frames chan []byte
	mu     sync.Mutex
	conns  []net.Conn
}

func newFloorFrames(ctx context.Context, s Script) *floorFrames {
	f := &floorFrames{head: s.Head, tail: s.Tail}
	for range runtime.GOMAXPROCS(0) {
		w := &floorWriter{frames: make(chan []byte, 1)}
		f.writers = append(f.writers, w)
		go w.run(ctx)
	}
	return f
}

// tell prepares the frame.
func (f *floorFrames) tell(number int) {
	frame := serverFrame(opText, bytes.Join([][]byte{f.head, strconv.AppendInt(nil, int64(number), 10), f.tail}, nil))
	for _, w := range f.writers {
		w.frames <- frame
	}
}

func (w *floorWriter) run(ctx context.Context) {
	for {
		select {
		case frame := <-w.frames:
			w.mu.Lock()
			for _, c := range w.conns {
				_, _ = c.Write(frame) // one that has gone is noticed by its reader
			}
			w.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// ServeHTTP shakes hands, adds the socket when it subscribes, and reads on until
// it has gone.
func (f *floorFrames) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, in, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as the protocol has it
	_, err = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: "+
		subprotocol+"\r\nSec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	if err != nil {
		return
	}
	writer := f.writers[int(f.joined.Add(1))%len(f.writers)]
	defer writer.remove(conn)
	buffer := make([]byte, 2<<10)
	for {
		n, err := in.Read(buffer)
		if err != nil {
			return
		}
		switch said := buffer[:n]; {
		case bytes.Contains(said, []byte(`"connection_init"`)):
			_, _ = conn.Write(serverFrame(opText, []byte(`{"type":"connection_ack"}`))) // its reader notices
		case bytes.Contains(said, []byte(`"subscribe"`)):
			writer.add(conn)
		}
	}
}

func (w *floorWriter) add(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, c)
}

func (w *floorWriter) remove(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = slices.DeleteFunc(w.conns, func(one net.Conn) bool { return one == c })
}
