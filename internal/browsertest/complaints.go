package browsertest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// complaints collects what a page must not do. Its methods may be called at any time from any goroutine.
type complaints struct {
	mu    sync.Mutex
	lines []string
	hosts []string // host:port that requests may go to
	urls  map[network.RequestID]string
}

func newComplaints() *complaints {
	return &complaints{urls: map[network.RequestID]string{}}
}

// allow lets requests go to the host of the URL.
func (c *complaints) allow(rawURL string) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return // the navigation fails by itself
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts = append(c.hosts, u.Host)
}

// hear takes one event of the browser.
func (c *complaints) hear(ev any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			c.add("console.%s: %s", ev.Type, consoleText(ev.Args))
		}
	case *runtime.EventExceptionThrown:
		d := ev.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		c.add("exception: %s (%s:%d:%d)", text, d.URL, d.LineNumber+1, d.ColumnNumber+1)
	case *log.EventEntryAdded: // also what the content security policy refuses, with source "security"
		if ev.Entry.Level == log.EntryLevelError || ev.Entry.Level == log.EntryLevelWarning {
			c.add("%s %s: %s %s", ev.Entry.Source, ev.Entry.Level, ev.Entry.Text, ev.Entry.URL)
		}
	default:
		c.hearNetwork(ev)
	}
}

func (c *complaints) hearNetwork(ev any) {
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		c.urls[ev.RequestID] = ev.Request.URL
		c.request(ev.Request.URL)
	case *network.EventWebSocketCreated:
		c.request(ev.URL)
	case *network.EventResponseReceived:
		if ev.Response.Status >= 400 {
			c.add("request: status %d of %s", ev.Response.Status, ev.Response.URL)
		}
	case *network.EventLoadingFailed:
		if !ev.Canceled { // the page may cancel what it no longer wants
			c.add("request: %s for %s", ev.ErrorText, c.urls[ev.RequestID])
		}
	}
}

// request complains about a request that leaves the page's own host. Data and blob URLs go nowhere.
func (c *complaints) request(rawURL string) {
	u, err := url.Parse(rawURL)
	if err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about") {
		return
	}
	if err != nil || !slices.Contains(c.hosts, u.Host) {
		c.add("request to another host: %s", rawURL)
	}
}

// favicon ends the address of what the browser fetches by itself, at a time of its own: possibly after the server of a test
// is gone.
const favicon = "/static/icon.svg"

func (c *complaints) add(format string, args ...any) {
	line := strings.TrimSpace(fmt.Sprintf(format, args...))
	if strings.Contains(line, "net::ERR_CONNECTION_REFUSED") && strings.HasSuffix(line, favicon) {
		return
	}
	c.lines = append(c.lines, line)
}

func (c *complaints) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.lines)
}

// text is what was complained about, to be put after the message of a failure.
func (c *complaints) text() string {
	lines := c.list()
	if len(lines) == 0 {
		return ""
	}
	return "\nthe page complained:\n  " + strings.Join(lines, "\n  ")
}

// report fails the test for each complaint that is not tolerated.
func (c *complaints) report(t testing.TB, tolerate func(string) bool) {
	for _, line := range c.list() {
		if tolerate == nil || !tolerate(line) {
			t.Errorf("the page complained: %s", line)
		}
	}
}

// consoleText is what the console shows for the arguments of a call.
func consoleText(args []*runtime.RemoteObject) string {
	parts := make([]string, len(args))
	for i, a := range args {
		var s string
		switch {
		case json.Unmarshal(a.Value, &s) == nil:
			parts[i] = s
		case a.Description != "":
			parts[i] = a.Description
		default:
			parts[i] = string(a.Value)
		}
	}
	return strings.Join(parts, " ")
}
