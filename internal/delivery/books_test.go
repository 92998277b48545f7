package delivery_test

import (
	"math/rand/v2"
	"testing"

	"slotcast/internal/delivery"
)

func TestBooks(t *testing.T) {
	t.Parallel()
	b := delivery.OpenBooks(10)
	check := func(what string, settled, read int64) {
		t.Helper()
		if gotSettled, gotRead := b.State(); gotSettled != settled || gotRead != read {
			t.Errorf("%s: settled %d, read %d, want %d, %d", what, gotSettled, gotRead, settled, read)
		}
	}
	b.Enter(11, 0)
	check("owed to nobody", 11, 11)
	b.Enter(12, 2)
	b.Enter(20, 0)
	b.Enter(24, 1)
	check("with open accounts", 11, 24)
	steps := []struct {
		close int64
		moved bool
		want  int64
	}{
		{5, false, 11},  // long settled
		{99, false, 11}, // not read yet
		{15, false, 11}, // in a gap
		{24, false, 11},
		{12, false, 11},
		{12, true, 24},
		{12, false, 24},
	}
	for _, step := range steps {
		if moved := b.Close(step.close); moved != step.moved {
			t.Errorf("closing %d: moved %t, want %t", step.close, moved, step.moved)
		}
		check("closing", step.want, 24)
	}
	b.Enter(30, 1)
	b.Enter(31, 1)
	b.Move(30)
	check("taken back", 29, 30)
	b.Move(40)
	check("passed", 29, 40)
	b.Close(30)
	check("closed", 40, 40)
	b.Move(20)
	check("back behind what was settled", 20, 20)
}

// In whatever order accounts close, and wherever they are taken back to, the
// watermark stands before the first that is open.
func TestBooksAgainstModel(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	b, open := delivery.OpenBooks(0), map[int64]int{}
	var head, settled int64
	for range 5000 {
		switch n := 1 + rnd.Int64N(max(head, 1)); {
		case rnd.IntN(3) == 0:
			head += 1 + rnd.Int64N(2)
			open[head] = rnd.IntN(3)
			b.Enter(head, open[head])
		case rnd.IntN(40) == 0:
			for ; head > n; head-- {
				delete(open, head)
			}
			head = n
			b.Move(n)
		case open[n] > 0:
			open[n]--
			b.Close(n)
		}
		for settled = 0; settled < head && open[settled+1] == 0; {
			settled++
		}
		if gotSettled, read := b.State(); gotSettled != settled || read != head {
			t.Fatalf("settled %d, read %d, want %d, %d", gotSettled, read, settled, head)
		}
	}
}

func TestNearestSharesEvenlyAndMovesLittle(t *testing.T) {
	t.Parallel()
	const shards = 4096
	processes := []string{"prc_a", "prc_b", "prc_c", "prc_d"}
	count := map[string]int{}
	moved := 0
	for shard := range shards {
		owner := delivery.Nearest(processes, shard)
		count[owner]++
		if without := delivery.Nearest(processes[:3], shard); owner != "prc_d" && without != owner {
			moved++
		}
		if reversed := delivery.Nearest([]string{"prc_d", "prc_c", "prc_b", "prc_a"}, shard); reversed != owner {
			t.Errorf("shard %d: the owner depends on the order", shard)
		}
	}
	for _, p := range processes {
		if n := count[p]; n < shards/4*85/100 || n > shards/4*115/100 {
			t.Errorf("%s has %d of %d shards", p, n, shards)
		}
	}
	if moved > 0 {
		t.Errorf("%d shards moved between processes that stayed", moved)
	}
	if got := delivery.Nearest(nil, 1); got != "" {
		t.Errorf("without processes the owner is %q", got)
	}
}
