package safehttp_test

import (
	"context"
	"fmt"
	"net/http"

	"slotcast/internal/safehttp"
)

func ExampleClient_Do() {
	client := safehttp.New(safehttp.Config{UserAgent: "Slotcast/0"})
	defer client.Close()
	_, err := client.Do(context.Background(), safehttp.Request{
		URL:    "http://169.254.169.254/latest/meta-data/",
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   []byte(`{}`),
	})
	fmt.Println(err)
	// Output: 169.254.169.254 is not a permitted target: link-local address
}

func ExampleCheckURL() {
	for _, raw := range []string{"https://hooks.example.com/slotcast", "hooks.example.com", "https://me:pw@example.com"} {
		_, err := safehttp.CheckURL(raw)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// the URL must start with https:// or http://
	// the URL must not contain a user name or password; send a secret header instead
}
