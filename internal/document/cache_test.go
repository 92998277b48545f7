package document_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// Documents that differ do not fill the memory. It runs alone, since it measures
// that of the whole process.
func TestKeptDocumentsAreBounded(t *testing.T) {
	const limit, most = 4 << 20, 5 << 20
	shapes := map[string]string{
		"names":     `{ viewer {` + strings.Repeat(` app { __typename } agent { __typename }`, 12) + `} }`,
		"typenames": `{ viewer { ` + strings.Repeat(` __typename`, 140) + `} }`,
		"values":    `{ nodes(ids: [` + strings.Repeat(` "x"`, 1900) + `]) { id } }`,
		"arguments": `{ viewer { app {` + strings.Repeat(` name @skip(if: false)`, 99) + `} } }`,
		"comments":  `{ viewer { kind } }` + strings.Repeat("\n#", 1980),
		"text":      `{ viewer { kind } } #` + strings.Repeat("x", 60_000),
	}
	for name, text := range shapes {
		docs := setup(t)
		docs.Limit(limit)
		before := heap()
		used := 0
		for i := range 400 {
			n, errs := docs.Keep(fmt.Sprintf("#%06d\n", i) + text)
			if used = n; used > limit || len(errs) > 0 {
				t.Fatalf("%s: %d bytes are kept: %v", name, used, errs)
			}
		}
		grown := heap() - before
		t.Logf("%-10s %4d kB kept by our account, %4d kB in truth", name, used>>10, grown>>10)
		if grown > most {
			t.Errorf("%s: %d kB are kept", name, grown>>10)
		}
		runtime.KeepAlive(docs)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
