package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestFramesAreCutWhereTheyEnd(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 125, 126, 1024, 1<<16 - 1, 1 << 16} {
		want := []byte(strings.Repeat("x", size))
		both := append(serverFrame(opText, want), serverFrame(opPing, []byte("next"))...)
		op, payload, rest, err := cutFrame(both)
		if err != nil || op != opText || !bytes.Equal(payload, want) {
			t.Fatalf("%d bytes: opcode %d, %d bytes, %v", size, op, len(payload), err)
		}
		if op, payload, rest, err = cutFrame(rest); err != nil || op != opPing || string(payload) != "next" || len(rest) != 0 {
			t.Errorf("behind %d bytes: opcode %d, %q, rest %q, %v", size, op, payload, rest, err)
		}
		whole := serverFrame(opText, want)
		for _, short := range []int{0, 1, len(whole) - 1} {
			if _, payload, rest, err := cutFrame(whole[:short]); payload != nil || len(rest) != short || err != nil {
				t.Errorf("%d of %d bytes: payload %d bytes, rest %d, %v", short, len(whole), len(payload), len(rest), err)
			}
		}
	}
}

func TestWhatNoServerSendsIsRefused(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"masked": clientFrame(opText, []byte("x")), "first part": {opText, 0}, "later part": {0x80, 0}, "compressed": {0xc0 | opText, 0},
	} {
		if _, _, _, err := cutFrame(b); err == nil {
			t.Errorf("%s: it passes", name)
		}
	}
}
