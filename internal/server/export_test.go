package server

import (
	"net"
	"net/http"
)

// OnlyThisMachine says whether nobody else reaches the address.
var OnlyThisMachine = onlyThisMachine

// Arrivals tells of each request when its first byte is read, from when on a stop
// waits for it. It must be called before Run.
func (s *Server) Arrivals() <-chan struct{} {
	arrivals := make(chan struct{}, 1000)
	s.http.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateActive {
			arrivals <- struct{}{}
		}
	}
	return arrivals
}
