package httpserver

import "net/http"

// addSession puts the console's sessions onto their path; see auth.Cookies.
// Signing in counts as authentication does anywhere: a failure for the address. A
// page that is none of the server's own is refused before that, so that it cannot
// use up the limit of whoever looks at it. To ask whether somebody is signed in
// counts for his token, and for nobody where nobody is.
func (s *Server) addSession(mux *http.ServeMux) {
	c, limits := s.cfg.Cookies, s.cfg.Limits
	if c == nil {
		return
	}
	mux.Handle("POST /session", private(c.OwnPages(limits.Guard(c.SignIn, graphqlRefusal, http.HandlerFunc(c.Entered)))))
	mux.Handle("GET /session", private(limits.Guard(c.Whether, graphqlRefusal, http.HandlerFunc(c.Stay))))
	mux.Handle("DELETE /session", private(c.OwnPages(http.HandlerFunc(c.SignOut))))
}

// authenticated is who asks at /graphql: by a header, or by a session.
func (s *Server) authenticated(next http.Handler) http.Handler {
	if s.cfg.Cookies == nil {
		return s.cfg.Auth.HTTP(next)
	}
	return s.cfg.Cookies.HTTP(next)
}
