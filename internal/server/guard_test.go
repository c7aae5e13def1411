package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// rawRequest sends a request as its bytes, so that no client of ours can repair it, and returns the answer.
func rawRequest(t *testing.T, addr string, lines ...string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%q: %v", lines, err)
	}
	return resp
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// guarded is a server with nothing but a guard in front of a handler that counts what gets through.
type guarded struct {
	*httptest.Server
	g    *guard
	port string
	hits atomic.Int64
}

func newGuarded(t *testing.T, own string, allow ...string) *guarded {
	t.Helper()
	gd := &guarded{}
	gd.Server = httptest.NewUnstartedServer(nil)
	port := gd.Listener.Addr().(*net.TCPAddr).Port
	gd.port = fmt.Sprint(port)
	gd.g = newGuard(port, own, allow)
	gd.Config.Handler = gd.g.wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { gd.hits.Add(1) }))
	gd.Start()
	t.Cleanup(gd.Close)
	return gd
}

// A guardCase is a request and the status that the guard must answer it with; 200 is what comes from behind the guard.
type guardCase struct {
	name  string
	lines []string
	want  int
}

const (
	get   = "GET /api/recordings HTTP/1.1"
	post  = "POST /api/run HTTP/1.1"
	wsGet = "GET /api/r/a/ws HTTP/1.1"
)

func with(lines ...string) []string { return lines }

// guardCases are the attacks on the server that the design names, and the honest requests beside them.
func guardCases(gd *guarded) []guardCase {
	mine := "127.0.0.1:" + gd.port
	cookie := "Cookie: " + gd.g.cookie + "=" + gd.g.session
	return slices.Concat(hostCases(gd, mine, cookie), originCases(gd, mine, cookie), changeCases(mine, cookie), sessionCases(gd, mine))
}

func hostCases(gd *guarded, mine, cookie string) []guardCase {
	ws := []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}
	return []guardCase{
		{"honest", with(get, "Host: "+mine, cookie), 200},
		{"honest by name", with(get, "Host: localhost:"+gd.port, cookie), 200},
		{"honest by name in capitals", with(get, "Host: LocalHost:"+gd.port, cookie), 200},
		{"honest by IPv6", with(get, "Host: [::1]:"+gd.port, cookie), 200},
		{"honest by the address listened on", with(get, "Host: 192.0.2.7:"+gd.port, cookie), 200},
		{"honest with Origin", with(get, "Host: "+mine, "Origin: http://"+mine, cookie), 200},
		{"honest by an allowed host", with(get, "Host: box.example:"+gd.port, cookie), 200},
		{"honest by an allowed proxy", with(get, "Host: forward.example", "Origin: https://forward.example", cookie), 200},
		{"honest by an allowed host and port", with(get, "Host: other.example:8080", cookie), 200},
		{"honest by two cookies of one name", with(get, "Host: "+mine, "Cookie: "+gd.g.cookie+"=x; "+gd.g.cookie+"="+gd.g.session), 200},
		{"honest navigation from another site", with(get, "Host: "+mine, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", cookie), 200},

		{"rebinding", with(get, "Host: evil.example:"+gd.port, cookie), 403},
		{"rebinding with its own Origin", with(get, "Host: evil.example:"+gd.port, "Origin: http://evil.example:"+gd.port, cookie), 403},
		{"rebinding by websocket", append(with(wsGet, "Host: evil.example:"+gd.port, "Origin: http://evil.example:"+gd.port, cookie), ws...), 403},
		{"own name as a prefix", with(get, "Host: localhost.evil.example:"+gd.port, cookie), 403},
		{"own name as a suffix", with(get, "Host: evil-localhost:"+gd.port, cookie), 403},
		{"own name with a dot", with(get, "Host: localhost.:"+gd.port, cookie), 403},
		{"no port", with(get, "Host: localhost", cookie), 403},
		{"another port", with(get, "Host: localhost:1", cookie), 403},
		{"an allowed host with another port", with(get, "Host: box.example:1", cookie), 403},
		{"an allowed host without a port", with(get, "Host: box.example", cookie), 403},
		{"another address", with(get, "Host: 0.0.0.0:"+gd.port, cookie), 403},
		{"loopback in another spelling", with(get, "Host: 127.1:"+gd.port, cookie), 403},
		{"empty host", with(get, "Host: ", cookie), 403},
	}
}

func originCases(gd *guarded, mine, cookie string) []guardCase {
	return []guardCase{
		{"foreign Origin", with(get, "Host: "+mine, "Origin: http://evil.example", cookie), 403},
		{"Origin null", with(get, "Host: "+mine, "Origin: null", cookie), 403},
		{"Origin of another port", with(get, "Host: "+mine, "Origin: http://127.0.0.1:1", cookie), 403},
		{"Origin by another own name", with(get, "Host: "+mine, "Origin: http://localhost:"+gd.port, cookie), 403},
		{"Origin with another scheme", with(get, "Host: "+mine, "Origin: https://"+mine, cookie), 403},
		{"Origin with something after it", with(get, "Host: "+mine, "Origin: http://"+mine+".evil.example", cookie), 403},
		{"two Origins", with(get, "Host: "+mine, "Origin: http://"+mine, "Origin: http://"+mine, cookie), 403},
		{"script of another port of this host", with(get, "Host: "+mine, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", cookie), 403},
		{"script of another site", with(get, "Host: "+mine, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", cookie), 403},
	}
}

func changeCases(mine, cookie string) []guardCase {
	ws := []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}
	json := with("Content-Type: application/json", "Content-Length: 0")
	return []guardCase{
		{"honest websocket", append(with(wsGet, "Host: "+mine, "Origin: http://"+mine, cookie), ws...), 200},
		{"websocket without Origin", append(with(wsGet, "Host: "+mine, cookie), ws...), 403},
		{"websocket with foreign Origin", append(with(wsGet, "Host: "+mine, "Origin: http://evil.example", cookie), ws...), 403},
		{"websocket without cookie", append(with(wsGet, "Host: "+mine, "Origin: http://"+mine), ws...), 403},
		{"upgrade in another spelling", with(wsGet, "Host: "+mine, cookie, "uPGRADE: WebSocket, h2c"), 403},

		{"honest POST", append(with(post, "Host: "+mine, "Origin: http://"+mine, cookie), json...), 200},
		{"POST without Origin", append(with(post, "Host: "+mine, cookie), json...), 403},
		{"POST with foreign Origin", append(with(post, "Host: "+mine, "Origin: http://evil.example", cookie), json...), 403},
		{"POST without cookie", append(with(post, "Host: "+mine, "Origin: http://"+mine), json...), 403},
		{"POST of a form", with(post, "Host: "+mine, "Origin: http://"+mine, cookie, "Content-Type: text/plain", "Content-Length: 0"), 403},
		{"POST that looks like JSON", with(post, "Host: "+mine, "Origin: http://"+mine, cookie, "Content-Type: text/plain; application/json", "Content-Length: 0"), 403},
		{"DELETE without Origin", with("DELETE / HTTP/1.1", "Host: "+mine, cookie), 403},
	}
}

func sessionCases(gd *guarded, mine string) []guardCase {
	return []guardCase{
		{"no cookie", with(get, "Host: "+mine), 403},
		{"wrong cookie", with(get, "Host: "+mine, "Cookie: "+gd.g.cookie+"="+strings.Repeat("0", 32)), 403},
		{"empty cookie", with(get, "Host: "+mine, "Cookie: "+gd.g.cookie+"="), 403},
		{"part of the cookie", with(get, "Host: "+mine, "Cookie: "+gd.g.cookie+"="+gd.g.session[:31]), 403},
		{"cookie of another port", with(get, "Host: "+mine, "Cookie: trace-viz-1="+gd.g.session), 403},
		{"session as link", with("GET /?token="+gd.g.session+" HTTP/1.1", "Host: "+mine), 403},
		{"guessed link", with("GET /?token="+strings.Repeat("a", 32)+" HTTP/1.1", "Host: "+mine), 403},
		{"empty link", with("GET /?token= HTTP/1.1", "Host: "+mine), 403},
	}
}

// TestGuardTable sends every case as its bytes, and looks whether it got through.
func TestGuardTable(t *testing.T) {
	gd := newGuarded(t, "192.0.2.7", "Box.Example", "forward.example:443", "other.example:8080")
	for _, c := range guardCases(gd) {
		t.Run(c.name, func(t *testing.T) {
			before := gd.hits.Load()
			resp := rawRequest(t, gd.Listener.Addr().String(), c.lines...)
			if resp.StatusCode != c.want {
				t.Errorf("got %d, want %d: %s", resp.StatusCode, c.want, body(t, resp))
			}
			if through := gd.hits.Load() > before; through != (c.want == 200) {
				t.Errorf("the request reached the handler: %v", through)
			}
			checkHeaders(t, resp)
		})
	}
}

func checkHeaders(t *testing.T, resp *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": contentPolicy,
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "no-referrer",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("other origins are allowed")
	}
}

// TestPolicy pins the policy itself, word by word.
func TestPolicy(t *testing.T) {
	got := map[string]string{}
	for _, d := range strings.Split(contentPolicy, "; ") {
		name, value, _ := strings.Cut(d, " ")
		got[name] = value
	}
	want := map[string]string{"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "style-src-attr": "'unsafe-inline'",
		"img-src": "'self'", "connect-src": "'self'", "font-src": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'none'"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestRefusedBodyIsNotRead sends a body that never comes: the refusal must come all the same.
func TestRefusedBodyIsNotRead(t *testing.T) {
	gd := newGuarded(t, "")
	resp := rawRequest(t, gd.Listener.Addr().String(), "POST /api/run HTTP/1.1", "Host: evil.example", "Content-Type: application/json", "Content-Length: 1000000")
	if resp.StatusCode != 403 || !resp.Close {
		t.Errorf("got %d, close %v; want 403 and the connection closed", resp.StatusCode, resp.Close)
	}
}

func TestOneTimeLink(t *testing.T) {
	gd := newGuarded(t, "")
	addr, host := gd.Listener.Addr().String(), "Host: 127.0.0.1:"+gd.port
	link := "GET /?token=" + gd.g.link() + " HTTP/1.1"

	if resp := rawRequest(t, addr, strings.Replace(link, "GET", "HEAD", 1), host); resp.StatusCode != 403 {
		t.Errorf("HEAD: got %d, want 403", resp.StatusCode)
	}
	if resp := rawRequest(t, addr, link, host, "Sec-Purpose: prefetch"); resp.StatusCode != 403 {
		t.Errorf("prefetch: got %d, want 403", resp.StatusCode)
	}
	if resp := rawRequest(t, addr, link, "Host: evil.example:"+gd.port); resp.StatusCode != 403 {
		t.Errorf("rebinding: got %d, want 403", resp.StatusCode)
	}

	resp := rawRequest(t, addr, link, host)
	if resp.StatusCode != 303 || resp.Header.Get("Location") != "/" {
		t.Fatalf("got %d to %q, want 303 to /", resp.StatusCode, resp.Header.Get("Location"))
	}
	checkHeaders(t, resp)
	cookies := resp.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("got %d cookies", len(cookies))
	}
	c := cookies[0]
	if c.Name != "trace-viz-"+gd.port || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %q", c.Raw)
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(c.Value) || strings.Contains(link, c.Value) {
		t.Errorf("the cookie's value is %q: want 128 bits that are not those of the link", c.Value)
	}
	session := "Cookie: " + c.Name + "=" + c.Value
	if resp := rawRequest(t, addr, "GET / HTTP/1.1", host, session); resp.StatusCode != 200 {
		t.Errorf("with the cookie: got %d, want 200", resp.StatusCode)
	}
	if resp := rawRequest(t, addr, link, host); resp.StatusCode != 403 {
		t.Errorf("a second time without the cookie: got %d, want 403", resp.StatusCode)
	}
	resp = rawRequest(t, addr, link, host, session)
	if resp.StatusCode != 303 || len(resp.Cookies()) != 0 {
		t.Errorf("a second time with the cookie: got %d and %d cookies, want 303 and none", resp.StatusCode, len(resp.Cookies()))
	}
}

// TestLinkWorksOnceUnderRace lets many clients use one link at the same time: one wins.
func TestLinkWorksOnceUnderRace(t *testing.T) {
	g := newGuard(1, "", nil)
	link := g.link()
	other := g.link()
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 64 {
		wg.Go(func() {
			if g.use(link) {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if won != 1 || !g.use(other) {
		t.Errorf("%d won, want 1; and the other link must still work", won)
	}
	for range maxLinks + 1 {
		other = g.link()
	}
	if len(g.links) != maxLinks || !g.use(other) {
		t.Errorf("%d links are kept", len(g.links))
	}
}

func TestSecretsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		s := secret()
		if len(s) != 32 || seen[s] {
			t.Fatalf("secret %q has %d digits or came twice", s, len(s))
		}
		seen[s] = true
	}
}

func TestParseAddr(t *testing.T) {
	for _, c := range []struct {
		in, host, port string
		remote         bool
	}{
		{"", "127.0.0.1", "0", false},
		{":6060", "127.0.0.1", "6060", false},
		{"localhost:6060", "127.0.0.1", "6060", false},
		{"127.0.0.1:0", "127.0.0.1", "0", false},
		{"127.0.0.9:06060", "127.0.0.9", "6060", false},
		{"[::1]:6060", "::1", "6060", false},
		{"0.0.0.0:6060", "0.0.0.0", "6060", true},
		{"[::]:6060", "::", "6060", true},
		{"192.0.2.1:6060", "192.0.2.1", "6060", true},
		{"example.org:6060", "example.org", "6060", true},
	} {
		a, err := parseAddr(c.in)
		if err != nil || a != (address{c.host, c.port, c.remote}) {
			t.Errorf("%q: got %+v, %v", c.in, a, err)
		}
	}
	for _, in := range []string{"6060", "localhost", "127.0.0.1", "::1", "localhost:http", ":65536", ":-1", "a:b:c"} {
		if a, err := parseAddr(in); err == nil || !strings.Contains(err.Error(), in) {
			t.Errorf("%q: got %+v, %v; want an error that names it", in, a, err)
		}
	}
}

func TestListenRules(t *testing.T) {
	var said strings.Builder
	if _, err := New(Options{Addr: "0.0.0.0:0", Stderr: &said}); err == nil || !strings.Contains(err.Error(), "--allow-remote") {
		t.Errorf("an open address without the flag: got %v", err)
	}
	s, err := New(Options{Addr: "0.0.0.0:0", AllowRemote: true, Stderr: &said})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !strings.Contains(said.String(), "warning") || !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("said %q, URL %q", said.String(), s.URL())
	}
	s, err = New(Options{Addr: ":0", Stderr: &said})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if ip := s.lis.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		t.Errorf("%q listens on %v", ":0", ip)
	}
	if _, err := New(Options{Addr: s.Addr()}); err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("a port in use: got %v", err)
	}
}

func TestServeStops(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	if resp := rawRequest(t, s.Addr(), "GET / HTTP/1.1", "Host: "+s.Addr()); resp.StatusCode != 403 {
		t.Errorf("got %d, want 403", resp.StatusCode)
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not stop")
	}
	if c, err := net.Dial("tcp", s.Addr()); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}
