package server

import (
	"math"
	"strconv"
)

// notNil makes an empty list of no list: JSON lists are never null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// key is the key of a row of the timeline.
func key(kind string, n int) string { return kind + strconv.Itoa(n) }

// round keeps some decimals, so that numbers that the eye can't tell apart do not take 17 digits each in JSON.
func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}
