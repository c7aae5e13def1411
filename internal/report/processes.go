package report

import "github.com/trace-viz/trace-viz/internal/index"

// processes tells how many processes were traced, if it is not the program alone, and what went over their pipes.
func (p *printer) processes(r Report) {
	if r.Counts.Processes < 2 {
		return
	}
	pipes, messages := 0, 0
	gs := r.index.Goroutines()
	for _, o := range r.index.Objects() {
		if o.Kind != index.KindPipe {
			continue
		}
		before := messages
		r.index.Messages(o.ID, func(f index.Flow) {
			if gs[f.From].Process != gs[f.To].Process {
				messages++
			}
		})
		if messages > before {
			pipes++
		}
	}
	p.line("  %s on one clock, %s from one to another over %s", count(r.Counts.Processes, "process"), count(messages, "message"), count(pipes, "pipe"))
}
