// Package e2e tests the whole way, from a Go program to the picture of it: the real command records a real run and serves
// it, and a real browser opens the page, replays it and looks at what is drawn. What is drawn is read from the page's
// draw-call log, never from pixels.
package e2e
