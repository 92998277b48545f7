package gqlhttp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/99designs/gqlgen/graphql/handler/testserver"

	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
)

// A server with all three transports, asked once over plain HTTP, and stopped:
// streams and sockets first, then the http.Server.
func Example() {
	hub := fanout.NewHub(fanout.Config{})
	sockets, err := gqlhttp.NewWebSocket(gqlhttp.WebSocketConfig{
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://app.example.com" },
	}, hub)
	if err != nil {
		fmt.Println(err)
		return
	}
	streams := gqlhttp.NewSSE(gqlhttp.SSEConfig{}, hub)

	graph := testserver.New() // in the program: handler.New(generated schema)
	graph.AddTransport(sockets)
	graph.AddTransport(streams)
	graph.AddTransport(gqlhttp.NewHTTP(gqlhttp.HTTPConfig{MaxBodyBytes: 64 << 10}))
	server := httptest.NewServer(graph)
	defer server.Close()

	resp, err := server.Client().Post(server.URL, "application/json", strings.NewReader(`{"query":"{ name }"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Println(resp.Status, string(body))

	fmt.Println(streams.Drain(context.Background()), sockets.Drain(context.Background()))
	// Output:
	// 200 OK {"data":{"name":"test"}}
	// <nil> <nil>
}
