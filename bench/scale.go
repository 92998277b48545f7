package main

import "time"

// scale says how long and how much is measured.
type scale struct {
	limit time.Duration // of everything

	agents  int
	clients int
	warm    time.Duration // of load that does not count
	round   time.Duration // ours and the floor take turns
	rounds  int

	hooks      []int         // webhooks of the app, one run each
	deliveries int           // of a run's burst, all webhooks together
	burst      time.Duration // a burst that takes longer is cut off
	posts      time.Duration // of the floor's posting, once before and once after ours
	steady     time.Duration // of the steady rate, for latencies

	starts int
}

func full() scale {
	return scale{
		limit: 10 * time.Minute, agents: 32, clients: 16,
		warm: 2 * time.Second, round: 5 * time.Second, rounds: 3,
		hooks: []int{1, 50}, deliveries: 50_000, burst: 45 * time.Second, posts: 4 * time.Second, steady: 10 * time.Second,
		starts: 15,
	}
}

func quick() scale {
	return scale{
		limit: 43 * time.Second, agents: 32, clients: 16,
		warm: 500 * time.Millisecond, round: 1500 * time.Millisecond, rounds: 2,
		hooks: []int{1, 50}, deliveries: 10_000, burst: 2 * time.Second,
		posts: 400 * time.Millisecond, steady: time.Second,
		starts: 5,
	}
}
