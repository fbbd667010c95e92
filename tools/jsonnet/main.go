// Evaluates one Jsonnet file inside WebAssembly with go-jsonnet, the implementation that Argo CD runs.
//
// The host (src/pipeline/render/jsonnet.ts) hands over the files it has read so far. Imports of files that were not handed over come back as
// `Wanted`, all at once, and the host asks again with them; so nothing of the host is reachable from here. Built by build.sh, see the ADR.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"path"
	"strings"
	"unsafe"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"
	"github.com/google/go-jsonnet/toolutils"
)

func main() {}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Code  bool   `json:"code"`
}

// request: Files by path below the root of the repository; nil says that there is no such file.
type request struct {
	Main    string             `json:"main"`
	Libs    []string           `json:"libs"`
	Files   map[string]*string `json:"files"`
	ExtVars []variable         `json:"extVars"`
	Tlas    []variable         `json:"tlas"`
}

type answer struct {
	JSON   string   `json:"json,omitempty"`
	Wanted []string `json:"wanted,omitempty"`
	Error  string   `json:"error,omitempty"`
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
	result = encode(answerTo(input))
	return uint64(uintptr(unsafe.Pointer(&result[0])))<<32 | uint64(len(result))
}

func encode(given answer) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(given); err != nil {
		return []byte(`{"error":"the answer cannot be encoded"}`)
	}
	return buffer.Bytes()
}

func answerTo(input []byte) answer {
	var asked request
	if err := json.Unmarshal(input, &asked); err != nil {
		return answer{Error: err.Error()}
	}
	files := &files{request: &asked, contents: map[string]jsonnet.Contents{}}
	if wanted := files.missing(); len(wanted) > 0 {
		return answer{Wanted: wanted}
	}
	vm := jsonnet.MakeVM()
	vm.Importer(files)
	for _, one := range asked.ExtVars {
		if one.Code {
			vm.ExtCode(one.Name, one.Value)
		} else {
			vm.ExtVar(one.Name, one.Value)
		}
	}
	for _, one := range asked.Tlas {
		if one.Code {
			vm.TLACode(one.Name, one.Value)
		} else {
			vm.TLAVar(one.Name, one.Value)
		}
	}
	text, err := vm.EvaluateFile(asked.Main)
	// An import in the code of a variable is seen only now.
	if len(files.wanted) > 0 {
		return answer{Wanted: files.wanted}
	}
	if err != nil {
		return answer{Error: strings.TrimSpace(err.Error())}
	}
	return answer{JSON: text}
}

// files is the importer: beside the importing file first, then the libraries, the last of them first, as Jsonnet's own command line does.
type files struct {
	request  *request
	contents map[string]jsonnet.Contents
	wanted   []string
}

func (f *files) candidates(from string, name string) []string {
	all := []string{path.Join(path.Dir(from), name)}
	for index := len(f.request.Libs) - 1; index >= 0; index-- {
		all = append(all, path.Join(f.request.Libs[index], name))
	}
	return all
}

// find gives the path of an import, or the candidate that nobody looked at yet, or neither.
func (f *files) find(from string, name string) (found string, unknown string) {
	if path.IsAbs(name) {
		return "", ""
	}
	for _, candidate := range f.candidates(from, name) {
		if candidate == ".." || strings.HasPrefix(candidate, "../") {
			continue
		}
		content, seen := f.request.Files[candidate]
		if !seen {
			return "", candidate
		}
		if content != nil {
			return candidate, ""
		}
	}
	return "", ""
}

func (f *files) Import(from string, name string) (jsonnet.Contents, string, error) {
	found := name
	if from != "" || name != f.request.Main {
		at, unknown := f.find(from, name)
		if unknown != "" {
			f.wanted = append(f.wanted, unknown)
			return jsonnet.Contents{}, "", errors.New("not read yet")
		}
		if at == "" {
			return jsonnet.Contents{}, "", errors.New("no such file in the repository: " + name)
		}
		found = at
	}
	contents, known := f.contents[found]
	if !known {
		text := f.request.Files[found]
		if text == nil {
			return jsonnet.Contents{}, "", errors.New("no such file in the repository: " + name)
		}
		contents = jsonnet.MakeContents(*text)
		f.contents[found] = contents
	}
	return contents, found, nil
}

// missing follows the imports that the texts write down, and lists what has not been looked at.
func (f *files) missing() []string {
	seen := map[string]bool{}
	wanted := map[string]bool{}
	var list []string
	var visit func(file string, parse bool)
	visit = func(file string, parse bool) {
		if seen[file] {
			return
		}
		seen[file] = true
		text := f.request.Files[file]
		if text == nil || !parse {
			return
		}
		node, err := jsonnet.SnippetToAST(file, *text)
		if err != nil {
			return
		}
		walk(node, func(name string, code bool) {
			found, unknown := f.find(file, name)
			if unknown != "" && !wanted[unknown] {
				wanted[unknown] = true
				list = append(list, unknown)
			}
			if found != "" {
				visit(found, code)
			}
		})
	}
	visit(f.request.Main, true)
	return list
}

func walk(node ast.Node, note func(name string, code bool)) {
	switch one := node.(type) {
	case *ast.Import:
		note(one.File.Value, true)
	case *ast.ImportStr:
		note(one.File.Value, false)
	case *ast.ImportBin:
		note(one.File.Value, false)
	}
	for _, child := range toolutils.Children(node) {
		walk(child, note)
	}
}
