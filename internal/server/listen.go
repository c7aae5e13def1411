package server

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// DefaultAddr is the address of a server when none is given: loopback, any free port.
const DefaultAddr = "127.0.0.1:0"

// An address is a listening address after the rules: what to listen on, and whether others on the network can reach it.
type address struct {
	host   string // an IP address, or a name that the user gave
	port   string
	remote bool
}

// parseAddr reads HOST:PORT. No host means loopback, not every interface as elsewhere in Go.
func parseAddr(s string) (address, error) {
	if s == "" {
		s = DefaultAddr
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return address{}, fmt.Errorf("address %q: want HOST:PORT, such as 127.0.0.1:6060 or :6060", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return address{}, fmt.Errorf("address %q: port %q is not a number from 0 to 65535 (0: any free port)", s, port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" || host == "localhost" {
		return address{host: "127.0.0.1", port: port}, nil
	}
	ip := net.ParseIP(host)
	return address{host: host, port: port, remote: ip == nil || !ip.IsLoopback()}, nil
}

// listen opens the listener. It refuses an address that is not loopback unless that was asked for in so many words.
func listen(a address, allowRemote bool) (net.Listener, error) {
	full := net.JoinHostPort(a.host, a.port)
	if a.remote && !allowRemote {
		return nil, fmt.Errorf("listen on %s: others on the network could reach it: use 127.0.0.1:%s with SSH forwarding, or add --allow-remote", full, a.port)
	}
	l, err := net.Listen("tcp", full)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen on %s: the port is in use: end the program that uses it, or take another port (--addr %s picks a free one)",
			full, net.JoinHostPort(a.host, "0"))
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listen on %s: not allowed: take a port above 1023 (--addr %s picks a free one)", full, net.JoinHostPort(a.host, "0"))
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", full, err)
	}
	return l, nil
}
