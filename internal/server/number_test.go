package server

import "testing"

func TestNumberObjects(t *testing.T) {
	list := []modelObj{{Name: "mu"}, {Name: "jobs"}, {Name: ""}, {Name: "mu"}, {Name: ""}}
	numberObjects(list)
	for i, want := range []string{"mu #1", "jobs", "", "mu #2", ""} {
		if list[i].Name != want {
			t.Errorf("object %d: got %q, wanted %q", i, list[i].Name, want)
		}
	}
}
