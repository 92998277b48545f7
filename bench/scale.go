package main

import "time"

// scale says how long and how much is measured.
type scale struct {
	limit time.Duration // of everything

	agents int
	crowds []int         // clients that book at once, one run each
	seats  int           // of a group, before the next one begins
	warm   time.Duration // of load that does not count
	round  time.Duration // ours and the floor take turns
	rounds int

	clients    int           // that book for webhooks
	hooks      []int         // webhooks of the app, one run each
	deliveries int           // of a run's burst, all webhooks together
	burst      time.Duration // a burst that takes longer is cut off
	posts      time.Duration // of the floor's posting, once before and once after ours
	steady     time.Duration // of the steady rate, for latencies

	starts int
}

func full() scale {
	return scale{
		limit: 10 * time.Minute, agents: 100, crowds: []int{1, 16, 64}, seats: 50,
		warm: time.Second, round: 2 * time.Second, rounds: 4,
		clients: 16, hooks: []int{1, 50}, deliveries: 50_000, burst: 45 * time.Second, posts: 4 * time.Second, steady: 10 * time.Second,
		starts: 15,
	}
}

func quick() scale {
	return scale{
		limit: 43 * time.Second, agents: 100, crowds: []int{1, 16, 64}, seats: 50,
		warm: 200 * time.Millisecond, round: 400 * time.Millisecond, rounds: 2,
		clients: 16, hooks: []int{1, 50}, deliveries: 10_000, burst: 2 * time.Second,
		posts: 400 * time.Millisecond, steady: time.Second,
		starts: 5,
	}
}
