package server

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
)

// routes is every path of the server. Those that are GET change nothing.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.servePage(w, r, "index.html") })
	mux.HandleFunc("GET /static/{file...}", func(w http.ResponseWriter, r *http.Request) { s.servePage(w, r, r.PathValue("file")) })
	mux.HandleFunc("GET /api/recordings", s.serveRecordings)
	s.compareRoutes(mux)
	mux.HandleFunc("GET /api/offer", s.serveOffer)
	mux.HandleFunc("POST /api/start", s.serveStart)
	mux.HandleFunc("GET /api/jobs/{n}", s.serveJob)
	of := func(pattern string, h func(http.ResponseWriter, *http.Request, *entry)) {
		mux.HandleFunc("GET /api/r/{id}/"+pattern, func(w http.ResponseWriter, r *http.Request) {
			e := s.recording(r.PathValue("id"))
			if e == nil {
				fail(w, http.StatusNotFound, "there is no recording of this id", "id")
				return
			}
			h(w, r, e)
		})
	}
	of("model", serveModel)
	of("progress", serveProgress)
	of("report", serveReport)
	of("source", serveSource)
	of("charts/{chart}", serveChart)
	of("flame", serveFlame)
	of("output", serveOutput)
	of("file/{name}", serveFile)
	of("export/{file}", serveExport)
	of("ws", s.serveWS)
	s.changeRoutes(mux)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "there is nothing at this path", "")
	})
	return mux
}

// serveProgress tells how far the reading of a recording is, without waiting for it; zeros when nothing is known.
func serveProgress(w http.ResponseWriter, _ *http.Request, e *entry) {
	var p index.Progress
	if r, ok := e.src.(Reader); ok {
		p = r.Progress()
	}
	send(w, struct {
		ReadBytes  int64 `json:"read_bytes"`
		TotalBytes int64 `json:"total_bytes"`
		Events     int   `json:"events"`
	}{p.ReadBytes, p.TotalBytes, p.Events})
}

// contentTypes are those of the files of the page. They are not asked from the system, whose table can be anything.
var contentTypes = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".mjs":   "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".ico":   "image/x-icon",
	".woff2": "font/woff2",
}

// servePage sends a file of the page.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request, name string) {
	if s.servePacked(w, r, name) {
		return
	}
	kind := contentTypes[path.Ext(name)]
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	var b []byte
	err := fs.ErrInvalid
	if fs.ValidPath(name) {
		b, err = fs.ReadFile(s.static, name)
	}
	if err != nil {
		fail(w, http.StatusNotFound, "the page has no such file", "")
		return
	}
	if name == "index.html" {
		b = s.withScript(b)
	}
	w.Header().Set("Content-Type", kind)
	setDeadline(w)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// send answers with JSON. The value is made first and sent then, so that an error is never half an answer.
func send(w http.ResponseWriter, v any) { sendStatus(w, http.StatusOK, v) }

func sendStatus(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":"internal error: the answer is no JSON","parameter":""}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)+1))
	setDeadline(w)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a client that left is no error of ours
}

// fail answers with an error; parameter names what was wrong in the request, or is "".
func fail(w http.ResponseWriter, status int, why, parameter string) {
	sendStatus(w, status, struct {
		Error     string `json:"error"`
		Parameter string `json:"parameter"`
	}{why, parameter})
}

// setDeadline bounds how long a client may take for the next piece of its answer. Writers that know no deadlines are
// those of tests.
func setDeadline(w io.Writer) {
	if rw, ok := w.(http.ResponseWriter); ok {
		_ = http.NewResponseController(rw).SetWriteDeadline(time.Now().Add(writeTimeout))
	}
}

// patient gives each piece of a long download a deadline of its own, so that its size does not matter and a client that
// stops reading does.
type patient struct{ http.ResponseWriter }

func (p patient) Write(b []byte) (int, error) {
	setDeadline(p.ResponseWriter)
	return p.ResponseWriter.Write(b)
}

// number reads an integer parameter; fallback when it is not there. When it is bad, the answer is given and ok is false.
func number(w http.ResponseWriter, r *http.Request, name string, fallback, low, high int64) (v int64, ok bool) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, true
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < low || v > high {
		fail(w, http.StatusBadRequest, name+" must be a whole number from "+strconv.FormatInt(low, 10)+" to "+strconv.FormatInt(high, 10), name)
		return 0, false
	}
	return v, true
}
