package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// sizeUnits are what may stand behind a number of bytes.
var sizeUnits = map[string]float64{
	"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// sizeValue is a flag for a number of bytes: 200MB, 1GiB, 1500000.
type sizeValue int64

var _ pflag.Value = (*sizeValue)(nil)

func (s *sizeValue) String() string { return strconv.FormatInt(int64(*s), 10) }
func (s *sizeValue) Type() string   { return "size" }

// Set refuses what is no number, negative, or more than an int64 holds.
func (s *sizeValue) Set(text string) error {
	text = strings.TrimSpace(text)
	end := strings.LastIndexAny(text, "0123456789.") + 1
	n, err := strconv.ParseFloat(text[:end], 64)
	unit, known := sizeUnits[strings.ToLower(strings.TrimSpace(text[end:]))]
	if err != nil || !known || !(n >= 0) || n*unit >= math.MaxInt64 {
		return fmt.Errorf("got %q, want a size such as 200MB, 1GiB or a number of bytes", text)
	}
	*s = sizeValue(n * unit)
	return nil
}
