// Prints a Namespace for each line of teams.txt, labelled with the Kubernetes version it was made for.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type namespace struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
}

type metadata struct {
	Name        string            `json:"name"`
	Annotations map[string]string `json:"annotations"`
}

func main() {
	file, err := os.Open("teams.txt")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		team := strings.TrimSpace(lines.Text())
		if team == "" {
			continue
		}
		made := map[string]string{"made-for": os.Getenv("KUBE_VERSION")}
		text, _ := json.Marshal(namespace{"v1", "Namespace", metadata{team, made}})
		fmt.Printf("---\n%s\n", text)
	}
}
