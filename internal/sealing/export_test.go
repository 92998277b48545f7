package sealing

// Create makes a key file where the file system has no links.
func Create(path string, list ...Key) error { return create(path, list) }

// Cut takes a sealed text apart.
func Cut(text string) (id, encoded string, sealed bool) { return cut(text) }
