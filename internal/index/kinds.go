package index

import "fmt"

// An EventKind tells what an event is.
type EventKind uint8

// Kinds of events. G does it; Other is the goroutine that is spawned or woken.
const (
	KindNone    EventKind = iota
	KindSpawn             // G creates Other
	KindStart             // G begins to run
	KindStop              // G stops to run, but could go on
	KindBlock             // G blocks
	KindUnblock           // G (-1: the runtime) makes Other able to run
	KindEnd
	KindSyscall
	KindSysExit
	KindStatus // the state of G is known anew, after damage

	KindMake
	KindSend      // a send that did not block
	KindSendBlock // about to block
	KindSendDone
	KindRecv // a receive that did not block; OK is false if the channel was closed and empty
	KindRecvBlock
	KindRecvDone // OK is false if close ended it
	KindClose    // about to close
	KindSelect   // about to wait in a select without a default case
	KindSelectSend
	KindSelectRecv
	KindSelectElse

	KindLock // got without waiting
	KindLockBlock
	KindLockDone
	KindUnlock // about to give it up
	KindTryFailed
	KindRLock
	KindRLockBlock
	KindRLockDone
	KindRUnlock
	KindAdd // about to change a WaitGroup by Delta
	KindWait
	KindWaited
	KindCondWait // gives up the lock and waits
	KindCondWoken
	KindSignal
	KindBroadcast
	KindOnceRun
	KindOnceRan
	KindOnceWait
	KindOnceWoken

	KindSleep     // about to sleep
	KindCtxMade   // a context was made
	KindCancel    // about to call a cancel function
	KindTimerSet  // a timer was made and set; of context.AfterFunc too
	KindReset     // about to set a timer anew
	KindTimerStop // about to stop a timer
	KindTimerRun  // the function of a timer begins to run
	KindPipeRead  // bytes were read from a pipe
	KindPipeWrite // bytes were written to a pipe

	KindAssistBegin // G works for the garbage collector
	KindAssistEnd
	KindRangeBegin // Reason names the range
	KindRangeEnd
	KindRegionBegin
	KindRegionEnd
	KindTaskBegin
	KindTaskEnd
	KindLog

	numKinds
)

var kindNames = [numKinds]string{
	KindNone: "none", KindSpawn: "spawn", KindStart: "start", KindStop: "stop", KindBlock: "block", KindUnblock: "unblock",
	KindEnd: "end", KindSyscall: "syscall", KindSysExit: "sysexit",
	KindStatus: "status", KindAssistBegin: "assist-begin", KindAssistEnd: "assist-end",
	KindMake: "make", KindSend: "send", KindSendBlock: "send-block", KindSendDone: "send-done", KindRecv: "recv",
	KindRecvBlock: "recv-block", KindRecvDone: "recv-done", KindClose: "close", KindSelect: "select",
	KindSelectSend: "select-send", KindSelectRecv: "select-recv", KindSelectElse: "select-default",
	KindLock: "lock", KindLockBlock: "lock-block", KindLockDone: "lock-done", KindUnlock: "unlock", KindTryFailed: "trylock",
	KindRLock: "rlock", KindRLockBlock: "rlock-block", KindRLockDone: "rlock-done", KindRUnlock: "runlock",
	KindAdd: "add", KindWait: "wait", KindWaited: "waited", KindCondWait: "cond-wait", KindCondWoken: "cond-woken",
	KindSignal: "signal", KindBroadcast: "broadcast", KindOnceRun: "once-run", KindOnceRan: "once-ran",
	KindOnceWait: "once-wait", KindOnceWoken: "once-woken",
	KindSleep: "sleep", KindCtxMade: "context", KindCancel: "cancel", KindTimerSet: "timer", KindReset: "reset",
	KindTimerStop: "timer-stop", KindTimerRun: "timer-run",
	KindPipeRead: "pipe-read", KindPipeWrite: "pipe-write",
	KindRangeBegin: "range-begin", KindRangeEnd: "range-end", KindRegionBegin: "region-begin", KindRegionEnd: "region-end",
	KindTaskBegin: "task-begin", KindTaskEnd: "task-end", KindLog: "log",
}

func (k EventKind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// Hook tells whether events of kind k come from hook records.
func (k EventKind) Hook() bool { return k >= KindMake && k <= KindPipeWrite }
