package scenarios

// All lists the scenarios in the order in which they are learned. A bug stands here once its finding is reported in every
// run and its fixed twin has none; internal/rates counts both.
var All = []*Scenario{basicThreading, sharedState, producerConsumer, threadPools, asyncAwait, raceConditions}

var basicThreading = &Scenario{
	Name:    "basic-threading",
	Aliases: []string{"ex1", "basic-goroutines"},
	Level:   "easy",
	Lesson:  "to create goroutines and to wait for them; concurrency against parallelism (compare --procs 1)",
	Python:  []string{"threading.Thread", "join", "the GIL"},
	Bugs: []Bug{
		{
			Slug:   "no-wait",
			What:   "main leaves before its children are done",
			Keep:   "Nine goroutines count, main one of them, all at once, and the line of each is printed.",
			Expect: []string{"main-exited-early"},
			Task: Task{AtLeast: 8, Prints: []Print{
				{9, `\d+ primes from \d+ to \d+`},
				{1, `9592 primes from 0 to 100000`},
				{1, `15876 primes from 200000 to 400000`},
				{1, `13945 primes from 1600000 to 1800000`},
				{1, `main is done`},
			}},
		},
		{
			Slug:   "late-add",
			What:   "each goroutine calls Add for itself, after main has called Wait",
			Keep:   "The files are read and hashed by a goroutine each, all at once, and main counts them before it hashes the whole folder.",
			Expect: []string{"waitgroup-misuse"},
			Task: Task{AtLeast: 8, Prints: []Print{
				{8, `file \d: [0-9a-f]{8}`},
				{1, `file 0: a4e58be8`},
				{1, `file 7: 6b3bce82`},
				{1, `8 of 8 new files hashed`},
				{1, `the whole folder: 50188e1f`},
			}},
		},
		{
			Slug:   "shared-variable",
			What:   "all goroutines add up in one captured variable",
			Keep:   "Eight goroutines add up at once, each in a closure, and what they gain is told.",
			Expect: []string{"data-race"},
			Task: Task{AtLeast: 8, Prints: []Print{
				{1, `I/O-bound: 8 goroutines are .* times as fast as one`},
				{1, `CPU-bound: 8 goroutines are .* times as fast as one`},
				{1, `8 of 8 parts are right`},
			}},
		},
		{
			Slug:   "unbounded",
			What:   "one goroutine for each item, however many there are",
			Keep:   "All 1,200 pictures are judged, several at once, and the counts are the same.",
			Expect: []string{"unbounded-goroutines"},
			Task: Task{AtLeast: 2, AtMost: 100, Prints: []Print{
				{1, `0 light and 1200 dark pictures`},
			}},
		},
	},
}

var sharedState = &Scenario{
	Name:    "shared-state",
	Aliases: []string{"ex2"},
	Level:   "medium",
	Lesson:  "shared memory: Mutex, semaphores, and defer to give back what was taken",
	Python:  []string{"threading.Lock", "RLock", "Semaphore", "with (context managers)"},
	Bugs: []Bug{
		{
			Slug:   "lost-update",
			What:   "read, work and write back, with no lock around it",
			Keep:   "Eight tellers sign at once, every payment is signed and booked, and the balance is right.",
			Expect: []string{"data-race"},
			Task: Task{AtLeast: 8, Prints: []Print{
				{1, `8 of 8 receipts are good`},
				{1, `the balance is 800 of 800`},
			}},
		},
		{
			Slug:   "double-lock",
			What:   "a method with the lock calls another that locks: no lock is re-entrant in Go",
			Keep:   "All access to balance stays under the lock, the auditor still asks for the share while the tellers pay, and the total is right.",
			Expect: []string{"double-lock", "deadlock"},
			Task: Task{AtLeast: 9, Prints: []Print{
				{8, `teller \d: receipt [0-9a-f]{8}`},
				{1, `teller 0: receipt b422bc9c`},
				{1, `teller 7: receipt 8692ffa2`},
				{1, `teller 0 has \d+% so far`},
				{1, `total 400 of 400`},
			}},
		},
		{
			Slug:   "slow-hold",
			What:   "a lock is held while its holder waits for the network",
			Keep:   "All access to prices stays under the lock, and a price that the cache has is not asked for again.",
			Expect: []string{"lock-held-while-blocking"},
			Task: Task{AtLeast: 8, Faster: 2.5, Prints: []Print{
				{1, `tea 30 cents`},
				{1, `milk 40 cents`},
				{1, `mayonnaise 100 cents`},
				{8, `[a-z]+ \d+ cents`},
				{1, `8 prices in .*`},
			}},
		},
		{
			Slug:   "leaked-slot",
			What:   "a slot of a semaphore is not given back after an error",
			Keep:   "At most three archives are unpacked at once, every archive is tried, and damaged ones are still reported.",
			Expect: []string{"deadlock"},
			Task: Task{AtLeast: 2, AtOnce: 3, Prints: []Print{
				{6, `archive \d: [0-9a-f]{8}`},
				{4, `archive \d: unexpected EOF`},
				{1, `archive 1: 93f528c2`},
				{1, `archive 8: 90a3c8b2`},
				{1, `all archives read`},
			}},
		},
	},
}

var producerConsumer = &Scenario{
	Name:    "producer-consumer",
	Aliases: []string{"ex3"},
	Level:   "medium",
	Lesson:  "queues: buffered channels, range, who closes the channel, and conditions",
	Python:  []string{"queue.Queue", "multiprocessing.Queue", "threading.Condition"},
	Bugs: []Bug{
		{
			Slug:   "never-closed",
			What:   "nobody closes the channel, so its consumers wait for ever",
			Keep:   "Two producers, three consumers and the buffer of three stay, the consumers still range over jobs, and all 24 jobs are done.",
			Expect: []string{"deadlock"},
			Task: Task{AtLeast: 5, Through: 24, Prints: []Print{
				{24, `job [AB]\d+ by consumer \d: [0-9a-f]{8}`},
				{1, `job A1 by consumer \d: b9d13735`},
				{1, `job B12 by consumer \d: 1f3c6c0c`},
				{1, `24 jobs done`},
			}},
		},
		{
			Slug:   "wrong-closer",
			What:   "each producer closes the channel, and one of them while another still sends",
			Keep:   "Both producers send all their readings, A 5 and B 25; the channel is closed in the end, and every reading is checked.",
			Expect: []string{"send-on-closed"},
			Task: Task{AtLeast: 2, Through: 30, Prints: []Print{
				{1, `30 readings checked, 0 broken`},
			}},
		},
		{
			Slug:   "missed-signal",
			What:   "a Cond is signalled before its waiters wait",
			Keep:   "Three consumers get ready side by side and wait for the shelf by the Cond, and all twelve jobs are done.",
			Expect: []string{"missed-signal", "deadlock"},
			Task: Task{AtLeast: 3, Prints: []Print{
				{12, `consumer \d: the largest prime factor of \d+ is 1000003`},
				{1, `consumer \d: the largest prime factor of 16000048 is 1000003`},
				{1, `the shelf is empty`},
			}},
		},
		{
			Slug:   "dead-consumers",
			What:   "consumers return on an error, and the buffer fills",
			Keep:   "Two producers, three consumers and the buffer of three stay; every order is either counted or rejected, and rejected ones are reported.",
			Expect: []string{"deadlock"},
			Task: Task{AtLeast: 5, Through: 24, Prints: []Print{
				{8, `consumer \d: strconv.Atoi: .*`},
				{1, `89496 primes counted, 8 orders rejected`},
			}},
		},
	},
}

var threadPools = &Scenario{
	Name:    "thread-pools",
	Aliases: []string{"ex4", "worker-pools"},
	Level:   "medium",
	Lesson:  "a fixed number of workers for many jobs, goroutines and processes, CPU-bound and I/O-bound, and what becomes of results",
	Python:  []string{"concurrent.futures.ThreadPoolExecutor", "ProcessPoolExecutor"},
	Bugs: []Bug{
		{
			Slug:   "self-wait",
			What:   "jobs wait for jobs of their own pool",
			Keep:   "Surveys run side by side in a pool of four, their parts run side by side too, no pool grows with the number of surveys, and the sum is right.",
			Expect: []string{"deadlock"},
			Task: Task{AtLeast: 4, AtMost: 20, Through: 24, Prints: []Print{
				{1, `30757 primes below 360000`},
			}},
		},
		{
			Slug:   "unread",
			What:   "workers send results that nobody reads",
			Keep:   "Four workers sort the chunks, each of them gives its report, and main merges the chunks when all are sorted.",
			Expect: []string{"goroutine-leak"},
			Task: Task{AtLeast: 4, Through: 12, Read: true, Prints: []Print{
				{4, `worker \d sorted \d+ chunks`},
				{1, `720000 numbers, sorted: true`},
			}},
		},
		{
			Slug:   "uneven",
			What:   "each worker gets a fixed share, and one of them most of the work",
			Keep:   "Four workers count side by side, each range is counted once, and the sum is right.",
			Expect: []string{"imbalance"},
			Task: Task{AtLeast: 4, Prints: []Print{
				{1, `191308 primes below 2621440 in .*`},
			}},
		},
		{
			Slug:   "one-process",
			What:   "four worker processes, of which one works at a time",
			Keep:   "Four goroutines and four processes count the same ranges, each process serves one goroutine at a time, and both sums are right.",
			Expect: []string{"lock-held-while-blocking"},
			Task: Task{AtLeast: 4, Prints: []Print{
				{1, `goroutines count 49098 primes in .*`},
				{1, `processes count 49098 primes in .*`},
				{1, `goroutines fetch 20 pages in .*`},
			}},
		},
	},
}

var asyncAwait = &Scenario{
	Name:    "async-await",
	Aliases: []string{"ex5", "async-io"},
	Level:   "hard",
	Lesson:  "many requests at once: futures, select, contexts and time-outs",
	Python:  []string{"asyncio", "await", "asyncio.gather", "asyncio.wait_for", "Task.cancel"},
	Bugs: []Bug{
		{
			Slug:   "one-by-one",
			What:   "independent requests go out one after another",
			Keep:   "Each town is asked for once, and the answers are printed in the order of the towns.",
			Expect: []string{"serial-waits"},
			Task: Task{AtLeast: 8, Faster: 2.5, Prints: []Print{
				{1, `Oslo: 12 degrees`},
				{1, `Buenos Aires: 36 degrees`},
				{8, `[A-Z][A-Za-z ]+: \d+ degrees`},
				{1, `in .*`},
			}},
		},
		{
			Slug:   "no-cancel",
			What:   "the requests know nothing of the context that is cancelled",
			Keep:   "All three archives are asked at once, the first answer is printed, and main waits until all requests have ended.",
			Expect: []string{"outlives-context"},
			Task: Task{AtLeast: 3, Faster: 2.5, Prints: []Print{
				{1, `found 84381eb6 in .*`},
				{1, `all ended in .* - 0 answers too late`},
			}},
		},
		{
			Slug:   "late-sender",
			What:   "after a time-out nobody receives the answer, and its goroutine waits for ever",
			Keep:   "All questions are asked at once, ask returns at the time-out and not later, and the question without an answer is asked again.",
			Expect: []string{"goroutine-leak"},
			Task: Task{AtLeast: 5, Prints: []Print{
				{1, `question 10: "4a44dc15"`},
				{1, `question 40: "d59eced1"`},
				{1, `question 400: ""`},
				{1, `question 400: "26d22866"`},
			}},
		},
	},
}

var raceConditions = &Scenario{
	Name:    "race-conditions",
	Aliases: []string{"ex6"},
	Level:   "hard",
	Lesson:  "bugs that depend on the order of things: find and fix them",
	Python:  []string{"threading", "itertools.count", "functools.cache", "queue.Queue.join"},
	Bugs: []Bug{
		{
			Slug:   "counter",
			What:   "two goroutines take the same number of a counter",
			Keep:   "Four desks stamp tickets at once, 500 each, with the numbers of one counter, and no number is sold twice.",
			Expect: []string{"data-race"},
			Task: Task{AtLeast: 4, Prints: []Print{
				{1, `2000 tickets with 2000 different numbers`},
			}},
		},
		{
			Slug:   "check-then-act",
			What:   "between the check and the act others pass the same check",
			Keep:   "Eight people book at once, each gets the first seat that is free, and all cards are charged at once.",
			Expect: []string{"data-race"},
			Task: Task{AtLeast: 8, Prints: []Print{
				{1, `8 of 8 people have a seat of their own and have paid`},
			}},
		},
		{
			Slug:   "lock-order",
			What:   "two locks are taken in both orders",
			Keep:   "Each account keeps a lock of its own, a transfer holds both, all clerks work at once, and no money is lost.",
			Expect: []string{"deadlock"},
			Task: Task{AtLeast: 6, Prints: []Print{
				{1, `A has 940 and B has 1060 - together 2000`},
			}},
		},
		{
			Slug:   "publish",
			What:   "a table is published before it is filled",
			Keep:   "Four tellers look at the table 400 times each while the new one is computed, and they never wait for that.",
			Expect: []string{"data-race"},
			Task: Task{AtLeast: 5, Prompt: true, Prints: []Print{
				{1, `receipts: \[118609 118609 118609 118609\]`},
				{1, `0 of 1000 looks met a table with a rate missing`},
			}},
		},
		{
			Slug:   "double-check",
			What:   "the first look of a double-checked lock is not ordered",
			Keep:   "The table is made once, by who needs it first; six goroutines use it at once, each its own blocks, and all are right.",
			Expect: []string{"data-race"},
			Task: Task{AtLeast: 6, Prints: []Print{
				{1, `120 of 120 blocks were right`},
			}},
		},
		{
			Slug:   "missed-done",
			What:   "one path returns without Done",
			Keep:   "The documents are checked at once, by a goroutine each; main waits for all of them, and changed ones are still reported.",
			Expect: []string{"deadlock"},
			Task: Task{AtLeast: 8, Prints: []Print{
				{6, `document \d is as it was written`},
				{1, `document 2 has been changed`},
				{1, `document 5 has been changed`},
				{1, `all 8 documents checked`},
			}},
		},
	},
}
