import { describe, expect, test } from 'vitest'
import { readApplicationSet } from '../../api/applicationset.ts'
import type { RenderMemory } from './generate.ts'
import { generate, names, type World } from './testing/world.ts'

const fleet = 'https://git.example.com/fleet.git'
const clusters = `
apiVersion: v1
kind: Secret
metadata: {name: c1, labels: {argocd.argoproj.io/secret-type: cluster, env: prod}, annotations: {region: eu}}
stringData: {name: Prod_EU, server: https://eu.example.com, project: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: c2, labels: {argocd.argoproj.io/secret-type: cluster, env: dev}}
data: {name: ZGV2, server: aHR0cHM6Ly9kZXYuZXhhbXBsZS5jb20=}
---
apiVersion: v1
kind: Secret
metadata: {name: other, labels: {env: prod}}
stringData: {name: other, server: https://other.example.com}
`

interface Case {
  readonly reason: string
  readonly spec: string
  readonly world?: World
  readonly want: readonly string[]
}

/** The names say it all: each template puts what matters into them. */
const cases: readonly Case[] = [
  {
    reason: 'list: elements are texts, `values` is flattened',
    spec: `
generators: [{list: {elements: [{name: a, values: {env: prod}}, {name: b, values: {env: dev}}]}}]
template: {metadata: {name: '{{name}}-{{ values.env }}'}, spec: {}}`,
    want: ['a-prod', 'b-dev'],
  },
  {
    reason: 'without goTemplate, an unknown parameter stays as it is written',
    spec: `
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '{{name}}-{{ nope }}-{{}}'}, spec: {}}`,
    want: ['a-{{ nope }}-{{}}'],
  },
  {
    reason: 'elementsYaml comes after the elements',
    spec: `
goTemplate: true
generators: [{list: {elements: [{name: z}], elementsYaml: "- name: v\\n- name: u"}}]`,
    want: ['u', 'v', 'z'],
  },
  {
    reason: 'goTemplate keeps numbers as Go floats, printed as Go prints them',
    spec: `
goTemplate: true
generators: [{list: {elements: [{size: 3}, {size: 12345678}, {size: 1.5}]}}]
template: {metadata: {name: 'n{{ .size }}-{{ .size | int }}'}, spec: {}}`,
    want: ['n1.2345678e+07-12345678', 'n1.5-1', 'n3-3'],
  },
  {
    reason: "Sprig's and Argo CD's functions are there",
    spec: `
goTemplate: true
generators: [{list: {elements: [{b: feat/A_b, l: [1, 2], yml: "k: v"}]}}]
template: {metadata: {name: '{{ normalize .b }}.{{ slugify 23 true .b }}.{{ .l | join "-" }}.{{ (fromYaml .yml).k | upper }}.{{ toYaml .l | sha1sum | trunc 4 }}'}, spec: {}}`,
    want: ['feat-a-b.feat-a-b.1-2.V.e5ae'],
  },
  {
    reason: 'missingkey is default without options',
    spec: `
goTemplate: true
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '{{ .name }}-{{ .nope }}'}, spec: {}}`,
    want: ['a-<no value>'],
  },
  {
    reason: 'clusters: every cluster Secret, and the local cluster',
    spec: `
generators: [{clusters: {}}]
template: {metadata: {name: '{{nameNormalized}}-{{name}}-{{project}}'}, spec: {}}`,
    world: { objects: clusters },
    want: ['dev-dev-', 'in-cluster-in-cluster-', 'prod-eu-Prod_EU-shop'],
  },
  {
    reason: 'clusters: a selector leaves the local cluster out; labels, annotations and values are parameters',
    spec: `
generators: [{clusters: {selector: {matchLabels: {env: prod}}, values: {where: 'in-{{metadata.annotations.region}}'}}}]
template: {metadata: {name: '{{metadata.labels.env}}-{{values.where}}-{{server}}'}, spec: {}}`,
    world: { objects: clusters },
    want: ['prod-in-eu-https://eu.example.com'],
  },
  {
    reason: 'clusters: flatList gives one element with all of them',
    spec: `
goTemplate: true
generators: [{clusters: {flatList: true, selector: {matchExpressions: [{key: env, operator: Exists}]}}}]
template: {metadata: {name: '{{ range $i, $c := .clusters }}{{ if $i }}+{{ end }}{{ $c.nameNormalized }}{{ end }}'}, spec: {}}`,
    world: { objects: clusters },
    want: ['prod-eu+dev'],
  },
  {
    reason: 'clusters: labels are a map of texts in Go, so a missing one is empty with missingkey=zero',
    spec: `
goTemplate: true
goTemplateOptions: [missingkey=zero]
generators: [{clusters: {selector: {matchLabels: {env: dev}}}}]
template: {metadata: {name: '{{ .name }}-{{ .metadata.labels.nope }}-{{ index .metadata.labels "env" }}'}, spec: {}}`,
    world: { objects: clusters },
    want: ['dev--dev'],
  },
  {
    reason: 'git directories: one level per star, hidden ones and excluded ones out',
    spec: `
generators: [{git: {repoURL: ${fleet}, revision: HEAD, directories: [{path: 'apps/*'}, {path: 'apps/old*', exclude: true}]}}]
template: {metadata: {name: '{{path.basenameNormalized}}-{{path[0]}}-{{path}}'}, spec: {}}`,
    world: { repositories: { [fleet]: { 'apps/a_b/x.yaml': '', 'apps/a_b/deep/y.yaml': '', 'apps/old1/z': '' } } },
    want: ['a-b-apps-apps/a_b'],
  },
  {
    reason: 'git files: maps and lists of maps, a star crosses folders, pathParamPrefix renames',
    spec: `
generators: [{git: {repoURL: ${fleet}, revision: HEAD, pathParamPrefix: own, files: [{path: 'c*.yaml'}, {path: '**/skip.yaml', exclude: true}]}}]
template: {metadata: {name: '{{own.path.filename}}-{{own.path.basename}}-{{a.b}}-{{l.0}}'}, spec: {}}`,
    world: {
      repositories: {
        [fleet]: {
          'c/one.yaml': 'a: {b: 1}\nl: [x]',
          'c/many.yaml': '[{a: {b: 2000000}}, {a: {b: yes}}]',
          'c/skip.yaml': 'a: 1',
        },
      },
    },
    want: ['many.yaml-c-2e+06-{{l.0}}', 'many.yaml-c-true-{{l.0}}', 'one.yaml-c-1-x'],
  },
  {
    reason: 'git with goTemplate: path is a tree',
    spec: `
goTemplate: true
generators: [{git: {repoURL: ${fleet}, revision: HEAD, files: [{path: 'envs/**/config.json'}], values: {up: '{{ upper .name }}'}}}]
template: {metadata: {name: '{{ index .path.segments 1 }}-{{ .path.filenameNormalized }}-{{ .values.up }}'}, spec: {}}`,
    world: { repositories: { [fleet]: { 'envs/eu/prod/config.json': '{"name": "n"}' } } },
    want: ['eu-config.json-N'],
  },
  {
    reason: 'matrix: the second generator may use what the first found',
    spec: `
goTemplate: true
generators:
  - matrix:
      generators:
        - list: {elements: [{team: a}, {team: b}]}
        - git: {repoURL: ${fleet}, revision: HEAD, directories: [{path: '{{ .team }}/*'}]}
template: {metadata: {name: '{{ .team }}-{{ .path.basename }}'}, spec: {}}`,
    world: { repositories: { [fleet]: { 'a/x/f': '', 'a/y/f': '', 'b/z/f': '' } } },
    want: ['a-x', 'a-y', 'b-z'],
  },
  {
    reason: 'merge: later generators win for elements with equal keys, others are left alone',
    spec: `
generators:
  - merge:
      mergeKeys: [name]
      generators:
        - list: {elements: [{name: a, env: dev}, {name: b, env: dev}]}
        - list: {elements: [{name: b, env: prod}, {name: c, env: prod}]}
template: {metadata: {name: '{{name}}-{{env}}'}, spec: {}}`,
    want: ['a-dev', 'b-prod'],
  },
  {
    reason: 'a matrix in a merge, with selectors on nested generators',
    spec: `
generators:
  - merge:
      mergeKeys: [name, env]
      generators:
        - matrix:
            generators:
              - list: {elements: [{name: a}, {name: b}]}
                selector: {matchLabels: {name: b}}
              - list: {elements: [{env: dev, size: s}, {env: prod, size: s}]}
        - list: {elements: [{name: b, env: prod, size: l}]}
template: {metadata: {name: '{{name}}-{{env}}-{{size}}'}, spec: {}}`,
    want: ['b-dev-s', 'b-prod-l'],
  },
  {
    reason: 'a selector on a generator matches any parameter, addresses too',
    spec: `
generators:
  - clusters: {}
    selector: {matchExpressions: [{key: server, operator: In, values: ['https://dev.example.com']}]}`,
    world: { objects: clusters },
    want: ['dev'],
  },
  {
    reason: "a generator's template is filled up from the set's",
    spec: `
generators:
  - list: {elements: [{name: a}], template: {metadata: {name: '{{name}}-own'}, spec: {}}}
  - list: {elements: [{name: b}]}
template: {metadata: {name: '{{name}}-common'}, spec: {}}`,
    want: ['a-own', 'b-common'],
  },
  {
    reason: 'a cluster decision: the clusters that the status of another object names',
    spec: `
generators: [{clusterDecisionResource: {configMapRef: decision, name: quak, values: {v: '{{name}}'}}}]
template: {metadata: {name: '{{name}}-{{values.v}}-{{why}}'}, spec: {}}`,
    world: {
      objects: `${clusters}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: decision}
data: {apiVersion: mallard.io/v1beta1, kind: ducks, statusListKey: decisions, matchKey: clusterName}
---
apiVersion: mallard.io/v1beta1
kind: Duck
metadata: {name: quak}
status: {decisions: [{clusterName: dev, why: near}, {clusterName: unknown}]}`,
    },
    want: ['dev-dev-near'],
  },
  {
    reason: 'a plugin: parameters from HTTP, its own input among them',
    spec: `
goTemplate: true
generators: [{plugin: {configMapRef: {name: plug}, input: {parameters: {k: v}}, values: {w: '{{ .generator.input.parameters.k }}'}}}]
template: {metadata: {name: '{{ .name }}-{{ .values.w }}'}, spec: {}}`,
    world: {
      objects: `
apiVersion: v1
kind: ConfigMap
metadata: {name: plug}
data: {baseUrl: http://plug.example.com/, token: '$plug-secret:tok'}
---
apiVersion: v1
kind: Secret
metadata: {name: plug-secret}
stringData: {tok: s3cret}`,
      http: ({ url, headers, body }) => ({
        status: 200,
        headers: {},
        body: JSON.stringify({
          output: {
            parameters: [
              {
                name: `${new URL(url).pathname.slice(1)}.${headers['authorization']}.${JSON.parse(body ?? '').input.parameters.k}`,
              },
            ],
          },
        }),
      }),
    },
    want: ['api/v1/getparams.execute.Bearer s3cret.v-v'],
  },
  { reason: 'no element is no application', spec: 'generators: [{list: {elements: []}}]', want: [] },
]

test.each(cases)('$reason', async ({ spec, world, want }) => {
  expect(names(await generate(spec, world))).toEqual(want)
})

describe('an Application', () => {
  test('is rendered text by text, keys too, and gets the finalizer', async () => {
    const [application] = await generate(`
goTemplate: true
generators: [{list: {elements: [{name: a, k: key}]}}]
template:
  metadata: {name: '{{ .name }}', labels: {'x/{{ .k }}': '{{ .k }}'}}
  spec: {project: p, source: {repoURL: r, helm: {valuesObject: {'{{ .k }}': ['{{ .name }}', 1, true, null]}}}}`)
    expect(application).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: 'a',
        namespace: 'argocd',
        labels: { 'x/key': 'key' },
        finalizers: ['resources-finalizer.argocd.argoproj.io'],
      },
      spec: { project: 'p', source: { repoURL: 'r', helm: { valuesObject: { key: ['a', 1, true, null] } } } },
    })
  })

  test('has no finalizer with preserveResourcesOnDeletion', async () => {
    const [application] = await generate(`
generators: [{list: {elements: [{name: a}]}}]
syncPolicy: {preserveResourcesOnDeletion: true}`)
    expect(application?.metadata.finalizers).toBeUndefined()
  })

  test('is patched by templatePatch, but for its project', async () => {
    const [application] = await generate(`
goTemplate: true
generators: [{list: {elements: [{name: a, prune: true}]}}]
template: {metadata: {name: '{{ .name }}'}, spec: {project: mine, source: {path: x, ref: r}, info: [{name: n}]}}
templatePatch: |
  metadata: {annotations: {a: b}, finalizers: [own]}
  spec: {project: evil, source: {ref: null}, info: [], syncPolicy: {automated: {prune: {{ .prune }}}}}`)
    expect(application?.metadata).toMatchObject({
      annotations: { a: 'b' },
      finalizers: ['resources-finalizer.argocd.argoproj.io', 'own'],
    })
    expect(application?.['spec']).toEqual({
      project: 'mine',
      source: { path: 'x' },
      info: [],
      syncPolicy: { automated: { prune: true } },
    })
  })

  test('loses its spec to an empty one in templatePatch', async () => {
    const [application] = await generate(`
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '{{name}}'}, spec: {project: mine, source: {path: x}}}
templatePatch: "spec:"`)
    expect(application?.['spec']).toEqual({ project: 'mine' })
  })
})

describe('an error', () => {
  const failing: readonly (Omit<Case, 'want'> & { readonly message: RegExp })[] = [
    {
      reason: 'of a repository names the generator and the cause',
      spec: `generators: [{list: {elements: []}}, {git: {repoURL: ${fleet}, directories: [{path: '*'}]}}]`,
      message: /^Cannot generate applications of ApplicationSet set: generator 1 \(git\): .*cannot be reached/,
    },
    {
      reason: 'inside a matrix names the way to the child',
      spec: `generators: [{matrix: {generators: [{list: {elements: [{name: a}]}}, {git: {repoURL: x, files: [{path: a}]}}]}}]`,
      message: /generator 0\.matrix\.1 \(git\): x cannot be reached/,
    },
    {
      reason: 'of a template names the field, the text and the key',
      spec: `
goTemplate: true
goTemplateOptions: [missingkey=error]
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '{{ .name }}'}, spec: {source: {path: 'x/{{ .nope }}'}}}`,
      message: /generator 0 \(list\): spec\.source\.path: "x\/\{\{ \.nope \}\}": .*map has no entry for key "nope"/,
    },
    {
      reason: 'of a template that does not parse',
      spec: `
goTemplate: true
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '{{ .name'}, spec: {}}`,
      message: /metadata\.name: .*unclosed action/,
    },
    {
      reason: 'of a pair that is not closed',
      spec: `
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '{{name}}-{{x'}, spec: {}}`,
      message: /"\{\{" without "\}\}"/,
    },
    {
      reason: 'of an unknown option',
      spec: `
goTemplate: true
goTemplateOptions: [missingkey=oops]
generators: [{list: {elements: [{name: a}]}}]`,
      message: /unrecognized option: missingkey=oops/,
    },
    {
      reason: 'of two elements with one name',
      spec: 'generators: [{list: {elements: [{name: a}, {name: a, x: "1"}]}}]',
      message: /two elements give an application of the same name, a$/,
    },
    {
      reason: 'of an entry without a kind',
      spec: 'generators: [{}]',
      message: /generator 0: it is of no kind that is known/,
    },
    {
      reason: 'of a matrix of three',
      spec: 'generators: [{matrix: {generators: [{list: {}}, {list: {}}, {list: {}}]}}]',
      message: /generator 0 \(matrix\): a matrix takes two generators, not 3/,
    },
    {
      reason: 'of a matrix whose generators contradict each other',
      spec: 'generators: [{matrix: {generators: [{list: {elements: [{a: "1"}]}}, {list: {elements: [{a: "2"}]}}]}}]',
      message: /both generators give a, with the different values "1" and "2"/,
    },
    {
      reason: 'of a merge whose keys are not unique',
      spec: 'generators: [{merge: {mergeKeys: [k], generators: [{list: {elements: [{k: "1"}, {k: "1", x: "2"}]}}, {list: {}}]}}]',
      message: /generator 0 of the merge gives two elements with \{"k":"1"\}/,
    },
    {
      reason: 'of a plugin that answers with something else',
      spec: 'generators: [{plugin: {configMapRef: {name: plug}}}]',
      world: {
        objects: `
{apiVersion: v1, kind: ConfigMap, metadata: {name: plug}, data: {baseUrl: 'http://p', token: '$k'}}
---
{apiVersion: v1, kind: Secret, metadata: {name: argocd-secret}, stringData: {k: s3cret}}`,
        http: () => ({ status: 200, headers: {}, body: '{}' }),
      },
      message: /http:\/\/p\/api\/v1\/getparams\.execute answered without a list output\.parameters/,
    },
    {
      reason: 'of a decision that is not there yet, which is not "no clusters"',
      spec: 'generators: [{clusterDecisionResource: {configMapRef: d, name: quak}}]',
      world: {
        objects: `
{apiVersion: v1, kind: ConfigMap, metadata: {name: d}, data: {apiVersion: m.io/v1, kind: ducks, matchKey: clusterName}}
---
{apiVersion: m.io/v1, kind: Duck, metadata: {name: quak}}`,
      },
      message: /ducks quak has no list status\.clusters yet/,
    },
  ]
  test.each(failing)('$reason', async ({ spec, world, message }) => {
    await expect(generate(spec, world)).rejects.toThrow(message)
  })

  test('of a template that runs away ends it, and the next one works', async () => {
    const spec = (text: string) => `
goTemplate: true
generators: [{list: {elements: [{name: a}]}}]
template: {metadata: {name: '${text}'}, spec: {}}`
    await expect(generate(spec('{{ repeat 2000000000 "x" }}'))).rejects.toThrow(/out of memory/)
    await expect(generate(spec('{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}'))).rejects.toThrow(
      /exceeded maximum template depth/,
    )
    expect(names(await generate(spec('{{ .name }}')))).toEqual(['a'])
  })
})

test('memory renders only what changed, and forgets what went', async () => {
  const memory: RenderMemory = new Map()
  const spec = (elements: string) => `
goTemplate: true
generators: [{list: {elements: [${elements}]}}]`
  const first = await generate(spec('{name: a}, {name: b}'), {}, memory)
  const second = await generate(spec('{name: a}, {name: c}'), {}, memory)
  expect(second[0]).toBe(first[0])
  expect(names(second)).toEqual(['a', 'c'])
  expect([...memory.values()].map((entries) => entries.size)).toEqual([2])
})

describe('the schema', () => {
  const set = (spec: object) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'x' },
    spec: { generators: [], template: { metadata: {}, spec: {} }, ...spec },
    status: { anything: 1 },
  })

  test('warns of unknown fields with their path', () => {
    const { warnings } = readApplicationSet(
      set({ generators: [{ git: { repoUrl: 'a', repoURL: 'b', files: [{ path: 'x', exclud: true }] } }] }),
    )
    expect(warnings).toEqual([
      'spec.generators.0.git.repoUrl: this field is not known',
      'spec.generators.0.git.files.0.exclud: this field is not known',
    ])
  })

  test('refuses wrong types with their path', () => {
    expect(() => readApplicationSet(set({ goTemplate: 'yes', generators: [{ list: { elements: [1] } }] }))).toThrow(
      /^Cannot read ApplicationSet x: spec\.goTemplate: .*; spec\.generators\.0\.list\.elements\.0: /,
    )
  })
})
