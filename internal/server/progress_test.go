package server

import (
	"encoding/json"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// A slowSource takes its time with its first view.
type slowSource struct {
	*Feed
	wait chan struct{}
}

func (s slowSource) View() View {
	<-s.wait
	return s.Feed.View()
}

// Meta must not wait.
func (s slowSource) Meta() recording.Meta { return s.Feed.View().Rec.Meta }

func (s slowSource) Progress() index.Progress {
	return index.Progress{ReadBytes: 5, TotalBytes: 9, Events: 77}
}

// TestProgress: a page can ask how far the reading is while its request for the model waits, and the list of recordings
// does not wait either. Of a source that tells nothing the answer is zeros.
func TestProgress(t *testing.T) {
	slow := slowSource{makeRecording(t), make(chan struct{})}
	c := serve(t, slow, makeRecording(t))
	done := make(chan error, 1)
	go func() {
		_, _, err := c.get("/api/r/a/model")
		done <- err
	}()
	for id, want := range map[string]string{
		"a": `{"read_bytes":5,"total_bytes":9,"events":77}`,
		"b": `{"read_bytes":0,"total_bytes":0,"events":0}`,
	} {
		_, b, err := c.get("/api/r/" + id + "/progress")
		if err != nil || string(b) != want+"\n" {
			t.Errorf("progress of %s is %s, %v; wanted %s", id, b, err, want)
		}
	}
	select {
	case err := <-done:
		t.Errorf("the model came before its source had one: %v", err)
	default:
	}
	close(slow.wait)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestWatch: the model says what watching came to.
func TestWatch(t *testing.T) {
	c := serve(t, makeRecording(t))
	_, b, err := c.get("/api/r/a/model")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Watch struct {
			Operations int
			TraceBytes int64 `json:"trace_bytes"`
		}
		Objects []struct{ Ops int }
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	ops := 0
	for _, o := range m.Objects {
		ops += o.Ops
	}
	if m.Watch.Operations != ops || ops < 100 || m.Watch.TraceBytes < 1000 {
		t.Errorf("watch is %+v, wanted the %d operations of all objects and the bytes of the trace", m.Watch, ops)
	}
}
