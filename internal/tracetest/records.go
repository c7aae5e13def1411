package tracetest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// hookVerbs are the records by their verbs.
var hookVerbs = map[string]hook.Op{
	"make": hook.ChanMake, "send": hook.ChanSend, "sendblock": hook.ChanSendBlock, "senddone": hook.ChanSendDone,
	"recv": hook.ChanRecv, "recvclosed": hook.ChanRecvClosed, "recvblock": hook.ChanRecvBlock, "recvdone": hook.ChanRecvDone,
	"recvended": hook.ChanRecvEnded, "close": hook.ChanClose, "selectblock": hook.SelectBlock, "selected": hook.SelectDone,
	"default": hook.SelectElse, "lock": hook.Lock, "lockblock": hook.LockBlock, "lockdone": hook.LockDone,
	"unlock": hook.Unlock, "tryfailed": hook.TryFailed, "rlock": hook.RLock, "rlockblock": hook.RLockBlock,
	"rlockdone": hook.RLockDone, "runlock": hook.RUnlock, "add": hook.WGAdd, "wait": hook.WGWait, "waited": hook.WGDone,
	"condwait": hook.CondWait, "condwoken": hook.CondWoken, "signal": hook.CondSignal, "broadcast": hook.CondBroadcast,
	"sleep": hook.SleepBegin, "timer": hook.TimerMake, "timername": hook.TimerName, "reset": hook.TimerReset, "timerstop": hook.TimerStop,
	"timerrun": hook.TimerRun, "context": hook.ContextMake, "cancel": hook.ContextCancel, "done": hook.ContextDone,
	"ctxafter": hook.ContextAfter, "oncerun": hook.OnceRun, "onceran": hook.OnceRan, "oncewait": hook.OnceWait, "oncewoken": hook.OnceWoken,
}

// addr returns the address of an object, "nil" is 0.
func (w *writer) addr(name string) uint64 {
	name, _, _ = strings.Cut(name, "/")
	if name == "nil" {
		return 0
	}
	a, ok := w.addrs[name]
	if !ok {
		a = 0xc000 + 16*uint64(len(w.addrs))
		w.addrs[name] = a
	}
	return a
}

// capOf returns the capacity that make gave; every record of a channel tells it.
func (w *writer) capOf(name string) int64 { return w.caps[w.addr(name)] }

// record writes a hook record.
func (w *writer) record(g *goroutine, verb string, args []string, at string) error {
	op, ok := hookVerbs[verb]
	if !ok {
		return fmt.Errorf("unknown verb %s", verb)
	}
	if g == nil {
		return fmt.Errorf("only a goroutine can do that")
	}
	site := w.siteAt(at)
	if verb == "selectblock" || verb == "default" {
		w.log(g, string(w.cases(hook.AppendRecord(nil, op, 0, site), args)), "")
		return nil
	}
	if len(args) < 1 {
		return fmt.Errorf("want an object")
	}
	name, rest := args[0], args[1:]
	if need := operands[verb]; len(rest) < need {
		return fmt.Errorf("want %d words after the object", need)
	}
	list, value, err := w.waitOperands(verb, rest)
	if list == nil && err == nil {
		list, value, err = w.operands(verb, name, rest)
	}
	if err != nil {
		return err
	}
	cat := hook.AppendRecord(nil, op, w.addr(name), site)
	for _, a := range list {
		cat = hook.AppendArg(cat, a)
	}
	w.log(g, string(cat), value)
	return nil
}

// timerKinds are the words for what makes a timer.
var timerKinds = map[string]int64{"once": hook.TimerOnce, "ticker": hook.TimerTicker, "func": hook.TimerFunc, "after": hook.TimerAfter,
	"tick": hook.TimerTick}

// waitOperands returns the arguments of the records of contexts, timers and sleeps, nil for other records.
func (w *writer) waitOperands(verb string, words []string) (list []int64, value string, err error) {
	d := int64(0)
	switch verb {
	case "sleep", "timer", "reset":
		d, err = strconv.ParseInt(words[0], 10, 64)
	case "context":
		if len(words) > 1 {
			d, err = strconv.ParseInt(words[1], 10, 64)
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("duration is no number: %q", words)
	}
	switch verb {
	case "sleep", "reset":
		return []int64{d}, "", nil
	case "timer":
		kind, ok := timerKinds[words[1]]
		if !ok {
			return nil, "", fmt.Errorf("%q makes no timer", words[1])
		}
		list = []int64{d, kind, 0}
		if len(words) > 2 {
			list[2] = int64(w.addr(words[2]))
		}
		return list, "", nil
	case "context":
		list = []int64{0}
		if len(words) > 0 {
			list[0] = int64(w.addr(words[0]))
		}
		if len(words) > 1 {
			list = append(list, d)
		}
		return list, "", nil
	case "timername", "done", "ctxafter":
		return []int64{int64(w.addr(words[0]))}, "", nil
	}
	return nil, "", nil
}

// siteAt returns the number of the site at a place, 0 if none is declared there.
func (w *writer) siteAt(at string) uint32 {
	for _, s := range w.sites.Sites {
		if at == fmt.Sprintf("%s:%d", w.sites.Files[s.File], s.Line) {
			return uint32(s.ID)
		}
	}
	return 0
}

// direction is how the records tell sends from receives.
var direction = map[string]int64{"send": 0, "recv": 1}

// cases appends the cases of a select, each as channel:send or channel:recv.
func (w *writer) cases(cat []byte, args []string) []byte {
	for _, a := range args {
		name, dir, _ := strings.Cut(a, ":")
		cat = hook.AppendArg(hook.AppendArg(cat, int64(w.addr(name))), direction[dir])
	}
	return cat
}

// operands is how many words must follow the object.
var operands = map[string]int{"make": 1, "selected": 2, "add": 1, "condwait": 1, "condwoken": 1, "sleep": 1, "timer": 2, "timername": 1, "reset": 1,
	"done": 1, "ctxafter": 1}

// operands returns the arguments of a record and its value.
func (w *writer) operands(verb, name string, words []string) (list []int64, value string, err error) {
	switch {
	case verb == "make":
		n, err := strconv.ParseInt(words[0], 10, 32)
		if err != nil {
			return nil, "", fmt.Errorf("capacity %q is no number", words[0])
		}
		w.caps[w.addr(name)] = n
		return []int64{n}, "", nil
	case verb == "selected":
		n, err := strconv.ParseInt(words[0], 10, 32)
		if err != nil {
			return nil, "", fmt.Errorf("case %q is no number", words[0])
		}
		if len(words) > 2 {
			value = words[2]
		}
		return []int64{w.capOf(name), n, direction[words[1]]}, value, nil
	case verb == "add":
		n, err := strconv.ParseInt(words[0], 10, 64)
		if err != nil {
			return nil, "", fmt.Errorf("delta %q is no number", words[0])
		}
		return []int64{n}, "", nil
	case verb == "condwait" || verb == "condwoken":
		return []int64{int64(w.addr(words[0]))}, "", nil
	case strings.HasPrefix(verb, "send") && len(words) > 0:
		return []int64{w.capOf(name)}, words[0], nil
	case strings.HasPrefix(verb, "send") || strings.HasPrefix(verb, "recv") || verb == "close":
		return []int64{w.capOf(name)}, "", nil
	}
	return nil, "", nil
}
