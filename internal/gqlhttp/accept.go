package gqlhttp

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const (
	mediaJSON        = "application/json"
	mediaGraphQL     = "application/graphql-response+json"
	mediaEventStream = "text/event-stream"
)

// acceptRange is one entry of an Accept header (RFC 9110, 12.5.1).
type acceptRange struct {
	media string
	q     float64
}

// preference is how much a client wants a media type. A higher q goes first,
// then what was named rather than matched by a wildcard, then what came first.
type preference struct {
	q           float64
	specificity int // 3: named, 2: type/*, 1: */*, 0: not accepted
	position    int
}

// choose returns the offer that the Accept headers like best, "" when they
// accept none. Among equals the first offer is taken: a missing header and */*
// choose it.
func choose(h http.Header, offers ...string) string {
	ranges := parseAccept(h)
	best, chosen := preference{}, ""
	for _, offer := range offers {
		if p := prefer(ranges, offer); p.over(best) {
			best, chosen = p, offer
		}
	}
	return chosen
}

func parseAccept(h http.Header) []acceptRange {
	header := strings.TrimSpace(strings.Join(h.Values("Accept"), ","))
	if header == "" {
		return []acceptRange{{media: "*/*", q: 1}}
	}
	var ranges []acceptRange
	for part := range strings.SplitSeq(header, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil || !isUTF8(params["charset"]) {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil {
				continue
			}
		}
		ranges = append(ranges, acceptRange{media, q})
	}
	return ranges
}

// prefer weighs one media type by the most specific range that matches it.
func prefer(ranges []acceptRange, media string) preference {
	wildcard := media[:strings.IndexByte(media, '/')] + "/*"
	var best preference
	for i, r := range ranges {
		specificity := 0
		switch r.media {
		case media:
			specificity = 3
		case wildcard:
			specificity = 2
		case "*/*":
			specificity = 1
		}
		if specificity > best.specificity {
			best = preference{r.q, specificity, i}
		}
	}
	return best
}

func (p preference) over(other preference) bool {
	switch {
	case p.specificity == 0 || p.q <= 0:
		return false
	case p.q != other.q:
		return p.q > other.q
	case p.specificity != other.specificity:
		return p.specificity > other.specificity
	case p.specificity == 3:
		return p.position < other.position
	}
	return false
}

// isUTF8 reports whether a charset parameter names UTF-8; a missing one does.
func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
