package main

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/gosimple/slug"
	"sigs.k8s.io/yaml"
)

// shared is Sprig without what would tell of this machine, plus what Argo CD adds (applicationset/GoTemplate.md).
var shared = functions()

func functions() template.FuncMap {
	all := template.FuncMap(sprig.GenericFuncMap())
	for _, hidden := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, hidden)
	}
	all["normalize"] = normalize
	all["slugify"] = slugify
	all["toYaml"] = toYaml
	all["fromYaml"] = fromYaml
	all["fromYamlArray"] = fromYamlArray
	return all
}

// parse throws on unknown options as a value, where text/template panics.
func parse(text string, options []string) (parsed *template.Template, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			parsed, err = nil, fmt.Errorf("%v", problem)
		}
	}()
	parsed = template.New("").Funcs(shared).Option(options...)
	parsed.Funcs(template.FuncMap{"tpl": nested(parsed)})
	return parsed.Parse(text)
}

// nested renders a text that came out of the parameters, with the functions and options of its caller.
func nested(caller *template.Template) func(string, any) (string, error) {
	return func(text string, params any) (string, error) {
		copied, err := caller.Clone()
		if err != nil {
			return "", fmt.Errorf("cannot clone template: %w", err)
		}
		inner, err := copied.New(caller.Name()).Parse(text)
		if err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", text, err)
		}
		var out strings.Builder
		if err := inner.Execute(&out, params); err != nil {
			return "", fmt.Errorf("cannot execute template %q: %w", text, err)
		}
		return strings.ReplaceAll(out.String(), "<no value>", ""), nil
	}
}

var notInNames = regexp.MustCompile("[^-a-z0-9.]")

// normalize makes a DNS name: lower case, other characters as '-', at most 253 bytes, no '-' or '.' at the ends.
func normalize(name string) string {
	name = notInNames.ReplaceAllString(strings.ToLower(name), "-")
	if len(name) > 253 {
		name = name[:253]
	}
	return strings.Trim(name, "-.")
}

// slugify takes the text last; before it, if given, the longest length (50) and whether to cut between words (true).
func slugify(args ...any) string {
	length, smart, name := 50, true, ""
	for index, arg := range args {
		switch {
		case index == len(args)-1:
			name = arg.(string)
		case index == 0:
			length = arg.(int)
		case index == 1:
			smart = arg.(bool)
		}
	}
	slug.EnableSmartTruncate, slug.MaxLength, slug.CustomSub = smart, length, nil
	return slug.Make(normalize(name))
}

// branchSlug is what the pull request generator makes of a branch; it leaves room for a suffix in a DNS label.
func branchSlug(branch string) string {
	slug.EnableSmartTruncate, slug.MaxLength, slug.CustomSub = true, 50, map[string]string{"_": "-"}
	return slug.Make(branch)
}

func toYaml(value any) (string, error) {
	text, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(text), "\n"), err
}

func fromYaml(text string) (map[string]any, error) {
	value := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return nil, err
	}
	return value, nil
}

func fromYamlArray(text string) ([]any, error) {
	value := []any{}
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return nil, err
	}
	return value, nil
}
