package server

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// contentPolicy lets the page load from this server alone. style-src-attr is open because echarts positions its tooltips
// with style attributes; base-uri and form-action do not fall back to default-src, so they are named.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; " +
	"img-src 'self'; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// maxLinks bounds the one-time links that are unused at one time; the oldest is forgotten first.
const maxLinks = 32

// A guard decides whether a request may reach the server at all. It is the outermost handler: whatever it refuses gets
// 403 before a byte of the body or of a recording is read.
//
// The checks in their order, and what each is for:
//
//  1. Host: a name that was rebound to a loopback address (DNS rebinding) still carries the attacker's name here.
//  2. Origin, and Sec-Fetch-Site where the browser sends it: another site in the same browser, including another port of
//     localhost, for which SameSite cookies are sent. Requests that may change something must have an Origin.
//  3. The session cookie: another local user, who passes the first two checks with any HTTP client.
//
// The cookie comes from a one-time link, the one GET that changes something. The secret in the link and the one in the
// cookie are not the same, because command lines of a browser can be seen by other users of the machine.
type guard struct {
	session string          // the value of the cookie
	cookie  string          // its name, which holds the port: cookies are shared by all ports of a host
	hosts   map[string]bool // values of the Host header that are ours, in lower case
	tls     map[string]bool // those of hosts that may be behind a proxy that speaks TLS

	mu    sync.Mutex
	links []string // one-time secrets that were not used yet
}

// newGuard makes the guard of a server that listens on port. own is the address given by the user when it is not a
// loopback one, or "". An allowed name stands for itself with our port; NAME:PORT stands for itself alone, and covers the
// Host without a port that browsers send for 80 and 443 (a dev container's proxy).
func newGuard(port int, own string, allow []string) *guard {
	g := &guard{session: secret(), cookie: "trace-viz-" + strconv.Itoa(port), hosts: map[string]bool{}, tls: map[string]bool{}}
	p := strconv.Itoa(port)
	for _, h := range []string{"localhost", "127.0.0.1", "::1", own} {
		if h != "" {
			g.host(h, p, false)
		}
	}
	for _, a := range allow {
		if h, other, err := net.SplitHostPort(a); err == nil {
			g.host(h, other, true)
		} else {
			g.host(strings.Trim(a, "[]"), p, true)
		}
	}
	return g
}

// host adds one name and port to what the Host header may say.
func (g *guard) host(name, port string, viaProxy bool) {
	full := strings.ToLower(net.JoinHostPort(name, port))
	names := []string{full}
	if port == "80" || port == "443" {
		names = append(names, strings.TrimSuffix(full, ":"+port))
	}
	for _, n := range names {
		g.hosts[n] = true
		if viaProxy {
			g.tls[n] = true
		}
	}
}

// secret returns 128 random bits in hexadecimal.
func secret() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// link returns a new one-time secret.
func (g *guard) link() string {
	s := secret()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.links) == maxLinks {
		g.links = g.links[1:]
	}
	g.links = append(g.links, s)
	return s
}

// use tells whether s is an unused one-time secret, and makes it a used one. All are compared, each in constant time.
func (g *guard) use(s string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	found := -1
	for i, l := range g.links {
		if subtle.ConstantTimeCompare([]byte(l), []byte(s)) == 1 {
			found = i
		}
	}
	if found < 0 {
		return false
	}
	g.links = append(g.links[:found], g.links[found+1:]...)
	return true
}

// wrap returns next behind the guard.
func (g *guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		switch {
		case !g.hosts[strings.ToLower(r.Host)]:
			refuse(w, "this server does not answer to the host name of the request (trace-viz --allow-host NAME adds one)")
		case !g.originOK(r):
			refuse(w, "requests from other sites are not answered")
		case r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.Query().Has("token"):
			g.swap(w, r)
		case !g.sessionOK(r):
			refuse(w, "no session: open the address that trace-viz printed; it works once, and trace-viz prints a new one each time it starts")
		case changes(r.Method) && !isJSON(r) && !isUpload(r):
			refuse(w, "only application/json may be sent here")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// setHeaders sets what every answer carries, refusals included.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// refuse answers 403 and closes the connection, so that a body that follows is never read.
func refuse(w http.ResponseWriter, why string) {
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte("403 forbidden: " + why + "\n")) // a client that left is no error of ours
}

// originOK holds an Origin, if there is one, to exactly our own, and asks for one where the request could change
// something or open a websocket (which browsers do not hold to the same-origin rule). The Host was checked before.
func (g *guard) originOK(r *http.Request) bool {
	// A link on another page may bring a person here: that is a navigation, and shows nothing to the other page.
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		if r.Header.Get("Sec-Fetch-Mode") != "navigate" || changes(r.Method) {
			return false
		}
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return !changes(r.Method) && !upgrades(r)
	}
	if len(origins) > 1 {
		return false
	}
	host := strings.ToLower(r.Host)
	return origins[0] == "http://"+host || g.tls[host] && origins[0] == "https://"+host
}

// upgrades tells whether the request wants to leave HTTP, however the header is spelled.
func upgrades(r *http.Request) bool { return len(r.Header.Values("Upgrade")) > 0 }

// changes tells whether a method may change something.
func changes(method string) bool { return method != http.MethodGet && method != http.MethodHead }

func isJSON(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && t == "application/json"
}

// sessionOK tells whether the request has the session cookie.
func (g *guard) sessionOK(r *http.Request) bool {
	ok := false
	for _, c := range r.CookiesNamed(g.cookie) {
		// Another server on this host could have set a second cookie of this name: ours among them is enough.
		if subtle.ConstantTimeCompare([]byte(c.Value), []byte(g.session)) == 1 {
			ok = true
		}
	}
	return ok
}

// swap turns a one-time link into the session cookie. A browser that has the session already is sent on as well, so that
// reloading or bookmarking the link does no harm.
func (g *guard) swap(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "":
		refuse(w, "the one-time address can't be fetched ahead")
		return
	case g.use(r.URL.Query().Get("token")):
		http.SetCookie(w, &http.Cookie{Name: g.cookie, Value: g.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	case !g.sessionOK(r):
		refuse(w, "this one-time address was used already, or is of an earlier trace-viz; a new one is printed each time trace-viz starts")
		return
	}
	// The fragment, which holds the state of the page, is kept by the browser across the redirect.
	w.Header().Set("Location", "/")
	w.WriteHeader(http.StatusSeeOther)
}
