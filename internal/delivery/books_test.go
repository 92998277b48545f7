package delivery_test

import (
	"math/rand/v2"
	"testing"

	"slotcast/internal/delivery"
)

func TestBooks(t *testing.T) {
	t.Parallel()
	b := delivery.OpenBooks(10)
	b.Enter(0) // 11: owed to nobody
	if b.Settled() != 11 || b.Read() != 11 {
		t.Errorf("settled %d, read %d, want 11, 11", b.Settled(), b.Read())
	}
	b.Enter(2) // 12
	b.Enter(0) // 13
	b.Enter(1) // 14
	if b.Settled() != 11 || b.Read() != 14 {
		t.Errorf("settled %d, read %d, want 11, 14", b.Settled(), b.Read())
	}
	steps := []struct {
		close int64
		moved bool
		want  int64
	}{
		{5, false, 11},  // long settled
		{99, false, 11}, // not read yet
		{14, false, 11},
		{12, false, 11},
		{12, true, 14},
		{12, false, 14},
	}
	for _, step := range steps {
		if moved := b.Close(step.close); moved != step.moved || b.Settled() != step.want {
			t.Errorf("closing %d: moved %t to %d, want %t to %d", step.close, moved, b.Settled(), step.moved, step.want)
		}
	}
}

// In whatever order accounts close, the watermark stands before the first that
// is open.
func TestBooksAgainstModel(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	b, open := delivery.OpenBooks(0), map[int64]int{}
	var head int64
	for range 5000 {
		if head == 0 || rnd.IntN(3) == 0 {
			head++
			open[head] = rnd.IntN(3)
			b.Enter(open[head])
		} else if n := 1 + rnd.Int64N(head); open[n] > 0 {
			open[n]--
			b.Close(n)
		}
		want := int64(0)
		for want < head && open[want+1] == 0 {
			want++
		}
		if b.Settled() != want || b.Read() != head {
			t.Fatalf("settled %d, read %d, want %d, %d", b.Settled(), b.Read(), want, head)
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
