package archtest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The map of the repository stands between these lines of README.md, in a code
// block: each line begins with a path, folders end with a slash, and the rest of
// the line is text.
const (
	mapBegin = "<!-- map:begin -->"
	mapEnd   = "<!-- map:end -->"
)

// Map compares README.md's map with the tree. Every folder of the root and of
// internal/ has to be on it, but for hidden ones and those that .gitignore
// names; whatever else is on it has to exist.
func Map(root fs.FS) ([]string, error) {
	onMap, err := readMap(root)
	if err != nil {
		return nil, err
	}
	folders, err := mappedFolders(root)
	if err != nil {
		return nil, err
	}
	var offences []string
	for _, folder := range folders {
		if !slices.ContainsFunc(onMap, func(name string) bool { return strings.HasPrefix(name, folder) }) {
			offences = append(offences, fmt.Sprintf("README.md: the map lacks %s", folder))
		}
	}
	for _, name := range onMap {
		info, err := fs.Stat(root, path.Clean(name))
		if err != nil || info.IsDir() != strings.HasSuffix(name, "/") {
			offences = append(offences, fmt.Sprintf("README.md: the map shows %s, which does not exist", name))
		}
	}
	return offences, nil
}

// readMap returns the paths on the map.
func readMap(root fs.FS) ([]string, error) {
	text, err := fs.ReadFile(root, "README.md")
	if err != nil {
		return nil, fmt.Errorf("reading the map: %w", err)
	}
	_, after, begun := strings.Cut(string(text), mapBegin)
	block, _, ended := strings.Cut(after, mapEnd)
	if !begun || !ended {
		return nil, errors.New("README.md: no map between " + mapBegin + " and " + mapEnd)
	}
	var names []string
	for line := range strings.Lines(block) {
		if fields := strings.Fields(line); len(fields) > 0 && !strings.HasPrefix(line, "```") {
			names = append(names, fields[0])
		}
	}
	return names, nil
}

// mappedFolders returns the folders that a map needs to show, with a slash.
func mappedFolders(root fs.FS) ([]string, error) {
	ignore, err := fs.ReadFile(root, ".gitignore")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading what is ignored: %w", err)
	}
	ignored := strings.Fields(string(ignore))
	var folders []string
	for _, parent := range []string{".", "internal"} {
		entries, err := fs.ReadDir(root, parent)
		if err != nil {
			return nil, fmt.Errorf("listing folders: %w", err)
		}
		for _, entry := range entries {
			name := path.Join(parent, entry.Name()) + "/"
			hidden := strings.HasPrefix(entry.Name(), ".") || slices.Contains(ignored, "/"+name) || slices.Contains(ignored, name)
			if entry.IsDir() && !hidden {
				folders = append(folders, name)
			}
		}
	}
	return folders, nil
}
