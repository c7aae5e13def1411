package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Library keeps recordings on disk for the page: takes files in, names, removes and brings back. The server itself writes
// nothing. What it can't do it says in an error whose text is for the person at the page.
type Library interface {
	// Keep makes a recording of a file that was dropped on the page. name is what the browser calls the file.
	Keep(name string, content io.Reader) (id string, src Source, err error)
	// Owns tells whether the recording in dir may be changed.
	Owns(dir string) bool
	Retitle(dir, title string) error
	// Trash removes a recording; Restore brings it back by what Trash returns.
	Trash(dir string) (undo string, err error)
	Restore(undo string) (id string, src Source, err error)
}

// MaxUpload bounds a file that is sent to the page, in bytes.
const MaxUpload = 5 << 30

// Bounds of what a page says about a recording.
const (
	maxChange = 4096 // bytes of a request
	maxTitle  = 120  // characters
	maxName   = 255  // bytes of a file name
)

// openPath takes a file in. It is the one path where something other than JSON may be sent.
const openPath = "/api/open"

// isUpload tells whether a request sends a file to where files are taken. application/octet-stream is no type that a page
// of another site could send without asking first.
func isUpload(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && t == "application/octet-stream" && r.URL.Path == openPath
}

// changeRoutes are the paths that change what recordings there are.
func (s *Server) changeRoutes(mux *http.ServeMux) {
	if s.opt.Library == nil {
		return
	}
	mux.HandleFunc("POST "+openPath, s.serveOpen)
	mux.HandleFunc("POST /api/restore", s.serveRestore)
	mux.HandleFunc("POST /api/r/{id}/rename", s.serveRename)
	mux.HandleFunc("POST /api/r/{id}/delete", s.serveDelete)
}

// slowly gives each piece of a long upload a deadline of its own.
type slowly struct {
	io.Reader
	c *http.ResponseController
}

func (s slowly) Read(b []byte) (int, error) {
	_ = s.c.SetReadDeadline(time.Now().Add(writeTimeout)) // a reader of tests knows none
	return s.Reader.Read(b)
}

// serveOpen makes a recording of the file in the body.
func (s *Server) serveOpen(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		fail(w, http.StatusBadRequest, "name must be the name of the file", "name")
		return
	}
	if !isUpload(r) {
		fail(w, http.StatusBadRequest, "send the file as application/octet-stream", "")
		return
	}
	body := slowly{http.MaxBytesReader(w, r.Body, MaxUpload), http.NewResponseController(w)}
	id, src, err := s.opt.Library.Keep(name, body)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		err = errors.New(name + " is too large to send through the browser: open it with trace-viz open")
	}
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, err.Error(), "")
		return
	}
	s.enter(w, id, src)
}

// enter adds a recording, if it is not there already, and answers with its id.
func (s *Server) enter(w http.ResponseWriter, id string, src Source) {
	if s.recording(id) == nil {
		if err := s.Add(id, src); err != nil {
			fail(w, http.StatusInternalServerError, err.Error(), "")
			return
		}
	}
	send(w, struct {
		ID string `json:"id"`
	}{id})
}

// readChange reads the JSON of a request that changes something.
func readChange(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxChange))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		fail(w, http.StatusBadRequest, "the request can't be read: "+err.Error(), "")
		return false
	}
	return true
}

// owned returns the recording that a request is about, if it may be changed.
func (s *Server) owned(w http.ResponseWriter, r *http.Request) *entry {
	e := s.recording(r.PathValue("id"))
	if e == nil {
		fail(w, http.StatusNotFound, "there is no recording of this id", "id")
		return nil
	}
	if _, live := e.peek(); live {
		fail(w, http.StatusConflict, "the program still runs", "id")
		return nil
	}
	if !s.opt.Library.Owns(e.src.Dir()) {
		fail(w, http.StatusConflict, "this recording does not lie among those of trace-viz, which leaves it as it is", "id")
		return nil
	}
	return e
}

func (s *Server) serveRename(w http.ResponseWriter, r *http.Request) {
	e := s.owned(w, r)
	if e == nil {
		return
	}
	var in struct {
		Title string `json:"title"`
	}
	if !readChange(w, r, &in) {
		return
	}
	title := strings.TrimSpace(in.Title)
	if utf8.RuneCountInString(title) > maxTitle || strings.ContainsFunc(title, func(c rune) bool { return !unicode.IsPrint(c) }) {
		fail(w, http.StatusBadRequest, "a title has at most 120 characters, and all of them can be seen", "title")
		return
	}
	if err := s.opt.Library.Retitle(e.src.Dir(), title); err != nil {
		fail(w, http.StatusInternalServerError, err.Error(), "")
		return
	}
	e.title.Store(&title)
	send(w, in)
}

func (s *Server) serveDelete(w http.ResponseWriter, r *http.Request) {
	e := s.owned(w, r)
	if e == nil || !readChange(w, r, &struct{}{}) {
		return
	}
	undo, err := s.opt.Library.Trash(e.src.Dir())
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error(), "")
		return
	}
	s.remove(e.id)
	send(w, struct {
		Undo string `json:"undo"`
	}{undo})
}

func (s *Server) serveRestore(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Undo string `json:"undo"`
	}
	if !readChange(w, r, &in) {
		return
	}
	id, src, err := s.opt.Library.Restore(in.Undo)
	if err != nil {
		fail(w, http.StatusConflict, err.Error(), "undo")
		return
	}
	s.enter(w, id, src)
}
