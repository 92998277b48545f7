package delivery

// Flushed returns what tells of a flush with a number of results.
func Flushed(c Changes, n int) (tell func()) {
	w, results := &Worker{cfg: Config{Changes: c}}, make([]result, n)
	for i := range results {
		results[i].task = &task{}
	}
	return func() { w.tellResults(results) }
}
