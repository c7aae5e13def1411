package ui_test

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/ui"
)

// themes returns the colour variables of app.css by theme; the two themes of high contrast rest on the ones below them.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := fs.ReadFile(ui.FS, "static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)data-theme="([a-z-]+)"\] \{(.*?)\n\}`)
	variable := regexp.MustCompile(`(--[a-z0-9-]+): (#[0-9A-Fa-f]{6});`)
	all := map[string]map[string]string{}
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		vars := map[string]string{}
		if m[1] != "light" {
			for k, v := range all["light"] {
				vars[k] = v
			}
		}
		for _, v := range variable.FindAllStringSubmatch(m[2], -1) {
			vars[v[1]] = v[2]
		}
		all[m[1]] = vars
	}
	if len(all) != 4 || len(all["light"]) < 50 {
		t.Fatalf("found %d themes, %d variables of the light one", len(all), len(all["light"]))
	}
	return all
}

// TestContrast holds texts to WCAG AA (4.5 to 1) on every ground that they lie on, and marks to 3 to 1.
func TestContrast(t *testing.T) {
	pairs := []struct {
		texts, grounds string
		min            float64
	}{
		{"--text --muted --link --error", "--page --panel --raised --group", 4.5},
		{"--text", "--hover --row-selected --row-hover", 4.5},
		{"--error", "--error-bg", 4.5}, {"--warning", "--warning-bg --page --panel", 4.5}, {"--good", "--good-bg --page", 4.5},
		{"--finding-ink", "--finding-bg", 4.5}, {"--on-accent", "--accent", 4.5},
		{"--ink-running", "--s-running", 4.5}, {"--ink-runnable", "--s-runnable", 4.5}, {"--ink-channel", "--s-channel", 4.5},
		{"--ink-lock", "--s-lock", 4.5}, {"--ink-io", "--s-io", 4.5}, {"--ink-sleep", "--s-sleep", 4.5}, {"--ink-gc", "--s-gc", 4.5},
		{"--on-id", "--id-0 --id-1 --id-2 --id-3 --id-4 --id-5 --id-6 --id-7", 4.5},
		{"--code-keyword --code-string --code-comment --code-number", "--panel", 4.5},
		{"--focus --finding --playhead --brush", "--page --panel", 3},
	}
	for theme, vars := range themes(t) {
		for _, p := range pairs {
			for _, text := range strings.Fields(p.texts) {
				for _, ground := range strings.Fields(p.grounds) {
					a, b := vars[text], vars[ground]
					if a == "" || b == "" {
						t.Fatalf("%s: %s %q on %s %q: no such variable", theme, text, a, ground, b)
					}
					if got := contrast(t, a, b); got < p.min {
						t.Errorf("%s: %s %s on %s %s: contrast %.2f, want %.1f", theme, text, a, ground, b, got, p.min)
					}
				}
			}
		}
	}
}

// contrast is WCAG's ratio of two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(t *testing.T, color string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}
