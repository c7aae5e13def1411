package scenarios

// All lists the scenarios in the order in which they are learned. A bug stands here once its finding is reported in every
// run and its fixed twin has none; internal/rates counts both.
var All = []*Scenario{basicThreading, sharedState, producerConsumer, threadPools, asyncAwait, raceConditions}

var basicThreading = &Scenario{
	Name:    "basic-threading",
	Aliases: []string{"ex1", "basic-goroutines"},
	Level:   "easy",
	Lesson:  "to create goroutines and to wait for them; concurrency against parallelism (compare --procs 1)",
	Bugs: []Bug{
		{
			Slug:   "no-wait",
			What:   "main leaves before its children are done",
			Keep:   "Nine goroutines count, main one of them, all at once, and the line of each is printed.",
			Expect: []string{"main-exited-early"},
		},
		{
			Slug:   "late-add",
			What:   "each goroutine calls Add for itself, after main has called Wait",
			Keep:   "The files are read and hashed by a goroutine each, all at once, and main counts them before it hashes the whole folder.",
			Expect: []string{"waitgroup-misuse"},
		},
		{
			Slug:   "unbounded",
			What:   "one goroutine for each item, however many there are",
			Keep:   "All 1,200 pictures are judged, several at once, and the counts are the same.",
			Expect: []string{"unbounded-goroutines"},
		},
	},
}

var sharedState = &Scenario{
	Name:    "shared-state",
	Aliases: []string{"ex2"},
	Level:   "medium",
	Lesson:  "shared memory: Mutex, semaphores, and defer to give back what was taken",
	Bugs: []Bug{
		{
			Slug:   "double-lock",
			What:   "a method with the lock calls another that locks: no lock is re-entrant in Go",
			Keep:   "All access to balance stays under the lock, the auditor still asks for the share while the tellers pay, and the total is right.",
			Expect: []string{"double-lock", "deadlock"},
		},
		{
			Slug:   "slow-hold",
			What:   "a lock is held while its holder waits for the network",
			Keep:   "All access to prices stays under the lock, and a price that the cache has is not asked for again.",
			Expect: []string{"lock-held-while-blocking"},
		},
		{
			Slug:   "leaked-slot",
			What:   "a slot of a semaphore is not given back after an error",
			Keep:   "At most three archives are unpacked at once, every archive is tried, and damaged ones are still reported.",
			Expect: []string{"deadlock"},
		},
	},
}

var producerConsumer = &Scenario{
	Name:    "producer-consumer",
	Aliases: []string{"ex3"},
	Level:   "medium",
	Lesson:  "queues: buffered channels, range, and who closes the channel",
	Bugs: []Bug{
		{
			Slug:   "never-closed",
			What:   "nobody closes the channel, so its consumers wait for ever",
			Keep:   "Two producers, three consumers and the buffer of three stay, the consumers still range over jobs, and all 24 jobs are done.",
			Expect: []string{"deadlock"},
		},
		{
			Slug:   "wrong-closer",
			What:   "each producer closes the channel, and one of them while another still sends",
			Keep:   "Both producers send all their readings, A 5 and B 25; the channel is closed in the end, and every reading is checked.",
			Expect: []string{"send-on-closed"},
		},
		{
			Slug:   "missed-signal",
			What:   "a Cond is signalled before its waiters wait",
			Keep:   "Three consumers get ready side by side and wait for the shelf by the Cond, and all twelve jobs are done.",
			Expect: []string{"missed-signal", "deadlock"},
		},
		{
			Slug:   "dead-consumers",
			What:   "consumers return on an error, and the buffer fills",
			Keep:   "Two producers, three consumers and the buffer of three stay; every order is either counted or rejected, and rejected ones are reported.",
			Expect: []string{"deadlock"},
		},
	},
}

var threadPools = &Scenario{
	Name:    "thread-pools",
	Aliases: []string{"ex4", "worker-pools"},
	Level:   "medium",
	Lesson:  "a fixed number of workers for many jobs, and what becomes of their results",
	Bugs: []Bug{
		{
			Slug:   "self-wait",
			What:   "jobs wait for jobs of their own pool",
			Keep:   "Surveys run side by side in a pool of four, their parts run side by side too, no pool grows with the number of surveys, and the sum is right.",
			Expect: []string{"deadlock"},
		},
		{
			Slug:   "unread",
			What:   "workers send results that nobody reads",
			Keep:   "Four workers sort the chunks, each of them gives its report, and main merges the chunks when all are sorted.",
			Expect: []string{"goroutine-leak"},
		},
		{
			Slug:   "uneven",
			What:   "each worker gets a fixed share, and one of them most of the work",
			Keep:   "Four workers count side by side, each range is counted once, and the sum is right.",
			Expect: []string{"imbalance"},
		},
	},
}

var asyncAwait = &Scenario{
	Name:    "async-await",
	Aliases: []string{"ex5", "async-io"},
	Level:   "hard",
	Lesson:  "many requests at once: futures, select, and time-outs",
	Bugs: []Bug{
		{
			Slug:   "one-by-one",
			What:   "independent requests go out one after another",
			Keep:   "Each town is asked for once, and the answers are printed in the order of the towns.",
			Expect: []string{"serial-waits"},
		},
		{
			Slug:   "late-sender",
			What:   "after a time-out nobody receives the answer, and its goroutine waits for ever",
			Keep:   "All questions are asked at once, ask returns at the time-out and not later, and the question without an answer is asked again.",
			Expect: []string{"goroutine-leak"},
		},
	},
}

var raceConditions = &Scenario{
	Name:    "race-conditions",
	Aliases: []string{"ex6"},
	Level:   "hard",
	Lesson:  "bugs that depend on the order of things: find and fix them",
	Bugs: []Bug{
		{
			Slug:   "lock-order",
			What:   "two locks are taken in both orders",
			Keep:   "Each account keeps a lock of its own, a transfer holds both, all clerks work at once, and no money is lost.",
			Expect: []string{"deadlock"},
		},
		{
			Slug:   "missed-done",
			What:   "one path returns without Done",
			Keep:   "The documents are checked at once, by a goroutine each; main waits for all of them, and changed ones are still reported.",
			Expect: []string{"deadlock"},
		},
	},
}
