package server

import (
	"math"
	"strconv"
	"strings"
)

// notNil makes an empty list of no list: JSON lists are never null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// maxText bounds a text that the page shows as a whole, in bytes: a recording may have been made to hold megabytes of it.
const maxText = 2000

// brief cuts a text that nobody could read as a whole.
func brief(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}

// briefAll is brief for each of a list.
func briefAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = brief(s)
	}
	return out
}

// key is the key of a row of the timeline.
func key(kind string, n int) string { return kind + strconv.Itoa(n) }

// round keeps some decimals, so that numbers that the eye can't tell apart do not take 17 digits each in JSON.
func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}
