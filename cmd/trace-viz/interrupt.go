package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// An interruption is the time in which Ctrl+C and SIGTERM end the work at hand in order, so that no temporary folder and no
// process of the go command stays behind. Outside of it they end trace-viz as any program, and while a program is recorded
// they are that program's.
type interruption struct {
	signals chan os.Signal
	got     atomic.Int32 // number of the signal, 0 while none came
	cancel  context.CancelFunc
}

// interruptible begins an interruption: the context ends with the first signal. Its end has to be called.
func interruptible(ctx context.Context) (context.Context, *interruption) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interruption{signals: make(chan os.Signal, 1), cancel: cancel}
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case sig := <-i.signals:
			n, _ := sig.(syscall.Signal)
			i.got.Store(int32(n))
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, i
}

// end lets the signals do again what they did before. If one came, the result replaces err: the exit code is then 128 and
// the signal's number, as that of a program that died of it, and there is nothing more to say.
func (i *interruption) end(err error) error {
	signal.Stop(i.signals)
	i.cancel()
	if n := i.got.Load(); n != 0 {
		return &exitCode{code: 128 + int(n)}
	}
	return err
}
