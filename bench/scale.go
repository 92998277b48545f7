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
	hooks      []int         // webhooks, one run each
	deliveries int           // of a run's burst, all webhooks together
	posts      time.Duration // of each floor's posting, once before and once after ours
	steadyRate float64       // events per second
	steady     time.Duration // of the steady rate
	growing    []int         // deliveries, one run each
	backlog    int           // events for a paused webhook

	receivers int           // of isolation: one in ten of each kind is bad
	calm      time.Duration // without bad ones
	storm     time.Duration // with them

	harm faults // of chaos

	subscribers []int         // one run each
	modestly    time.Duration // of events at a modest rate, for their times
	flooding    time.Duration // of events as fast as they are taken
	stall       stalls
	soak        soaking

	starts int
}

func full() scale {
	return scale{
		limit: 40 * time.Minute, agents: 100, crowds: []int{1, 16, 64}, seats: 50,
		warm: time.Second, round: 2 * time.Second, rounds: 4,
		clients: 16, hooks: []int{1, 10, 1000}, deliveries: 50_000, posts: 4 * time.Second, steadyRate: 1000, steady: 10 * time.Second,
		growing: []int{10_000, 100_000, 1_000_000}, backlog: 1_000_000,
		receivers: 100, calm: 20 * time.Second, storm: 60 * time.Second,
		harm: faults{
			kills: 100, flushes: 20, redisKills: 5, restarts: 3, freezes: 5,
			pause: 2 * time.Second, calm: 8 * time.Second, down: 10 * time.Second,
		},
		subscribers: []int{100, 1000, 5000}, modestly: 30 * time.Second, flooding: 6 * time.Second,
		stall:  stalls{subscribers: 1000, rounds: 8, phase: 10 * time.Second, backlog: 8000},
		soak:   soaking{subscribers: 1000, lasts: 10 * time.Minute, sample: 15 * time.Second},
		starts: 15,
	}
}

func quick() scale {
	return scale{
		limit: 43 * time.Second, agents: 100, crowds: []int{1, 16, 64}, seats: 50,
		warm: 200 * time.Millisecond, round: 400 * time.Millisecond, rounds: 2,
		clients: 16, hooks: []int{1, 10, 1000}, deliveries: 10_000,
		posts: 500 * time.Millisecond, steadyRate: 1000, steady: time.Second,
		growing: []int{2_000, 10_000}, backlog: 20_000,
		receivers: 100, calm: 5 * time.Second, storm: 17 * time.Second,
		harm: faults{
			kills: 10, flushes: 2, redisKills: 1, restarts: 1, freezes: 1,
			pause: time.Second, calm: 3 * time.Second, down: 3 * time.Second,
		},
		subscribers: []int{100, 1000, 5000}, modestly: 2 * time.Second, flooding: time.Second,
		stall:  stalls{subscribers: 1000, rounds: 3, phase: 5 * time.Second, backlog: 8000},
		soak:   soaking{subscribers: 1000, lasts: time.Minute, sample: 3 * time.Second},
		starts: 5,
	}
}
