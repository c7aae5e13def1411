package server

import (
	"bytes"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/export"
	"github.com/trace-viz/trace-viz/internal/flame"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// downloads are the files of a recording that can be fetched whole. Source has its own path.
var downloads = []string{recording.TraceFile, recording.MetaFile, recording.SitesFile, recording.OutputFile, recording.WallFile}

// serveFile sends a file of the recording as a download. Only the names of downloads are known, and the folder is opened
// as a root, so that a link in a foreign recording leads nowhere.
func serveFile(w http.ResponseWriter, r *http.Request, e *entry) {
	name := r.PathValue("name")
	if !slices.Contains(downloads, name) {
		fail(w, http.StatusNotFound, "a recording has no such file; it can have "+strings.Join(downloads, ", "), "name")
		return
	}
	f, info, err := e.open(name)
	if err != nil {
		fail(w, http.StatusNotFound, "the recording has no "+name, "name")
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.id + "-" + name}))
	http.ServeContent(patient{w}, r, "", info.ModTime(), f)
}

// open opens a file of the recording. A trace that was opened alone is a recording of that one file: what else lies in its
// folder is none of ours.
func (e *entry) open(name string) (*os.File, fs.FileInfo, error) {
	trace := e.src.View().Rec.Trace
	switch {
	case trace == "":
		return openIn(e.src.Dir(), name)
	case name != recording.TraceFile:
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	trace, err := filepath.EvalSymlinks(trace) // the link, if it is one, was named by the person who opened it
	if err != nil {
		return nil, nil, err
	}
	return openIn(filepath.Dir(trace), filepath.Base(trace))
}

// openIn opens a regular file that lies in dir itself.
func openIn(dir, name string) (*os.File, fs.FileInfo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	// Stat comes first: opening a named pipe would wait for its writer.
	info, err := root.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "open", Path: filepath.Join(dir, name), Err: errors.New("not a regular file")}
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, info, nil
}

// outputLine is a line that the program printed. Its text is as printed: the page shows it as text.
type outputLine struct {
	T      int64  `json:"t"`
	Stream string `json:"stream"`
	Text   string `json:"text"`
}

// maxOutput bounds what is read of the program's output, in bytes.
const maxOutput = 64 << 20

func serveOutput(w http.ResponseWriter, _ *http.Request, e *entry) {
	lines, err := e.output()
	all := struct {
		Lines []outputLine `json:"lines"`
		Error string       `json:"error"` // "" if none
	}{Lines: make([]outputLine, 0, len(lines))}
	for _, l := range lines {
		all.Lines = append(all.Lines, outputLine{l.NS, l.Stream, l.Text})
	}
	if err != nil {
		// While the run goes on the last line can be half there, and a damaged file still has its first lines.
		all.Error = err.Error()
	}
	send(w, all)
}

func (e *entry) output() ([]recording.Line, error) {
	f, info, err := e.open(recording.OutputFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, errors.New("the output can't be read")
	}
	defer f.Close()
	if info.Size() > maxOutput {
		return nil, errors.New("the output is too large to show; the file " + recording.OutputFile + " has it")
	}
	return e.src.View().Rec.Output()
}

// maxProfile bounds what is read of wall.pprof: a real one has some 100 KB.
const maxProfile = 64 << 20

func serveFlame(w http.ResponseWriter, r *http.Request, e *entry) {
	switch of := r.URL.Query().Get("of"); of {
	case "", "wall":
	case "waits":
		serveWaits(w, e)
		return
	default:
		fail(w, http.StatusBadRequest, "of must be wall or waits", "of")
		return
	}
	f, info, err := e.open(recording.WallFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.src.View().Live:
		fail(w, http.StatusNotFound, "the wall-clock profile is written when the run ends", "")
		return
	case errors.Is(err, fs.ErrNotExist):
		fail(w, http.StatusNotFound, "this recording has no wall-clock profile", "")
		return
	case err != nil || info.Size() > maxProfile:
		fail(w, http.StatusNotFound, "the wall-clock profile can't be read", "")
		return
	}
	defer f.Close()
	g, err := flame.Read(f)
	if err != nil {
		fail(w, http.StatusNotFound, "the wall-clock profile can't be read: "+err.Error(), "")
		return
	}
	send(w, g)
}

// serveWaits sends where goroutines waited, as the trace has it: unlike the wall-clock profile, every wait and none twice.
func serveWaits(w http.ResponseWriter, e *entry) {
	v := e.view()
	if v.Index == nil {
		fail(w, http.StatusNotFound, unread(v), "")
		return
	}
	var b bytes.Buffer
	err := export.Waits(v.Index).Write(&b)
	if err == nil {
		var g *flame.Graph
		if g, err = flame.Read(&b); err == nil {
			send(w, g)
			return
		}
	}
	fail(w, http.StatusInternalServerError, "the waits can't be added up: "+err.Error(), "")
}
