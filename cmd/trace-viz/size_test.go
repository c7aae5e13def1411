package main

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1500000": 1500000, "200MB": 200e6, "1GiB": 1 << 30, "1.5kb": 1500, "2 MiB": 2 << 20, "7B": 7,
	} {
		var s sizeValue
		if err := s.Set(text); err != nil || int64(s) != want {
			t.Errorf("%q: got %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1XB", "NaN", "Inf", "1e30", "9999999TB", "1MB2", "0x10"} {
		var s sizeValue
		if err := s.Set(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, s)
		}
	}
}
