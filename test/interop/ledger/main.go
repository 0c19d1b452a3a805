// The log's formats as golang.org/x/mod/sumdb has them: reads what Sotto wrote, and writes what Sotto reads. One JSON
// request on standard input, one JSON answer on standard output.
package main

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Folder  string   `json:"folder"`
	Key     string   `json:"key"`
	Seed    []byte   `json:"seed"`
	Name    string   `json:"name"`
	Entries [][]byte `json:"entries"`
	Old     int64    `json:"old"`
	Index   int64    `json:"index"`
	Repeat  int      `json:"repeat"`
}

type answer struct {
	Error       string   `json:"error,omitempty"`
	Size        int64    `json:"size,omitempty"`
	Note        string   `json:"note,omitempty"`
	Key         string   `json:"key,omitempty"`
	Inclusion   [][]byte `json:"inclusion,omitempty"`
	Consistency [][]byte `json:"consistency,omitempty"`
	OldRoot     []byte   `json:"oldRoot,omitempty"`
	Seconds     float64  `json:"seconds,omitempty"`
}

// folder reads C2SP tiles: those of package tlog with a height of 8, under paths without the height.
type folder struct{ root string }

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(f.root, path))
		if err != nil {
			return nil, err
		}
		out = append(out, bytes)
	}
	return out, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func read(r request) (answer, error) {
	signed, err := os.ReadFile(filepath.Join(r.Folder, "checkpoint"))
	if err != nil {
		return answer{}, err
	}
	verifier, err := note.NewVerifier(r.Key)
	if err != nil {
		return answer{}, err
	}
	started := time.Now()
	for i := 0; i < max(1, r.Repeat); i++ {
		if _, err = note.Open(signed, note.VerifierList(verifier)); err != nil {
			return answer{}, err
		}
	}
	opened, _ := note.Open(signed, note.VerifierList(verifier))
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return answer{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return answer{}, err
	}
	tree := tlog.Tree{N: size, Hash: root}
	// Every tile that is read is verified against the tree's root.
	reader := tlog.TileHashReader(tree, folder{r.Folder})
	for i, entry := range r.Entries {
		proof, err := tlog.ProveRecord(size, int64(i), reader)
		if err != nil {
			return answer{}, err
		}
		for j := 0; j < max(1, r.Repeat); j++ {
			if err := tlog.CheckRecord(proof, size, root, int64(i), tlog.RecordHash(entry)); err != nil {
				return answer{}, err
			}
		}
	}
	return answer{Size: size, Seconds: time.Since(started).Seconds()}, nil
}

func write(r request) (answer, error) {
	key := ed25519.NewKeyFromSeed(r.Seed)
	public := append([]byte{1}, key.Public().(ed25519.PublicKey)...)
	verifierKey, err := note.NewEd25519VerifierKey(r.Name, public[1:])
	if err != nil {
		return answer{}, err
	}
	id := strings.Split(verifierKey, "+")[1]
	signer, err := note.NewSigner("PRIVATE+KEY+" + r.Name + "+" + id + "+" + base64(append([]byte{1}, r.Seed...)))
	if err != nil {
		return answer{}, err
	}
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, index := range indexes {
			out = append(out, hashes[index])
		}
		return out, nil
	})
	var oldRoot tlog.Hash
	for i, entry := range r.Entries {
		stored, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return answer{}, err
		}
		hashes = append(hashes, stored...)
		if int64(i+1) == r.Old {
			oldRoot, _ = tlog.TreeHash(r.Old, reader)
		}
	}
	size := int64(len(r.Entries))
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return answer{}, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", r.Name, size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return answer{}, err
	}
	inclusion, err := tlog.ProveRecord(size, r.Index, reader)
	if err != nil {
		return answer{}, err
	}
	consistency, err := tlog.ProveTree(size, r.Old, reader)
	if err != nil {
		return answer{}, err
	}
	out := answer{Note: string(signed), Key: verifierKey, OldRoot: oldRoot[:]}
	for _, hash := range inclusion {
		out.Inclusion = append(out.Inclusion, append([]byte{}, hash[:]...))
	}
	for _, hash := range consistency {
		out.Consistency = append(out.Consistency, append([]byte{}, hash[:]...))
	}
	return out, nil
}

func base64(bytes []byte) string {
	text, _ := json.Marshal(bytes)
	return strings.Trim(string(text), `"`)
}

func main() {
	var r request
	if err := json.NewDecoder(os.Stdin).Decode(&r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	work := write
	if r.Folder != "" {
		work = read
	}
	a, err := work(r)
	if err != nil {
		a = answer{Error: err.Error()}
	}
	_ = json.NewEncoder(os.Stdout).Encode(a)
}
