package tracer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// AttachOptions says what to capture from a running service.
type AttachOptions struct {
	URL      string        // of the service, of its /debug/pprof/ or of the trace itself
	Dir      string        // the recording's folder: exists and is empty
	Duration time.Duration // for which the service shall trace
	MaxSize  int64         // bytes at which the capture is ended; the rest of the trace is lost
	Grace    time.Duration // how much longer than Duration the whole answer may take; 0 is attachGrace
	// Progress is told how many bytes have come and how long it has taken; may be nil.
	Progress func(bytes int64, took time.Duration)
}

// Limits on what a service may answer with. It is not trusted: whatever listens at that address can say anything, for ever.
const (
	attachGrace     = 15 * time.Second
	attachDial      = 10 * time.Second
	attachHeader    = 64 << 10 // bytes of the header of the answer
	attachRedirects = 3
	attachSays      = 300 // bytes that are shown of what a service says when it refuses
	attachTick      = 100 * time.Millisecond
)

// traceHeaderSize is the length of the beginning of each Go execution trace: "go 1.26 trace" and zeros.
const traceHeaderSize = 16

// An AttachError says why a service gave no trace. What, where and what to do are in its text.
type AttachError struct {
	URL string // without a password
	Why string
}

func (e *AttachError) Error() string { return "attach to " + e.URL + ": " + e.Why }

// Attach asks a service that has net/http/pprof for an execution trace and leaves a recording in o.Dir. A capture that is cut
// short, by MaxSize, by a service that is too slow, or because ctx is done, is a recording whose Meta.Loss says so, provided
// that it begins as a trace does. Errors of the service are of type *AttachError; then the folder is left empty.
func Attach(ctx context.Context, o AttachOptions) (recording.Meta, error) {
	target, err := traceURL(o.URL)
	if err != nil {
		return recording.Meta{}, err
	}
	if o.Grace == 0 {
		o.Grace = attachGrace
	}
	a := &attach{AttachOptions: o, target: target, shown: target.Redacted(), began: time.Now()}
	a.setSeconds()
	ctx, cancel := context.WithTimeoutCause(ctx, o.Duration+o.Grace, errTooSlow)
	defer cancel()
	m := recording.Meta{
		Version: recording.Version, Program: target.Host, Pacing: "compressed", Args: []string{},
		Start: a.began.Format(time.RFC3339Nano), Complete: true,
	}
	if m.Loss, err = a.capture(ctx); err != nil {
		os.Remove(a.file())
		return recording.Meta{}, err
	}
	m.Complete = m.Loss == ""
	m.Notes = []string{"captured from " + a.shown}
	return m, recording.WriteMeta(o.Dir, m)
}

var errTooSlow = errors.New("the answer took too long")

// traceURL finds the address of the trace: a person gives that of the service, of its /debug/pprof/ or of the trace.
func traceURL(text string) (*url.URL, error) {
	full := text
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	if err != nil {
		return nil, &AttachError{shownURL(text), "it is no URL: give one like http://localhost:6060"}
	}
	u.Fragment = ""
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &AttachError{u.Redacted(), "only http and https are possible"}
	case u.Hostname() == "":
		return nil, &AttachError{shownURL(text), "it names no host: give a URL like http://localhost:6060"}
	case strings.HasSuffix(u.Path, "/trace"):
	case strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/pprof"):
		u = u.JoinPath("trace")
	default:
		u = u.JoinPath("debug", "pprof", "trace")
	}
	return u, nil
}

// shownURL quotes a URL that could not be parsed, without what may be a password.
func shownURL(text string) string { return strconv.Quote(text[strings.LastIndex(text, "@")+1:]) }

// AttachName is the host that a URL for Attach means, for the name of a recording.
func AttachName(text string) string {
	if u, err := traceURL(text); err == nil {
		return u.Host
	}
	return "service"
}

// attach is one capture.
type attach struct {
	AttachOptions
	target *url.URL
	shown  string // the target without a password
	began  time.Time
}

func (a *attach) file() string { return filepath.Join(a.Dir, recording.TraceFile) }

func (a *attach) setSeconds() {
	q := a.target.Query()
	q.Set("seconds", strconv.FormatFloat(a.Duration.Seconds(), 'f', -1, 64))
	a.target.RawQuery = q.Encode()
	a.shown = a.target.Redacted()
}

func (a *attach) failed(format string, args ...any) error {
	return &AttachError{a.shown, fmt.Sprintf(format, args...)}
}

// client follows redirects within the service alone, wants no compression, which could make much of little, and asks for
// everything anew.
func (a *attach) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: attachDial}).DialContext,
			TLSHandshakeTimeout: attachDial, DisableCompression: true, DisableKeepAlives: true, MaxResponseHeaderBytes: attachHeader,
		},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if to.URL.Scheme != a.target.Scheme || to.URL.Host != a.target.Host {
				return a.failed("it sends us on to another place, %s, and we do not go there: give that address yourself if you trust it",
					strconv.Quote(to.URL.Redacted()))
			}
			if len(via) > attachRedirects {
				return a.failed("it sends us on and on: more than %d redirects", attachRedirects)
			}
			return nil
		},
	}
}

// capture stores the answer. loss says why it may not be whole.
func (a *attach) capture(ctx context.Context) (loss string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.target.String(), nil)
	if err != nil {
		return "", a.failed("it is no URL that can be asked for")
	}
	client := a.client()
	defer client.CloseIdleConnections()
	defer a.tick()()
	answer, err := client.Do(req)
	if err != nil {
		return "", a.refused(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", a.failed("the service answers %d %s: %s", answer.StatusCode, http.StatusText(answer.StatusCode), says(answer.Body))
	}
	if enc := answer.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return "", a.failed("the answer is compressed (%q) though we did not ask for that", enc)
	}
	head := make([]byte, traceHeaderSize)
	n, err := io.ReadFull(answer.Body, head)
	if err != nil && ctx.Err() != nil {
		return "", a.refused(ctx, err)
	}
	if !isTraceHeader(head[:n]) {
		return "", a.failed("the answer is no Go execution trace, it begins with %q (Content-Type %q): does the service have net/http/pprof "+
			"at this path?", head[:n], answer.Header.Get("Content-Type"))
	}
	return a.store(ctx, io.MultiReader(bytes.NewReader(head), answer.Body))
}

// tick reports the time while nothing comes; the trace of a quiet service comes at its end.
func (a *attach) tick() (stop func()) {
	if a.Progress == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(attachTick)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				a.Progress(fileSize(a.file()), time.Since(a.began))
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

// store writes the trace, up to the limits.
func (a *attach) store(ctx context.Context, from io.Reader) (loss string, err error) {
	f, err := os.OpenFile(a.file(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	limit := a.MaxSize
	if limit <= 0 {
		limit = math.MaxInt64 - 1
	}
	w := &diskWriter{f: f}
	n, err := io.Copy(w, io.LimitReader(from, limit+1))
	switch {
	case w.err != nil:
		return "", fmt.Errorf("write the trace: %w", w.err)
	case n > limit:
		loss = fmt.Sprintf("the capture was ended by --max-size %d", a.MaxSize)
		err = f.Truncate(limit)
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTooSlow):
		loss, err = fmt.Sprintf("the service was still sending %v after the end of its %v of tracing, so the capture was ended", a.Grace, a.Duration), nil
	case ctx.Err() != nil:
		loss, err = "the capture was ended before its time", nil
	case err != nil:
		loss, err = "the connection broke before the answer was whole", nil
	}
	return loss, errors.Join(err, f.Close())
}

// diskWriter tells an error of the disk from one of the network.
type diskWriter struct {
	f   *os.File
	err error
}

func (d *diskWriter) Write(b []byte) (n int, err error) {
	n, d.err = d.f.Write(b)
	return n, d.err
}

// refused explains why there is no answer.
func (a *attach) refused(ctx context.Context, err error) error {
	if own, ok := errors.AsType[*AttachError](err); ok {
		return own
	}
	if ctx.Err() != nil && errors.Is(context.Cause(ctx), errTooSlow) {
		return a.failed("it did not answer within %v, which is %v more than it was to trace for: is it the right address?", a.Duration+a.Grace, a.Grace)
	}
	if ctx.Err() != nil {
		return a.failed("ended before the service sent a trace")
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the URL is in our text already, without the password
	}
	return a.failed("%s: is the service running, and does it listen there?", strconv.QuoteToGraphic(err.Error()))
}

// says is the beginning of what a service says, in one line and with nothing that could harm a terminal.
func says(body io.Reader) string {
	b, err := io.ReadAll(io.LimitReader(body, attachSays))
	if len(b) == 0 && err != nil {
		return "and breaks off"
	}
	return strconv.QuoteToGraphic(strings.TrimSpace(string(b)))
}

// isTraceHeader reports whether b is how an execution trace of any release begins. Which of them can be read is for the reader to say.
func isTraceHeader(b []byte) bool {
	return len(b) == traceHeaderSize && bytes.HasPrefix(b, []byte("go 1.")) && bytes.Contains(b, []byte(" trace\x00"))
}
