package httpserver

import "net/http"

// Handler is what a Server of c serves, without a network.
func Handler(c Config) http.Handler { return New(c).handler() }
