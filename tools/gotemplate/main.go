// Renders Go templates for ApplicationSets inside WebAssembly: real text/template, real Sprig, and the functions Argo CD adds.
//
// The host (src/runtime/go-program/worker.ts) puts one JSON request into memory and calls `render`; the answer is one JSON document.
// Nothing of the host is reachable: no files, no environment, no network. Built by build.sh; the result is kept in Git, see the ADR.
package main

import (
	"bytes"
	"encoding/json"
	"text/template"
	"unsafe"
)

func main() {}

// request is a batch: every text is rendered with every set of parameters.
type request struct {
	Options []string `json:"options"`
	Texts   []string `json:"texts"`
	Params  []any    `json:"params"`
	// Slugs are branch names to be made slugs of; not a template function, for Argo CD has none.
	Slugs []string `json:"slugs"`
}

// answer holds one row per set of parameters. A text that failed is in Failures, and empty in its row.
type answer struct {
	Rows     [][]string `json:"rows"`
	Failures []failure  `json:"failures"`
	Slugs    []string   `json:"slugs"`
}

// failure has Row -1 when the text cannot be parsed (or an option is unknown), whatever the parameters.
type failure struct {
	Row     int    `json:"row"`
	Text    int    `json:"text"`
	Message string `json:"message"`
}

var pinned = map[uint32][]byte{}

// allocate hands out memory for a request; render takes it back.
//
//go:wasmexport allocate
func allocate(size uint32) uint32 {
	buffer := make([]byte, size+1)
	address := uint32(uintptr(unsafe.Pointer(&buffer[0])))
	pinned[address] = buffer
	return address
}

var result []byte

// render answers as address<<32 | length; the bytes are valid until the next call.
//
//go:wasmexport render
func render(address uint32, size uint32) uint64 {
	input := pinned[address][:size]
	delete(pinned, address)
	result = answerTo(input)
	return uint64(uintptr(unsafe.Pointer(&result[0])))<<32 | uint64(len(result))
}

func answerTo(input []byte) []byte {
	var asked request
	if err := json.Unmarshal(input, &asked); err != nil {
		return encode(answer{Failures: []failure{{Row: -1, Text: -1, Message: err.Error()}}})
	}
	given := answer{Rows: make([][]string, len(asked.Params)), Failures: []failure{}, Slugs: []string{}}
	for _, branch := range asked.Slugs {
		given.Slugs = append(given.Slugs, branchSlug(branch))
	}
	parsed := make([]*template.Template, len(asked.Texts))
	for index, text := range asked.Texts {
		one, err := parse(text, asked.Options)
		if err != nil {
			given.Failures = append(given.Failures, failure{Row: -1, Text: index, Message: err.Error()})
			continue
		}
		parsed[index] = one
	}
	var buffer bytes.Buffer
	for row, params := range asked.Params {
		data := typed(params)
		given.Rows[row] = make([]string, len(parsed))
		for index, one := range parsed {
			if one == nil {
				continue
			}
			buffer.Reset()
			if err := one.Execute(&buffer, data); err != nil {
				given.Failures = append(given.Failures, failure{Row: row, Text: index, Message: err.Error()})
				continue
			}
			given.Rows[row][index] = buffer.String()
		}
	}
	return encode(given)
}

func encode(given answer) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(given); err != nil {
		return []byte(`{"rows":[],"failures":[{"row":-1,"text":-1,"message":"the answer cannot be encoded"}]}`)
	}
	return buffer.Bytes()
}

// strings is the key of an object that stands for a map[string]string or a []string: Go's rules for missing keys, and what Sprig's
// functions accept, depend on the type.
const stringsKey = "\x00strings"

func typed(value any) any {
	switch one := value.(type) {
	case map[string]any:
		if inner, ok := one[stringsKey]; ok && len(one) == 1 {
			return typedStrings(inner)
		}
		for key, inner := range one {
			one[key] = typed(inner)
		}
		return one
	case []any:
		for index, inner := range one {
			one[index] = typed(inner)
		}
		return one
	}
	return value
}

func typedStrings(value any) any {
	switch one := value.(type) {
	case map[string]any:
		texts := make(map[string]string, len(one))
		for key, inner := range one {
			texts[key], _ = inner.(string)
		}
		return texts
	case []any:
		texts := make([]string, len(one))
		for index, inner := range one {
			texts[index], _ = inner.(string)
		}
		return texts
	}
	return value
}
