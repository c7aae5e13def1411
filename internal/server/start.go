package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// A Starter starts programs for the page. Which ones there are it says itself: a page orders by name, never by path, so what
// is not in the offer can't be started from a browser.
type Starter interface {
	// Offer says what can be started.
	Offer() Offer
	// Start begins a job and returns its number. The error is ErrBusy, an *OrderError, or one of ours.
	Start(Order) (int, error)
	// Job tells how far a job is; ok is false if there is none of this number.
	Job(number int) (job Job, ok bool)
}

// ErrBusy says that a job is under way: two cores shared by two programs would show neither as it is.
var ErrBusy = errors.New("a program is running: wait for its end")

// An OrderError says what is wrong with an order.
type OrderError struct{ Parameter, Why string }

func (e *OrderError) Error() string { return e.Parameter + ": " + e.Why }

// An Offer is all that a page can order.
type Offer struct {
	Scenarios []OfferedScenario `json:"scenarios"`
	Exercises []OfferedExercise `json:"exercises"`
	NoRace    string            `json:"no_race"` // why the race detector can't be used here, "" if it can
}

// OfferedScenario is one of the registry.
type OfferedScenario struct {
	Name   string       `json:"name"`
	Level  string       `json:"level"`
	Lesson string       `json:"lesson"`
	Bugs   []OfferedBug `json:"bugs"`
}

// OfferedBug has the names under which its two programs are ordered.
type OfferedBug struct {
	Slug   string   `json:"slug"`
	What   string   `json:"what"`
	Buggy  string   `json:"buggy"`
	Fixed  string   `json:"fixed"`
	Expect []string `json:"expect"`
}

// OfferedExercise is a folder that was given on the command line.
type OfferedExercise struct {
	Name     string `json:"name"` // of the order
	Folder   string `json:"folder"`
	Exercise string `json:"exercise"`
	Task     string `json:"task"` // what has to stay
}

// The kinds of orders.
const (
	OrderRun      = "run"      // a program of the registry
	OrderCompare  = "compare"  // a buggy one and its fixed twin
	OrderExercise = "exercise" // the program of an exercise's folder
	OrderCheck    = "check"    // judge it
)

// An Order is what a page asks for.
type Order struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Procs int    `json:"procs"` // GOMAXPROCS of the program; 0: as it is
}

// The states of a job.
const (
	JobWorking = "working"
	JobDone    = "done"
	JobFailed  = "failed"
)

// A Job is an order under way or done.
type Job struct {
	Number     int         `json:"number"`
	Kind       string      `json:"kind"`
	Name       string      `json:"name"`
	State      string      `json:"state"`
	Message    string      `json:"message"`    // what goes on, or what went wrong
	Recordings []string    `json:"recordings"` // ids, as soon as they can be opened; a comparison has two in the end
	Pass       bool        `json:"pass"`
	Criteria   []Criterion `json:"criteria"` // of a check that is done
}

// A Criterion is one line of a verdict.
type Criterion struct {
	Name string `json:"name"`
	Pass bool   `json:"pass"`
	Why  string `json:"why"`
}

// maxProcs bounds Order.Procs, and maxOrder the bytes of an order.
const (
	maxProcs = 256
	maxOrder = 4096
)

// serveOffer tells what can be started; nothing where no Starter is.
func (s *Server) serveOffer(w http.ResponseWriter, _ *http.Request) {
	o := Offer{}
	if s.opt.Starter != nil {
		o = s.opt.Starter.Offer()
	}
	o.Scenarios, o.Exercises = notNil(o.Scenarios), notNil(o.Exercises)
	for i := range o.Scenarios {
		bugs := notNil(o.Scenarios[i].Bugs)
		for j := range bugs {
			bugs[j].Expect = notNil(bugs[j].Expect)
		}
		o.Scenarios[i].Bugs = bugs
	}
	send(w, o)
}

// serveStart takes an order. The guard has seen to it that it is from our own page.
func (s *Server) serveStart(w http.ResponseWriter, r *http.Request) {
	if s.opt.Starter == nil {
		fail(w, http.StatusNotFound, "nothing can be started from this page", "")
		return
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder))
	dec.DisallowUnknownFields()
	var o Order
	if err := dec.Decode(&o); err != nil {
		fail(w, http.StatusBadRequest, "want one JSON object with kind, name and procs", "")
		return
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		fail(w, http.StatusBadRequest, "want one JSON object and nothing after it", "")
		return
	}
	if o.Procs < 0 || o.Procs > maxProcs {
		fail(w, http.StatusBadRequest, "procs must be from 0 to "+strconv.Itoa(maxProcs), "procs")
		return
	}
	n, err := s.opt.Starter.Start(o)
	wrong, bad := errors.AsType[*OrderError](err)
	switch {
	case bad:
		fail(w, http.StatusBadRequest, wrong.Why, wrong.Parameter)
	case errors.Is(err, ErrBusy):
		fail(w, http.StatusConflict, err.Error(), "")
	case err != nil:
		fail(w, http.StatusInternalServerError, err.Error(), "")
	default:
		sendStatus(w, http.StatusAccepted, struct {
			Job int `json:"job"`
		}{n})
	}
}

// serveJob tells how far a job is.
func (s *Server) serveJob(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || s.opt.Starter == nil {
		fail(w, http.StatusNotFound, "there is no job of this number", "n")
		return
	}
	j, ok := s.opt.Starter.Job(n)
	if !ok {
		fail(w, http.StatusNotFound, "there is no job of this number", "n")
		return
	}
	j.Recordings, j.Criteria = notNil(j.Recordings), notNil(j.Criteria)
	send(w, j)
}
