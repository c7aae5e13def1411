package main

import (
	"slices"
	"time"
)

// percentile is the smallest value that p of 100 values do not exceed.
func percentile(values []float64, p int) float64 {
	s := slices.Sorted(slices.Values(values))
	return s[max(0, min(len(s)-1, (len(s)*p+99)/100-1))]
}

// seconds prints nanoseconds as people read them.
func seconds(ns float64) string {
	d := time.Duration(ns)
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(10 * time.Nanosecond).String()
}
