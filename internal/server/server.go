// Package server shows recordings in a browser: HTTP for the page, the model and files, a websocket for windows and
// states, and in front of both the guard, because whatever a page on this machine can ask, any page in the same browser
// can try to ask.
//
// It only reads: recordings, indexes and findings come from a Source, and nothing here writes a file. Programs are started by
// a Starter alone, from what it offers; files are kept, named and removed by a Library alone.
// All that a recording contains (names, values, output, source text, paths) is taken as hostile: it leaves as JSON or as a
// download, never as markup.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/trace-viz/trace-viz/ui"
)

// Limits of one connection. A header or an idle connection costs little, but none may be kept for ever.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	writeTimeout  = 30 * time.Second // for one answer, or for one piece of a download
	stopTimeout   = 3 * time.Second  // for answers under way when the server is told to stop
	maxHeader     = 32 << 10
)

// Options says where and for whom a server answers.
type Options struct {
	Addr        string    // HOST:PORT; "" is DefaultAddr, ":6060" is loopback
	AllowHosts  []string  // further values of the Host header: NAME (with our port) or NAME:PORT
	AllowRemote bool      // listen on an address that is not loopback
	Dev         string    // serve the page from this folder instead of the embedded files; "" for the embedded ones
	Library     Library   // where recordings are kept, renamed and removed from the page; nil: nowhere
	Stderr      io.Writer // for warnings; nil is os.Stderr
	Starter     Starter   // starts programs for the page; nil: none can be started from it
	Home        bool      // URL shows the list of scenarios and recordings, not the first recording
}

// A Server serves recordings. All methods may be called from any goroutine.
type Server struct {
	opt    Options
	lis    net.Listener
	addr   address
	guard  *guard
	static fs.FS
	http   *http.Server
	logf   func(format string, args ...any)

	patience time.Duration // with a client that does not take a message of its websocket

	ctx  context.Context // of the websockets: they outlive their requests, so they are ended by this
	stop context.CancelFunc
	open sync.WaitGroup // the websockets

	compared comparisons

	mu   sync.Mutex
	ids  []string // in the order of Add
	recs map[string]*entry
}

// New opens the port (so that the address is known and a port in use is told at once) and does not answer before Serve.
func New(opt Options) (*Server, error) {
	a, err := parseAddr(opt.Addr)
	if err != nil {
		return nil, err
	}
	if opt.Stderr == nil {
		opt.Stderr = os.Stderr
	}
	s := &Server{opt: opt, addr: a, patience: wsWriteTimeout, recs: map[string]*entry{}}
	if s.static, err = page(opt.Dev); err != nil {
		return nil, err
	}
	if s.lis, err = listen(a, opt.AllowRemote); err != nil {
		return nil, err
	}
	var own string
	if a.remote {
		own = a.host
		fmt.Fprintf(opt.Stderr, "trace-viz: warning: listening on %s: everyone on the network can reach this server; "+
			"the one-time address keeps them out, but nothing is encrypted\n", s.lis.Addr())
	}
	s.guard = newGuard(s.port(), own, opt.AllowHosts)
	s.logf = func(format string, args ...any) { fmt.Fprintf(opt.Stderr, "trace-viz: "+format+"\n", args...) }
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler:           s.guard.wrap(s.rescue(s.routes())),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // what strangers send to the port is no news for the person at the terminal
	}
	return s, nil
}

// page returns the files of the page: those in dir, or the embedded ones. dir may be the folder ui or the one below it.
func page(dir string) (fs.FS, error) {
	files := fs.FS(ui.FS)
	if dir != "" {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fmt.Errorf("serve the page from disk: %w", err)
		}
		files = root.FS()
		if _, err := fs.Stat(files, "index.html"); err == nil {
			return files, nil
		}
	}
	files, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(files, "index.html"); err != nil && dir != "" {
		return nil, fmt.Errorf("serve the page from disk: %s has no static/index.html", dir)
	}
	return files, nil
}

func (s *Server) port() int { return s.lis.Addr().(*net.TCPAddr).Port }

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() string { return s.lis.Addr().String() }

// idPattern is what an id must look like: no separator of paths, nothing that a URL would have to escape.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`)

const maxID = 128

// Add makes a recording known under an id. The first one added is the one that URL shows.
func (s *Server) Add(id string, src Source) error {
	if len(id) > maxID || !idPattern.MatchString(id) {
		return fmt.Errorf("recording id %q: want letters, digits, dots, dashes and underscores, at most %d", id, maxID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recs[id] != nil {
		return fmt.Errorf("recording id %q: there is one already", id)
	}
	s.recs[id] = newEntry(id, src)
	s.ids = append(s.ids, id)
	return nil
}

// remove forgets a recording.
func (s *Server) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.recs, id)
	s.ids = slices.DeleteFunc(s.ids, func(other string) bool { return other == id })
}

// recording returns the entry of an id, nil if there is none.
func (s *Server) recording(id string) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recs[id]
}

// recordings returns all entries in the order of Add.
func (s *Server) recordings() []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*entry, len(s.ids))
	for i, id := range s.ids {
		all[i] = s.recs[id]
	}
	return all
}

// URL returns an address that opens the page in one browser: its token works once, each call makes a new one. The fragment
// names the first recording.
func (s *Server) URL() string {
	host := s.addr.host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	u := "http://" + net.JoinHostPort(host, strconv.Itoa(s.port())) + "/?token=" + s.guard.link()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ids) > 0 && !s.opt.Home {
		u += "#r=" + s.ids[0]
	}
	return u
}

// Serve answers until ctx is done, then lets answers under way finish for a moment, and closes everything. It returns nil
// when it was stopped by ctx. It can be called once.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.lis) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.stop()
	left, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if s.http.Shutdown(left) != nil {
		_ = s.http.Close() // a client that does not take its answer in time loses it
	}
	s.open.Wait()
	if err == nil {
		err = <-failed
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", s.Addr(), err)
}

// Close gives the port back. It is for a server that is not going to Serve.
func (s *Server) Close() error {
	s.stop()
	return s.http.Close()
}

// rescue answers 500 when a handler panics, and says so at the terminal: one broken recording must not end the run of
// another.
func (s *Server) rescue(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				s.logf("internal error at %s: %v", r.URL.Path, v)
				fail(w, http.StatusInternalServerError, "internal error", "")
			}
		}()
		next.ServeHTTP(w, r)
	})
}
