package rewrite

import "testing"

func TestLosesFramePointer(t *testing.T) {
	for text, want := range map[string]bool{
		"TEXT ·f(SB), NOSPLIT, $0-34\n\tXORL BP, BP\nloop:\n\tCMPQ (AX)(BP*8), DX\n\tRET\n":   true,
		"TEXT ·f(SB), NOSPLIT, $0\n\tMOVQ $1, BP // counter\r\n\tRET\n":                       true,
		"TEXT ·f(SB), NOSPLIT, $0\n\tNOP; INCQ BP\n":                                          true,
		"TEXT ·f(SB), NOSPLIT, $0\n#define next \\\n\tADDQ $8, BP; \\\n\tNOP\n":               true,
		"TEXT ·f(SB), NOSPLIT, $8-34\n\tXORL BP, BP\n\tRET\n":                                 false,
		"TEXT ·f(SB), NOSPLIT, $0\n\tPUSHQ BP\n\tXORL BP, BP\n\tPOPQ BP\n\tRET\n":             false,
		"TEXT ·f(SB), NOSPLIT, $0\n\tMOVQ BP, X0\n\tXORL BP, BP\n\tRET\n":                     false,
		"TEXT ·f(SB), NOSPLIT, $0\n\tCMPQ AX, BP\n\t// MOVQ AX, BP\n\tMOVQ (BP), AX\n\tRET\n": false,
		"": false,
	} {
		if got := losesFramePointer([]byte(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
